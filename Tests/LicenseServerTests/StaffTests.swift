import Core
import Database
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct StaffTests {
  private let password = "another correct horse battery"

  private func add(
    _ role: String, _ email: String, to server: RunningServer, permissions: JSONValue? = nil
  ) async throws -> Int64 {
    var body: JSONObject = ["email": .string(email), "role": .string(role), "password": .string(password)]
    body["permissions"] = permissions
    let answer = try await server.vendor().post("/api/staff", json: .object(body))
    try #require(answer.status == 201, "\(answer.text)")
    return try #require(answer.json["id"]?.intValue)
  }

  @Test func aWrongPasswordAndAnUnknownAccountTellTheSame() async throws {
    try await withServer { server in
      let ask: (String) async throws -> TestHTTPAnswer = { email in
        try await server.visitor.post("/api/login", json: ["email": .string(email), "password": "wrong"])
      }
      let (known, unknown) = (try await ask(RunningServer.vendorEmail), try await ask("nobody@example.com"))
      #expect(known.status == 401 && unknown.status == 401 && known.json == unknown.json)
    }
  }

  @Test func onlyFailuresCountAndOnlyForAccountAndAddress() async throws {
    try await withServer { server in
      let ask: (String, String) async throws -> Int = { password, address in
        try await server.visitor.post(
          "/api/login", json: ["email": .string(RunningServer.vendorEmail), "password": .string(password)],
          headers: [("X-Forwarded-For", address)]
        ).status
      }
      for _ in 0..<15 { #expect(try await ask(RunningServer.vendorPassword, "192.0.2.1") == 200) }
      var statuses: [Int] = []
      for turn in 0..<12 { statuses.append(try await ask("wrong \(turn)", "192.0.2.1")) }
      #expect(statuses == Array(repeating: 401, count: 10) + [429, 429])
      #expect(try await ask(RunningServer.vendorPassword, "192.0.2.1") == 429)
      #expect(try await ask(RunningServer.vendorPassword, "192.0.2.2") == 200)
      server.clock.advance(by: .minutes(17))
      #expect(try await ask(RunningServer.vendorPassword, "192.0.2.1") == 200)
    }
  }

  @Test func theInitialPasswordMustBeChangedFirst() async throws {
    try await withServer(["VENDOR_PASSWORD_CHANGE": "required"]) { server in
      let token = try await server.logIn(RunningServer.vendorEmail, RunningServer.vendorPassword)
      let (here, elsewhere) = (server.client(token: token), try await server.vendor())
      let refused = try await here.get("/api/licenses")
      #expect(refused.status == 403 && refused.code == "password_change_required")
      #expect(try await here.get("/api/me").json["must_change_password"] == true)
      let weak = try await here.post(
        "/api/me/password", json: ["current": .string(RunningServer.vendorPassword), "new": "password1234"])
      #expect(weak.status == 422)
      let wrong = try await here.post("/api/me/password", json: ["current": "no", "new": .string(password)])
      #expect(wrong.status == 422)
      let changed = try await here.post(
        "/api/me/password", json: ["current": .string(RunningServer.vendorPassword), "new": .string(password)])
      #expect(changed.status == 204)
      #expect(try await here.get("/api/licenses").status == 200)
      #expect(try await elsewhere.get("/api/me").status == 401)
    }
  }

  @Test func aRoleActsOnTheNextRequest() async throws {
    try await withServer { server in
      let id = try await add("support", "s@example.com", to: server)
      let vendor = try await server.vendor()
      let support = server.client(token: try await server.logIn("s@example.com", password))
      #expect(try await support.get("/api/licenses").code == "password_change_required")
      let own = password + "!"
      _ = try await support.post("/api/me/password", json: ["current": .string(password), "new": .string(own)])
      #expect(try await support.get("/api/licenses").status == 200)
      let denied = try await support.get("/api/staff")
      #expect(denied.status == 403 && denied.json["section"] == "staff" && denied.json["access"] == "read")
      _ = try await vendor.patch(
        "/api/staff/\(id)", json: ["role": "custom", "permissions": ["staff": "read", "licences": nil]])
      #expect(try await support.get("/api/staff").status == 200)
      #expect(try await support.get("/api/licenses").status == 403)
      _ = try await vendor.patch("/api/staff/\(id)", json: ["status": "disabled"])
      #expect(try await support.get("/api/me").status == 401)
      let logIn = try await server.visitor.post(
        "/api/login", json: ["email": "s@example.com", "password": .string(own)])
      #expect(logIn.status == 401)
    }
  }

  @Test func oneActiveAdminStays() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let me = try #require(try await vendor.get("/api/me").json["id"]?.intValue)
      #expect(try await vendor.patch("/api/staff/\(me)", json: ["role": "viewer"]).status == 409)
      #expect(try await vendor.patch("/api/staff/\(me)", json: ["status": "disabled"]).status == 409)
      _ = try await add("admin", "second@example.com", to: server)
      #expect(try await vendor.patch("/api/staff/\(me)", json: ["role": "viewer"]).status == 200)
    }
  }

  @Test func staffAreAddedWithCare() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let right: JSONObject = ["email": "n@example.com", "role": "viewer", "password": .string(password)]
      let changes: [(String, JSONValue, String)] = [
        ("password", "short", "password"), ("role", "king", "role"), ("role", "custom", "permissions"),
        ("permissions", ["licences": "read"], "permissions"), ("permissions", ["gold": "read"], "permissions.gold"),
        ("email", "n", "email"),
      ]
      for (field, value, fault) in changes {
        var body = right
        body[field] = value
        let answer = try await vendor.post("/api/staff", json: .object(body))
        #expect(answer.status == 422)
        let fields = answer.json["errors"]?.arrayValue?.compactMap { $0["field"]?.stringValue } ?? []
        #expect(fields.contains(fault), "\(answer.text)")
      }
      #expect(try await vendor.post("/api/staff", json: .object(right)).status == 201)
      #expect(try await vendor.post("/api/staff", json: .object(right)).status == 409)
      #expect(try await vendor.get("/api/staff").json["items"]?.arrayValue?.count == 2)
    }
  }

  @Test func aSessionEndsWithTheLogOutAndByItself() async throws {
    try await withServer { server in
      let (first, second) = (try await server.vendor(), try await server.vendor())
      #expect(try await first.send("POST", "/api/logout").status == 204)
      #expect(try await first.get("/api/me").status == 401)
      #expect(try await second.get("/api/me").status == 200)
      server.clock.advance(by: .days(8))
      #expect(try await second.get("/api/me").status == 401)
      try await CleanUp(database: server.plane.database, clock: server.clock).run()
      #expect(try await server.plane.database.scalar("SELECT count(*) FROM license.staff_sessions") == 0)
    }
  }
}
