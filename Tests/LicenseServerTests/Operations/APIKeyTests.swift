import Core
import Database
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct APIKeyTests {
  private func key(
    _ server: RunningServer, _ permissions: JSONValue, _ more: JSONObject = [:]
  ) async throws -> JSONValue {
    var body: JSONObject = ["name": "deploy", "permissions": permissions]
    for member in more.members { body[member.key] = member.value }
    let answer = try await server.vendor().post("/api/me/api-keys", json: .object(body))
    try #require(answer.status == 201, "\(answer.text)")
    return answer.json
  }

  private func client(_ server: RunningServer, _ key: JSONValue) -> TestHTTPClient {
    server.client(token: key["token"]?.stringValue ?? "")
  }

  @Test func aKeyOpensItsSectionsOnly() async throws {
    try await withServer { server in
      let key = try await key(server, ["licences": "write", "customers": "read"])
      let client = client(server, key)
      #expect(try await client.get("/api/licenses").status == 200)
      #expect(try await client.get("/api/customers").status == 200)
      let refused = try await client.post("/api/customers", json: ["email": "a@example.com"])
      #expect(refused.status == 403 && refused.code == "permission_denied")
      #expect(try await client.get("/api/staff").status == 403)
      let made = try await client.post(
        "/api/licenses", json: ["plan": "pro", "customer_email": "a@example.com"])
      #expect(made.status == 201)
      let entry = try await server.vendor().get("/api/audit-log?action=license.create").json["items"]?.arrayValue?.first
      #expect(entry?["actor"] == "staff vendor@example.com (key deploy)")
    }
  }

  @Test func aKeyCannotChangeHowItsOwnerSignsInNorMakeKeys() async throws {
    try await withServer { server in
      let client = client(server, try await key(server, ["staff": "write", "settings": "write"]))
      for answer in [
        try await client.post("/api/me/api-keys", json: ["name": "more", "permissions": ["staff": "write"]]),
        try await client.get("/api/me/api-keys"), try await client.post("/api/logout", json: [:]),
        try await client.post("/api/me/password", json: ["current": "x", "new": "y"]),
      ] { #expect(answer.status == 403 && answer.code == "sign_in_required", "\(answer.text)") }
    }
  }

  @Test func itIsShownOnceAndKeptAsAHash() async throws {
    try await withServer { server in
      let key = try await key(server, ["licences": "read"])
      let token = try #require(key["token"]?.stringValue)
      #expect(token.hasPrefix("tly_key_"))
      let list = try await server.vendor().get("/api/me/api-keys")
      #expect(!list.text.contains(token) && list.json["items"]?.arrayValue?.first?["last_four"] == key["last_four"])
      let rows = try await server.plane.database.query("SELECT row_to_json(k)::text AS line FROM license.api_keys k")
      #expect(try !rows.contains { try $0.get("line", as: String.self).contains(token) })
    }
  }

  @Test func aRevokedAnExpiredAndADisabledMembersKeyAreNobodys() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let revoked = try await key(server, ["licences": "read"])
      let id = revoked["id"]?.intValue ?? 0
      #expect(try await vendor.delete("/api/me/api-keys/\(id)").status == 204)
      #expect(try await client(server, revoked).get("/api/licenses").status == 401)

      let short = try await key(
        server, ["licences": "read"], ["expires_at": JSONValue(server.clock.now() + .hours(1))])
      #expect(try await client(server, short).get("/api/licenses").status == 200)
      server.clock.advance(by: .hours(1))
      #expect(try await client(server, short).get("/api/licenses").status == 401)

      let lasting = try await key(server, ["licences": "read"])
      #expect(try await client(server, lasting).get("/api/licenses").status == 200)
      try await server.plane.database.execute("UPDATE license.staff SET status = 'disabled'")
      #expect(try await client(server, lasting).get("/api/licenses").status == 401)
    }
  }

  @Test func aKeyNeverDoesMoreThanItsOwnerMayNow() async throws {
    try await withServer { server in
      let key = try await key(server, ["licences": "write"])
      try await server.plane.database.execute("UPDATE license.staff SET role = 'finance'")
      #expect(try await client(server, key).get("/api/licenses").status == 200)
      let refused = try await client(server, key).post(
        "/api/licenses", json: ["plan": "pro", "customer_email": "a@example.com"])
      #expect(refused.status == 403)
    }
  }

  @Test func eachKeyHasItsOwnLimit() async throws {
    try await withServer(["API_LIMIT_PER_KEY": "3"]) { server in
      let (first, second) = (
        try await key(server, ["licences": "read"]), try await key(server, ["licences": "read"])
      )
      for _ in 1...3 { #expect(try await client(server, first).get("/api/licenses").status == 200) }
      let refused = try await client(server, first).get("/api/licenses")
      #expect(refused.status == 429 && refused.header("Retry-After").flatMap { Int($0) }.map { $0 > 0 } == true)
      #expect(try await client(server, second).get("/api/licenses").status == 200)
      server.clock.advance(by: .seconds(70))
      #expect(try await client(server, first).get("/api/licenses").status == 200)
    }
  }

  @Test func requestsAreLoggedByRouteAndKeyAndForgottenInTime() async throws {
    try await withServer { server in
      let key = try await key(server, ["licences": "read"])
      let client = client(server, key)
      let answer = try await client.get("/api/licenses/999?secret=hidden")
      #expect(answer.status == 404)
      await server.plane.requestLog.flush()
      let vendor = try await server.vendor()
      let id = key["id"]?.intValue ?? 0
      let lines = try await vendor.get("/api/request-log?api_key_id=\(id)").json["items"]?.arrayValue ?? []
      #expect(lines.count == 1)
      let line = try #require(lines.first)
      #expect(line["route"] == "/api/licenses/{id}" && line["status"] == 404 && line["method"] == "GET")
      #expect(line["actor"] == .string("key:\(id)") && line["request_id"]?.stringValue == answer.header("X-Request-Id"))
      #expect(!line.text.contains("hidden") && !line.text.contains("999"))
      #expect(try await vendor.get("/api/request-log?status=4xx").json["items"]?.arrayValue?.isEmpty == false)
      #expect(try await vendor.get("/api/request-log?status=5xx").json["items"]?.arrayValue?.isEmpty == true)
      _ = try await server.validate("unknown")
      await server.plane.requestLog.flush()
      let validations = try await vendor.get("/api/request-log?route=/api/v1/licenses/validate").json
      #expect(validations["items"]?.arrayValue?.isEmpty == true, "trackers' own requests are counted, not listed")
      server.clock.advance(by: .hours(24 * 31))
      try await CleanUp(database: server.plane.database, clock: server.clock).run()
      let left: Int? = try await server.plane.database.scalar("SELECT count(*) FROM license.request_log")
      #expect(left == 0)
    }
  }
}
