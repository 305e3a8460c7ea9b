import Core
import TestSupport
import Testing

@testable import TenantTracker

extension AccessTests {
  /// Who may change users gives nobody, themselves included, more than they have.
  @Suite struct Escalation {
    @Test func whoMayWriteUsersCanNotReachAnAdmin() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        let mine: JSONValue = ["users": "write", "campaigns": "read"]
        let id = try await tracker.addUser("hr@example.com", .custom, mine, by: admin)
        let hr = try await tracker.signedIn("hr@example.com")
        let fixed: JSONValue = ["role": "custom", "permissions": ["campaigns": "write"]]
        for (what, answer) in [
          ("an admin", try await hr.post("/admin/api/users", json: ["email": "x@example.com", "role": "admin"])),
          ("a manager", try await hr.post("/admin/api/users", json: ["email": "x@example.com", "role": "manager"])),
          ("itself", try await hr.patch("/admin/api/users/\(id)", json: ["role": "admin"])),
          ("itself a bit", try await hr.patch("/admin/api/users/\(id)", json: fixed)),
          ("the e-mail", try await hr.patch("/admin/api/users/1", json: ["email": "mine@example.com"])),
          ("the name", try await hr.patch("/admin/api/users/1", json: ["name": "Me"])),
          ("the role", try await hr.patch("/admin/api/users/1", json: ["role": "viewer"])),
          ("the state", try await hr.patch("/admin/api/users/1", json: ["status": "disabled"])),
          ("the password", try await hr.post("/admin/api/users/1/invite", json: [:])),
          ("the user", try await hr.delete("/admin/api/users/1")),
          ("a role", try await hr.post("/admin/api/roles", json: ["name": "R", "permissions": ["settings": "write"]])),
        ] { #expect(answer.status == 403 && answer.code == "permission_denied", "\(what): \(answer.text)") }
        #expect(try await hr.post("/admin/api/roles", json: ["name": "R", "permissions": mine]).status == 201)
        let peer: JSONValue = ["email": "peer@example.com", "role": "custom", "permissions": mine]
        #expect(try await hr.post("/admin/api/users", json: peer).status == 201)
      }
    }

    @Test func permissionsThatSleepBehindARoleAreNotWokenByWhoHasLess() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        let all: JSONValue = ["settings": "write", "campaigns": "read"]
        let id = try await tracker.addUser("former@example.com", .custom, all, by: admin)
        #expect(try await admin.patch("/admin/api/users/\(id)", json: ["role": "viewer"]).status == 200)
        let viewing: JSONValue = [
          "users": "write", "campaigns": "read", "offers": "read", "landings": "read", "reports": "read",
        ]
        try await tracker.addUser("hr@example.com", .custom, viewing, by: admin)
        let hr = try await tracker.signedIn("hr@example.com")
        #expect(try await hr.patch("/admin/api/users/\(id)", json: ["role": "custom"]).status == 403)
        #expect(try await admin.get("/admin/api/users/\(id)").json["role"] == "viewer")
      }
    }

    @Test func whoeverThePlanHasPausedStaysAsHighAsTheyWere() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        let looking: JSONValue = ["users": "write", "campaigns": "read"]
        try await tracker.addUser("hr@example.com", .custom, looking, by: admin)
        let writer = try await tracker.addUser("writer@example.com", .custom, ["campaigns": "write"], by: admin)
        try await tracker.license(users: 2)
        #expect(try await admin.get("/admin/api/users/\(writer)").json["paused_by_license"] == true)
        let hr = try await tracker.signedIn("hr@example.com")
        #expect(try await hr.post("/admin/api/users/\(writer)/invite", json: [:]).status == 403)
        #expect(
          try await hr.patch("/admin/api/users/\(writer)", json: ["email": "mine@example.com"]).status == 403)
      }
    }

    @Test func theLastAdminStays() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        #expect(try await admin.patch("/admin/api/users/1", json: ["role": "manager"]).status == 409)
        #expect(try await admin.patch("/admin/api/users/1", json: ["status": "disabled"]).status == 409)
        #expect(try await admin.delete("/admin/api/users/1").status == 409)
      }
    }
  }
}
