import Core
import TestSupport
import Testing
import Web

@testable import TenantTracker

extension AccessTests {
  /// What ends a session, and what a key may do.
  @Suite struct Sessions {
    @Test func untilTheInitialPasswordIsChangedThereIsNothingElseToDo() async throws {
      try await withTracker(["ADMIN_PASSWORD_CHANGE": "required"]) { tracker in
        let admin = try await tracker.admin()
        let always: Set<String> = ["/me", "/logout", "/me/password"]
        let routes = tracker.parts.adminAPI.table().routes.filter { $0.access != .anyone }
        #expect(Set(routes.filter(\.whilePasswordMustChange).map(\.path)) == always)
        for route in routes where !always.contains(route.path) {
          for id in ["1", "999999"] {
            let answer = try await admin.send(
              route.method.rawValue, route.target(below: "/admin/api", id: id), json: [:])
            #expect(
              answer.status == 403 && answer.code == "password_change_required",
              "\(route.method.rawValue) \(route.path): \(answer.status)")
          }
        }
        #expect(try await admin.get("/admin/api/me").json["must_change_password"] == true)
        let change: JSONValue = ["current": .string(RunningTracker.password), "new": "another good long password"]
        #expect(try await admin.post("/admin/api/me/password", json: change).status == 204)
        #expect(try await admin.get("/admin/api/campaigns").status == 200)
        #expect(try await admin.post("/admin/api/logout", json: [:]).status == 204)
        #expect(try await admin.get("/admin/api/me").status == 401)
      }
    }

    @Test func aChangeOfPasswordEndsTheOtherSessions() async throws {
      try await withTracker { tracker in
        let (here, there) = (try await tracker.admin(), try await tracker.admin())
        let browser = tracker.visitor
        _ = try await browser.post(
          "/admin/login", form: [("email", RunningTracker.adminEmail), ("password", RunningTracker.password)])
        #expect(try await browser.get("/admin/campaigns").status == 200)
        let wrong: JSONValue = ["current": "not it at all", "new": "another good long password"]
        #expect(try await here.post("/admin/api/me/password", json: wrong).status == 422)
        let change: JSONValue = ["current": .string(RunningTracker.password), "new": "another good long password"]
        #expect(try await here.post("/admin/api/me/password", json: change).status == 204)
        #expect(try await here.get("/admin/api/me").status == 200)
        #expect(try await there.get("/admin/api/me").status == 401)
        #expect(try await browser.get("/admin/campaigns").status == 303)
        #expect(try await tracker.logIn(RunningTracker.adminEmail).status == 401)
      }
    }

    @Test func whatIsTakenFromAUserIsGoneAtTheNextRequest() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        let id = try await tracker.addUser("manager@example.com", .manager, by: admin)
        let manager = try await tracker.signedIn("manager@example.com")
        #expect(try await manager.post("/admin/api/sources", json: ["name": "Push"]).status == 201)
        #expect(try await admin.patch("/admin/api/users/\(id)", json: ["role": "viewer"]).status == 200)
        #expect(try await manager.post("/admin/api/sources", json: ["name": "Other"]).status == 403)
        #expect(try await admin.patch("/admin/api/users/\(id)", json: ["status": "disabled"]).status == 200)
        #expect(try await manager.get("/admin/api/me").status == 401)
        #expect(try await tracker.logIn("manager@example.com").status == 401)
        #expect(try await admin.patch("/admin/api/users/\(id)", json: ["status": "active"]).status == 200)
        #expect(try await manager.get("/admin/api/me").status == 401, "a session that ended stays ended")
        #expect(try await tracker.logIn("manager@example.com").status == 200)
      }
    }

    @Test func sharedRolesActOnTheNextRequestToo() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        let role = try await admin.post(
          "/admin/api/roles", json: ["name": "Buyer", "permissions": ["sources": "write"]])
        let roleID = try #require(role.json["id"]?.intValue, "\(role.text)")
        let body: JSONValue = [
          "email": "buyer@example.com", "role": "custom", "role_id": .int(roleID),
          "password": .string(RunningTracker.password),
        ]
        #expect(try await admin.post("/admin/api/users", json: body).status == 201)
        let buyer = try await tracker.signedIn("buyer@example.com")
        #expect(try await buyer.post("/admin/api/sources", json: ["name": "Push"]).status == 201)
        #expect(
          try await admin.patch("/admin/api/roles/\(roleID)", json: ["permissions": ["sources": "read"]]).status == 200)
        #expect(try await buyer.post("/admin/api/sources", json: ["name": "Other"]).status == 403)
        #expect(try await admin.delete("/admin/api/roles/\(roleID)").status == 409)
      }
    }

    @Test func aKeyDoesWhatBothItAndItsUserMay() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        let id = try await tracker.addUser("manager@example.com", .manager, by: admin)
        let manager = try await tracker.signedIn("manager@example.com")
        let made = try await manager.post(
          "/admin/api/me/api-keys",
          json: ["name": "Script", "permissions": ["sources": "write", "reports": "write", "users": "write"]])
        let key = tracker.client(token: try #require(made.json["token"]?.stringValue, "\(made.text)"))
        #expect(try await key.get("/admin/api/me").json["permissions"] == ["sources": "write", "reports": "read"])
        #expect(try await key.post("/admin/api/sources", json: ["name": "Push"]).status == 201)
        for path in ["/campaigns", "/users", "/settings/general"] {
          #expect(try await key.get("/admin/api\(path)").status == 403, "\(path)")
        }
        #expect(try await admin.patch("/admin/api/users/\(id)", json: ["role": "viewer"]).status == 200)
        #expect(try await key.get("/admin/api/sources").status == 403)
        #expect(try await manager.delete("/admin/api/me/api-keys/\(made.json["id"]?.intValue ?? 0)").status == 204)
        #expect(try await key.get("/admin/api/me").status == 401)
      }
    }

    @Test func aKeyChangesNothingAboutSigningIn() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        let made = try await admin.post(
          "/admin/api/me/api-keys", json: ["name": "Reader", "permissions": ["reports": "read"]])
        let key = tracker.client(token: try #require(made.json["token"]?.stringValue))
        let password: JSONValue = ["current": .string(RunningTracker.password), "new": "another good long password"]
        let keyID = made.json["id"]?.intValue ?? 0
        for answer in [
          try await key.post("/admin/api/me/api-keys", json: ["name": "All I want"]),
          try await key.post("/admin/api/me/totp", json: [:]),
          try await key.post("/admin/api/me/password", json: password),
          try await key.delete("/admin/api/me/api-keys/\(keyID)"),
        ] { #expect(answer.status == 403 && answer.code == "permission_denied", "\(answer.text)") }
        #expect(try await key.get("/admin/api/me").status == 200)
        #expect(try await tracker.logIn(RunningTracker.adminEmail).status == 200)
      }
    }

    @Test func keysEndWhenTheyWereToEnd() async throws {
      try await withTracker { tracker in
        let admin = try await tracker.admin()
        let end = tracker.clock.now() + .hours(1)
        let made = try await admin.post(
          "/admin/api/me/api-keys", json: ["name": "For today", "expires_at": JSONValue(end)])
        let key = tracker.client(token: try #require(made.json["token"]?.stringValue))
        #expect(try await key.get("/admin/api/me").status == 200)
        tracker.clock.set(end)
        #expect(try await key.get("/admin/api/me").status == 401)
      }
    }
  }
}
