import Core
import Security
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct StaffTeamTests {
  private static let password = "another correct horse battery"

  private func invite(_ server: RunningServer, _ role: String = "support") async throws -> TestHTTPAnswer {
    try await server.vendor().post("/api/staff", json: ["email": "new@example.com", "role": .string(role)])
  }

  /// The path of an invitation's link.
  private func path(_ answer: TestHTTPAnswer) throws -> String {
    let link = try #require(answer.json["invitation_link"]?.stringValue)
    return String(link[try #require(link.firstRange(of: "/admin/")).lowerBound...])
  }

  @Test func somebodyInvitedChoosesAPasswordOnce() async throws {
    try await withServer { server in
      let invited = try await invite(server)
      #expect(invited.status == 201 && invited.json["status"] == "invited")
      let path = try path(invited)
      #expect(try await server.visitor.get(path).text.contains("new@example.com"))
      let weak = try await server.visitor.post(path, form: [("password", "short")])
      #expect(weak.status == 422 && weak.text.contains("12 characters"))
      #expect(try await server.visitor.post(path, form: [("password", Self.password)]).status == 303)
      #expect(try await server.visitor.post(path, form: [("password", Self.password)]).status == 404)
      #expect(try await server.visitor.get(path).status == 404)
      let member = server.client(token: try await server.logIn("new@example.com", Self.password))
      #expect(try await member.get("/api/me").json["status"] == "active")
      #expect(try await member.get("/api/licenses").status == 200)
    }
  }

  @Test func theInvitationGoesOutByMailWithALinkOfItsOwn() async throws {
    try await withServer { server in
      _ = try await invite(server)
      try await server.doJobs()
      let mail = try #require(server.mails(to: "new@example.com").last)
      let path = try #require(mail.text.firstMatch(of: /\/admin\/invitation\/[A-Za-z0-9_-]+/)?.output)
      #expect(try await server.visitor.post(String(path), form: [("password", Self.password)]).status == 303)
      _ = try await server.logIn("new@example.com", Self.password)
    }
  }

  @Test func anInvitationRunsOutAndIsSentAgainOrWithdrawn() async throws {
    try await withServer { server in
      let invited = try await invite(server)
      let id = try #require(invited.json["id"]?.intValue)
      let first = try path(invited)
      server.clock.advance(by: .days(8))
      #expect(try await server.visitor.get(first).status == 404)
      let vendor = try await server.vendor()
      let second = try path(try await vendor.post("/api/staff/\(id)/invite", json: [:]))
      #expect(try await server.visitor.get(second).status == 200)
      #expect(try await vendor.patch("/api/staff/\(id)", json: ["status": "active"]).status == 409)
      #expect(try await vendor.send("DELETE", "/api/staff/\(id)").status == 204)
      #expect(try await server.visitor.get(second).status == 404)
      #expect(try await vendor.get("/api/staff/\(id)").status == 404)
      #expect(try await vendor.send("DELETE", "/api/staff/1").status == 409)
    }
  }

  @Test func ofTwoWhoUseOneLinkAtOnceOneGetsIn() async throws {
    try await withServer { server in
      let path = try path(try await invite(server))
      let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
        for turn in 0..<5 {
          tasks.addTask {
            try await server.visitor.post(path, form: [("password", "\(Self.password) \(turn)")]).status
          }
        }
        var statuses: [Int] = []
        for try await status in tasks { statuses.append(status) }
        return statuses
      }
      #expect(statuses.sorted() == [303, 404, 404, 404, 404])
    }
  }

  @Test func sessionsAreSeenAndEndedByTheirOwner() async throws {
    try await withServer { server in
      let (here, there, third) = (try await server.vendor(), try await server.vendor(), try await server.vendor())
      let sessions = try await here.get("/api/me/sessions").json["items"]?.arrayValue ?? []
      #expect(sessions.count == 3 && sessions.filter { $0["current"] == true }.count == 1)
      let mine = try await there.get("/api/me/sessions").json["items"]?.arrayValue ?? []
      let id = try #require(mine.first { $0["current"] == true }?["id"]?.stringValue)
      #expect(try await here.send("DELETE", "/api/me/sessions/\(id)").status == 204)
      #expect(try await there.get("/api/me").status == 401)
      #expect(try await here.send("DELETE", "/api/me/sessions/\(id)").status == 404)
      #expect(try await here.send("DELETE", "/api/me/sessions").status == 204)
      #expect(try await third.get("/api/me").status == 401)
      #expect(try await here.get("/api/me").status == 200)
    }
  }

  @Test func oneColleagueSignsAnotherOut() async throws {
    try await withServer { server in
      _ = try await server.visitor.post(path(try await invite(server, "admin")), form: [("password", Self.password)])
      let colleague = server.client(token: try await server.logIn("new@example.com", Self.password))
      let vendor = try await server.vendor()
      let id = try #require(try await colleague.get("/api/me").json["id"]?.intValue)
      #expect(try await vendor.get("/api/staff/\(id)/sessions").json["items"]?.arrayValue?.count == 1)
      // One's own session stays.
      #expect(try await colleague.send("DELETE", "/api/staff/\(id)/sessions").status == 204)
      #expect(try await colleague.get("/api/me").status == 200)
      #expect(try await vendor.send("DELETE", "/api/staff/\(id)/sessions").status == 204)
      #expect(try await colleague.get("/api/me").status == 401)
    }
  }

  @Test func rolesAreEditedOnPages() async throws {
    try await withServer { server in
      let browser = server.visitor
      _ = try await browser.post(
        "/admin/login", form: [("email", RunningServer.vendorEmail), ("password", RunningServer.vendorPassword)])
      let csrf = ("_csrf", try #require(try await browser.get("/admin/staff/new").text.csrfToken))
      let made = try await browser.post(
        "/admin/staff",
        form: [
          csrf, ("email", "new@example.com"), ("name", "New"), ("role", "custom"), ("permission_tenants", "write"),
          ("permission_licences", "read"), ("permission_billing", ""),
        ])
      #expect(made.status == 200 && made.text.contains("/admin/invitation/tly_invite_"))
      let vendor = try await server.vendor()
      let member = try await vendor.get("/api/staff/2").json
      #expect(member["permissions"] == ["licences": "read", "tenants": "write"] && member["role"] == "custom")
      let saved = try await browser.post(
        "/admin/staff/2", form: [csrf, ("name", "Newer"), ("role", "finance"), ("permission_staff", "write")])
      #expect(saved.status == 303)
      #expect(try await vendor.get("/api/staff/2").json["role"] == "finance")
      let last = try await browser.post("/admin/staff/1", form: [csrf, ("role", "viewer"), ("status", "active")])
      #expect(last.status == 409 && last.text.contains("One active admin must stay."))
      #expect(try await browser.get("/admin/account").text.contains("this one"))
    }
  }
}
