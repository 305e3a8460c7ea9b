import Core
import Security
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct PortalEntranceTests {
  @Test func aPasswordSetInThePortalSignsInAndEndsOtherSessions() async throws {
    try await withServer { server in
      _ = try await server.license("pro", ["customer_email": "a@example.com"])
      let (first, second) = (try await server.customer("a@example.com"), try await server.customer("a@example.com"))
      #expect(try await second.submit("/portal/account/password", [("new", "short")]).status == 422)
      let set = try await second.submit("/portal/account/password", [("new", RunningServer.goodPassword)])
      #expect(set.status == 303)
      #expect(try await first.get("/portal").status == 303)
      #expect(try await second.get("/portal").status == 200)
      let third = server.visitor
      let signedIn = try await server.signIn("a@example.com", RunningServer.goodPassword, by: third)
      #expect(signedIn.status == 303 && signedIn.header("Location") == "/portal")
      #expect(try await third.get("/portal").status == 200)
      let wrong = try await third.submit(
        "/portal/account/password", [("current", "wrong"), ("new", "a third correct horse")])
      #expect(wrong.status == 422 && wrong.text.contains("is not your password"))
    }
  }

  @Test func whyASignInFailsIsNotTold() async throws {
    try await withServer { server in
      _ = try await server.customerWithPassword("known@example.com")
      _ = try await server.license("pro", ["customer_email": "mail-only@example.com"])
      var answers: Set<String> = []
      for email in ["known@example.com", "mail-only@example.com", "nobody@example.com"] {
        let answer = try await server.signIn(email, "not the right password", by: server.visitor)
        #expect(answer.status == 401 && answer.headers("Set-Cookie").isEmpty)
        answers.insert(answer.text.replacing(email, with: ""))
      }
      #expect(answers.count == 1)
    }
  }

  @Test func failuresOfOneAccountAreLimited() async throws {
    try await withServer(["LOGIN_FAILURE_LIMIT": "3"]) { server in
      _ = try await server.customerWithPassword("a@example.com")
      _ = try await server.customerWithPassword("b@example.com")
      for _ in 0..<3 {
        #expect(try await server.signIn("a@example.com", "wrong", by: server.visitor).status == 401)
      }
      let stopped = try await server.signIn("a@example.com", RunningServer.goodPassword, by: server.visitor)
      #expect(stopped.status == 429 && stopped.header("Retry-After") != nil)
      #expect(try await server.signIn("b@example.com", RunningServer.goodPassword, by: server.visitor).status == 303)
      server.clock.advance(by: .minutes(17))
      #expect(try await server.signIn("a@example.com", RunningServer.goodPassword, by: server.visitor).status == 303)
    }
  }

  @Test func aForgottenPasswordIsSetByAMailedLinkOnce() async throws {
    try await withServer { server in
      let before = try await server.customerWithPassword("a@example.com")
      let ask: (String) async throws -> TestHTTPAnswer = { email in
        try await server.visitor.post("/portal/forgot", form: [("email", email)])
      }
      let (known, unknown) = (try await ask("a@example.com"), try await ask("z@example.com"))
      #expect(known.status == 200 && known.text.replacing("a@", with: "z@") == unknown.text)
      try await server.doJobs()
      #expect(server.mails(to: "z@example.com").isEmpty)
      let path = try server.path("/portal/reset/", inMailTo: "a@example.com")
      // A link for one thing is good for nothing else.
      let misused = path.replacing("/reset/", with: "/link/")
      #expect(try await server.visitor.post(misused, form: []).status == 410)
      #expect(try await server.visitor.get(path).status == 200)
      #expect(try await server.visitor.post(path, form: [("new", "short")]).status == 422)
      #expect(try await server.visitor.post(path, form: [("new", "a@example.com!")]).status == 422)
      #expect(try await server.visitor.post(path, form: [("new", "a third correct horse")]).status == 200)
      #expect(try await server.visitor.post(path, form: [("new", "a fourth correct horse")]).status == 410)
      #expect(try await before.get("/portal").status == 303)
      #expect(try await server.signIn("a@example.com", RunningServer.goodPassword, by: server.visitor).status == 401)
      #expect(try await server.signIn("a@example.com", "a third correct horse", by: server.visitor).status == 303)
    }
  }

  @Test func theSecondFactorStandsBehindPasswordAndLink() async throws {
    try await withServer { server in
      let owner = try await server.customerWithPassword("a@example.com")
      let (totp, recovery) = try await owner.setUpTOTP(server)
      #expect(Set(recovery).count == 10)
      let browser = server.visitor
      let half = try await server.signIn("a@example.com", RunningServer.goodPassword, by: browser)
      #expect(half.status == 303 && half.header("Location") == "/portal/second-factor")
      #expect(try await browser.get("/portal").status == 303)
      let enter: (TestHTTPClient, String) async throws -> Int = { client, code in
        try await client.post("/portal/second-factor", form: [("code", code)]).status
      }
      // The code that set it up is used; each works once.
      #expect(try await enter(browser, totp.code(at: server.clock.now())) == 401)
      server.clock.advance(by: .seconds(30))
      let code = totp.code(at: server.clock.now())
      #expect(try await enter(browser, code) == 303)
      #expect(try await browser.get("/portal").status == 200)
      let byLink = server.visitor
      _ = try await byLink.post("/portal/login", form: [("email", "a@example.com")])
      try await server.doJobs()
      let link = try await byLink.post(try server.signInPath(for: "a@example.com"), form: [])
      #expect(link.header("Location") == "/portal/second-factor")
      #expect(try await enter(byLink, code) == 401)
      #expect(try await enter(byLink, recovery[0]) == 303)
      #expect(try await byLink.get("/portal").status == 200)
      let again = server.visitor
      _ = try await server.signIn("a@example.com", RunningServer.goodPassword, by: again)
      #expect(try await enter(again, recovery[0]) == 401)
      #expect(try await byLink.submit("/portal/account/two-factor/disable", [("code", "000000")]).status == 422)
      #expect(try await byLink.submit("/portal/account/two-factor/disable", [("code", recovery[1])]).status == 303)
      let plain = try await server.signIn("a@example.com", RunningServer.goodPassword, by: server.visitor)
      #expect(plain.header("Location") == "/portal")
    }
  }

  @Test func aPasswordWaitsForItsCodeNoLongerThanTenMinutes() async throws {
    try await withServer { server in
      let owner = try await server.customerWithPassword("a@example.com")
      let (totp, _) = try await owner.setUpTOTP(server)
      let browser = server.visitor
      _ = try await server.signIn("a@example.com", RunningServer.goodPassword, by: browser)
      server.clock.advance(by: .minutes(10))
      let late = try await browser.post("/portal/second-factor", form: [("code", totp.code(at: server.clock.now()))])
      #expect(late.status == 401 && late.text.contains("took too long"))
    }
  }

  @Test func sessionsAreListedAndEnded() async throws {
    try await withServer { server in
      _ = try await server.license("pro", ["customer_email": "a@example.com"])
      _ = try await server.license("pro", ["customer_email": "b@example.com"])
      let (first, second) = (try await server.customer("a@example.com"), try await server.customer("a@example.com"))
      let other = try await server.customer("b@example.com")
      let page = try await second.get("/portal/account").text
      let path = try #require(page.firstMatch(of: /\/portal\/account\/sessions\/[0-9]+\/end/)?.output)
      #expect(try await other.submit(String(path)).status == 404)
      #expect(try await first.get("/portal").status == 200)
      #expect(try await second.submit(String(path)).status == 303)
      #expect(try await first.get("/portal").status == 303)
      let third = try await server.customer("a@example.com")
      #expect(try await third.submit("/portal/account/sessions/end-others").status == 303)
      #expect(try await second.get("/portal").status == 303)
      #expect(try await third.get("/portal").status == 200)
    }
  }

  @Test func whoSignedInAWhileAgoProvesThemselvesBeforeAKeyIsShown() async throws {
    try await withServer { server in
      let license = try await server.license("pro", ["customer_email": "a@example.com"])
      let browser = try await server.customer("a@example.com")
      _ = try await browser.submit("/portal/account/password", [("new", RunningServer.goodPassword)])
      let reveal = "/portal/licenses/\(license.id)/reveal"
      #expect(try await browser.submit(reveal).text.contains(license.key))
      server.clock.advance(by: .minutes(15))
      let asked = try await browser.submit(reveal)
      #expect(asked.status == 303 && asked.header("Location")?.hasPrefix("/portal/confirm?return_to=") == true)
      #expect(
        try await browser.submit("/portal/licenses/\(license.id)/rotate-key", [("overlap", "none")]).status == 303)
      #expect(try await server.validate(license.key)["code"] != "NOT_FOUND")
      #expect(try await browser.submit("/portal/confirm", [("password", "wrong")]).status == 422)
      let back = try await browser.submit(
        "/portal/confirm", [("password", RunningServer.goodPassword), ("return_to", "//evil.example")])
      #expect(back.status == 303 && back.header("Location") == "/portal")
      #expect(try await browser.submit(reveal).text.contains(license.key))
    }
  }
}
