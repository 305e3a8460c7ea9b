import Core
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct PortalTests {
  @Test func aLinkWorksOnceAndLookingAtItDoesNotUseItUp() async throws {
    try await withServer { server in
      _ = try await server.license("pro", ["customer_email": "a@example.com"])
      _ = try await server.visitor.post("/portal/login", form: [("email", "a@example.com")])
      try await server.doJobs()
      let path = try server.signInPath(for: "a@example.com")
      for _ in 0..<3 { #expect(try await server.visitor.get(path).status == 200) }
      #expect(try await server.visitor.post(path, form: []).status == 303)
      let again = try await server.visitor.post(path, form: [])
      #expect(again.status == 410 && again.headers("Set-Cookie").isEmpty)
      #expect(try await server.visitor.post("/portal/link/tly_link_made-up", form: []).status == 410)
    }
  }

  @Test func ofManyWhoUseALinkAtOnceOneGetsIn() async throws {
    try await withServer { server in
      _ = try await server.license("pro", ["customer_email": "a@example.com"])
      _ = try await server.visitor.post("/portal/login", form: [("email", "a@example.com")])
      try await server.doJobs()
      let path = try server.signInPath(for: "a@example.com")
      let entered = try await withThrowingTaskGroup(of: Bool.self) { tasks in
        for _ in 0..<10 { tasks.addTask { try await server.visitor.post(path, form: []).status == 303 } }
        return try await tasks.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(entered == 1)
    }
  }

  @Test func aLinkIsGoodForTwentyMinutes() async throws {
    try await withServer { server in
      _ = try await server.license("pro", ["customer_email": "a@example.com"])
      _ = try await server.visitor.post("/portal/login", form: [("email", "a@example.com")])
      try await server.doJobs()
      server.clock.advance(by: .minutes(20))
      #expect(try await server.visitor.post(try server.signInPath(for: "a@example.com"), form: []).status == 410)
    }
  }

  @Test func whetherAnAddressIsKnownIsNotTold() async throws {
    try await withServer { server in
      _ = try await server.license("pro", ["customer_email": "known@example.com"])
      let ask: (String) async throws -> TestHTTPAnswer = { email in
        try await server.visitor.post("/portal/login", form: [("email", email)])
      }
      let (known, unknown) = (try await ask("known@example.com"), try await ask("other@example.com"))
      #expect(known.status == unknown.status)
      #expect(known.text.replacing("known@", with: "other@") == unknown.text)
      try await server.doJobs()
      #expect(server.mails(to: "known@example.com").count == 1 && server.mails(to: "other@example.com").isEmpty)
      #expect(try await ask("no address").status == 422)
    }
  }

  @Test func nobodysMailboxIsFlooded() async throws {
    try await withServer { server in
      _ = try await server.license("pro", ["customer_email": "a@example.com"])
      for _ in 0..<9 {
        #expect(try await server.visitor.post("/portal/login", form: [("email", "a@example.com")]).status == 200)
        try await server.doJobs()
      }
      #expect(server.mails(to: "a@example.com").count == 5)
    }
  }

  @Test func aCustomerSeesAndChangesOnlyTheirOwn() async throws {
    try await withServer { server in
      let mine = try await server.license("pro", ["customer_email": "a@example.com"])
      let others = try await server.license("enterprise", ["customer_email": "b@example.com"])
      let instance = try #require(try await server.activate(others.key)["instance"]?["id"]?.intValue)
      let browser = try await server.customer("a@example.com")
      let page = try await browser.get("/portal").text
      #expect(page.contains(mine.key.suffix(4)) && !page.contains(others.key.suffix(4)))
      let csrf = [("_csrf", try #require(page.csrfToken))]
      let paths = [
        "/portal/licenses/\(others.id)/reveal", "/portal/licenses/999/reveal",
        "/portal/licenses/\(others.id)/instances/\(instance)/deactivate",
        "/portal/licenses/\(mine.id)/instances/\(instance)/deactivate",
      ]
      for path in paths {
        let answer = try await browser.post(path, form: csrf)
        #expect(answer.status == 404 && !answer.text.contains(others.key))
      }
      #expect(try await server.validate(others.key, "f").verdict == "true VALID")
    }
  }

  @Test func aCustomerDeactivatesAnInstanceAndTheLogSaysWho() async throws {
    try await withServer { server in
      let license = try await server.license("pro", ["customer_email": "a@example.com"])
      let instance = try #require(try await server.activate(license.key)["instance"]?["id"]?.intValue)
      let browser = try await server.customer("a@example.com")
      #expect(try await browser.get("/portal").text.contains("tracker-1"))
      let page = try await browser.get("/portal/licenses/\(license.id)").text
      #expect(page.contains("tracker-1"))
      let path = "/portal/licenses/\(license.id)/instances/\(instance)/deactivate"
      #expect(try await browser.post(path, form: []).status == 403)
      let done = try await browser.post(path, form: [("_csrf", try #require(page.csrfToken))])
      #expect(done.status == 303)
      #expect(try await server.validate(license.key, "f").verdict == "false NOT_ACTIVATED")
      let log = try await server.vendor().get("/api/audit-log?action=instance.deactivate").json
      #expect(log["items"]?.arrayValue?.first?["actor"] == "customer a@example.com")
    }
  }

  @Test func whoIsNotSignedInIsSentToTheSignIn() async throws {
    try await withServer { server in
      let home = try await server.visitor.get("/")
      #expect(home.status == 303 && home.header("Location") == "/portal")
      let portal = try await server.visitor.get("/portal")
      #expect(portal.status == 303 && portal.header("Location")?.hasPrefix("/portal/login") == true)
      #expect(try await server.visitor.post("/portal/licenses/1/reveal", form: []).status == 303)
      let browser = try await server.customer(try await signedUp(server))
      let csrf = try #require(try await browser.get("/portal").text.csrfToken)
      #expect(try await browser.post("/portal/logout", form: [("_csrf", csrf)]).status == 303)
      #expect(try await browser.get("/portal").status == 303)
    }
  }

  private func signedUp(_ server: RunningServer) async throws -> String {
    _ = try await server.order("new@example.com")
    return "new@example.com"
  }
}
