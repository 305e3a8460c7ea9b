import Core
import Database
import TestSupport
import Testing
import Web

@testable import LicenseServer

@Suite struct PortalTeamTests {
  private func owner(_ server: RunningServer, _ email: String = "a@example.com") async throws -> TestHTTPClient {
    _ = try await server.license("pro", ["customer_email": .string(email)])
    return try await server.customer(email)
  }

  @Test func anInvitedColleagueJoinsOnce() async throws {
    try await withServer { server in
      let owner = try await owner(server)
      let form = [("email", "b@example.com"), ("role", "viewer")]
      #expect(try await owner.submit("/portal/team/invitations", form).status == 303)
      try await server.doJobs()
      let path = try server.path("/portal/join/", inMailTo: "b@example.com")
      for _ in 0..<2 { #expect(try await server.visitor.get(path).text.contains("a@example.com")) }
      let colleague = server.visitor
      #expect(try await colleague.post(path, form: []).status == 303)
      #expect(try await colleague.get("/portal").text.contains("Pro"))
      #expect(try await server.visitor.post(path, form: []).status == 410)
      #expect(try await owner.submit("/portal/team/invitations", form).status == 409)
      let log = try await server.vendor().get("/api/audit-log?action=team.join").json
      #expect(log["items"]?.arrayValue?.first?["actor"] == "customer b@example.com")
    }
  }

  @Test func aWithdrawnOrOldInvitationDoesNotWork() async throws {
    try await withServer { server in
      let owner = try await owner(server)
      _ = try await owner.submit("/portal/team/invitations", [("email", "b@example.com"), ("role", "viewer")])
      _ = try await owner.submit("/portal/team/invitations", [("email", "c@example.com"), ("role", "viewer")])
      try await server.doJobs()
      let page = try await owner.get("/portal/team").text
      let withdraw = try #require(page.firstMatch(of: /\/portal\/team\/invitations\/[0-9]+\/withdraw/)?.output)
      #expect(try await owner.submit(String(withdraw)).status == 303)
      #expect(try await owner.submit(String(withdraw)).status == 404)
      let first = try server.path("/portal/join/", inMailTo: "b@example.com")
      #expect(try await server.visitor.post(first, form: []).status == 410)
      server.clock.advance(by: .days(7))
      let second = try server.path("/portal/join/", inMailTo: "c@example.com")
      #expect(try await server.visitor.post(second, form: []).status == 410)
    }
  }

  @Test func everyRouteAsksForWhatTheRoleAllows() async throws {
    try await withServer { server in
      let owner = try await owner(server)
      var table = PortalTable()
      server.plane.registerPortal(in: &table, Layout(directories: []))
      for role in PortalRole.allCases where role != .owner {
        let browser = try await server.colleague("\(role.rawValue)@example.com", as: role, invitedBy: owner)
        let csrf = try await browser.csrf()
        for route in table.routes {
          guard case .section = route.access else { continue }
          let path =
            "/portal"
            + route.path.replacing("{id}", with: "999999").replacing("{instance}", with: "999999")
          let answer = route.method == .get ? try await browser.get(path) : try await browser.post(path, form: [csrf])
          let isAllowed = role.grants.allows(route.access)
          let name = "\(role) \(route.method.rawValue) \(path): \(answer.status)"
          #expect((answer.status != 403) == isAllowed && answer.status != 500, "\(name)")
        }
      }
    }
  }

  @Test func theLastOwnerStays() async throws {
    try await withServer { server in
      let first = try await owner(server)
      #expect(try await first.submit("/portal/team/leave").status == 409)
      let second = try await server.colleague("b@example.com", as: .owner, invitedBy: first)
      let forms = (try await first.csrf(), try await second.csrf())
      let statuses = try await withThrowingTaskGroup(of: Int.self) { tasks in
        tasks.addTask { try await first.post("/portal/team/leave", form: [forms.0]).status }
        tasks.addTask { try await second.post("/portal/team/leave", form: [forms.1]).status }
        return try await tasks.reduce(into: []) { $0.append($1) }.sorted()
      }
      #expect(statuses == [303, 409])
    }
  }

  @Test func adminsHaveNoSayOverOwners() async throws {
    try await withServer { server in
      let first = try await owner(server)
      let admin = try await server.colleague("admin@example.com", as: .admin, invitedBy: first)
      let invite = [("email", "x@example.com"), ("role", "owner")]
      #expect(try await admin.submit("/portal/team/invitations", invite).status == 403)
      let id: Int64? = try await server.plane.database.scalar(
        "SELECT id FROM license.portal_users WHERE email = 'a@example.com'")
      let path = "/portal/team/members/\(try #require(id))"
      #expect(try await admin.submit("\(path)/remove").status == 403)
      #expect(try await admin.submit("\(path)/role", [("role", "viewer")]).status == 403)
      #expect(try await first.get("/portal/team").status == 200)
    }
  }

  @Test func aRemovedMemberSeesNothingFromTheNextRequestOn() async throws {
    try await withServer { server in
      let license = try await server.license("pro", ["customer_email": "a@example.com"])
      let owner = try await server.customer("a@example.com")
      let member = try await server.colleague("b@example.com", as: .admin, invitedBy: owner)
      #expect(try await member.get("/portal/licenses/\(license.id)").status == 200)
      let page = try await owner.get("/portal/team").text
      let path = try #require(page.firstMatch(of: /\/portal\/team\/members\/[0-9]+\/remove/)?.output)
      #expect(try await owner.submit(String(path)).status == 303)
      #expect(try await member.get("/portal/licenses/\(license.id)").status == 403)
      #expect(try await member.get("/portal").text.contains("You belong to no customer"))
    }
  }

  @Test func anOrderDoesNotBringBackSomebodyWhoWasRemoved() async throws {
    try await withServer { server in
      let first = try await owner(server)
      let second = try await server.colleague("b@example.com", as: .owner, invitedBy: first)
      #expect(try await first.submit("/portal/team/leave").status == 303)
      _ = try await server.order("a@example.com")
      #expect(try await first.get("/portal").text.contains("You belong to no customer"))
      #expect(try await second.get("/portal/invoices").text.contains("2026-000001"))
    }
  }

  @Test func somebodyOfSeveralCustomersActsForOneAtATime() async throws {
    try await withServer { server in
      let theirs = try await server.license("enterprise", ["customer_email": "b@example.com"])
      let owner = try await server.customer("b@example.com")
      let own = try await server.license("pro", ["customer_email": "a@example.com"])
      _ = try await server.colleague("a@example.com", as: .viewer, invitedBy: owner)
      let browser = try await server.customer("a@example.com")
      let ids = try #require(
        try await server.plane.database.first(
          """
          SELECT (SELECT id FROM license.customers WHERE email = 'a@example.com') AS own,
            (SELECT id FROM license.customers WHERE email = 'b@example.com') AS other
          """))
      let (mine, other): (Int64, Int64) = (try ids.get("own"), try ids.get("other"))
      for (customer, visible, hidden) in [(other, theirs.id, own.id), (mine, own.id, theirs.id)] {
        #expect(try await browser.submit("/portal/switch", [("customer", String(customer))]).status == 303)
        #expect(try await browser.get("/portal/licenses/\(visible)").status == 200)
        #expect(try await browser.get("/portal/licenses/\(hidden)").status == 404)
      }
      #expect(try await browser.submit("/portal/switch", [("customer", "999999")]).status == 404)
    }
  }
}
