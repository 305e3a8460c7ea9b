import Core
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct LicenseStaffAPITests {
  @Test func theKeyIsToldOnceAndNeverListed() async throws {
    try await withServer { server in
      let license = try await server.license("enterprise", ["max_instances": 7])
      let vendor = try await server.vendor()
      let list = try await vendor.get("/api/licenses?customer_email=Customer@Example.com")
      #expect(list.json["items"]?.arrayValue?.count == 1 && list.json["total"] == 1)
      #expect(!list.text.contains(license.key))
      let one = try await vendor.get("/api/licenses/\(license.id)")
      #expect(!one.text.contains(license.key) && one.json["key"] == nil)
      #expect(one.json["key_last_four"]?.stringValue == String(license.key.suffix(4)))
      #expect(one.json["max_instances"] == 7 && one.json["status"] == "active")
      let log = try await vendor.get("/api/audit-log")
      #expect(!log.text.contains(license.key))
    }
  }

  @Test func licencesAreFoundByWhatIsKnownOfThem() async throws {
    try await withServer { server in
      for turn in 0..<5 {
        _ = try await server.license(
          turn.isMultiple(of: 2) ? "pro" : "starter", ["customer_email": .string("c\(turn)@shop.example")])
      }
      let expired = try await server.license("pro", ["expires_at": "2020-01-01T00:00:00Z"])
      let vendor = try await server.vendor()
      let count: (String) async throws -> Int? = { query in
        try await vendor.get("/api/licenses?\(query)").json["items"]?.arrayValue?.count
      }
      #expect(try await count("plan=starter") == 2)
      #expect(try await count("status=expired") == 1)
      #expect(try await count("status=active") == 5)
      #expect(try await count("q=shop.example") == 5)
      #expect(try await count("q=%25") == 0)
      #expect(try await count("q=\(expired.key.suffix(4))") == 1)
      var seen: [Int64] = []
      var cursor: String?
      repeat {
        let page = try await vendor.get("/api/licenses?limit=4\(cursor.map { "&cursor=\($0)" } ?? "")").json
        seen += page["items"]?.arrayValue?.compactMap { $0["id"]?.intValue } ?? []
        cursor = page["next_cursor"]?.stringValue
      } while cursor != nil
      #expect(seen.count == 6 && seen == seen.sorted(by: >))
      for query in ["limit=0", "limit=501", "cursor=garbage", "sort=password"] {
        #expect(try await vendor.get("/api/licenses?\(query)").status == 422, "\(query)")
      }
      #expect(try await count("sort=-id") == 6)
    }
  }

  @Test func actsAreIdempotentAndRevocationIsForGood() async throws {
    try await withServer { server in
      let license = try await server.license()
      let vendor = try await server.vendor()
      for _ in 0..<2 { #expect(try await server.change(license, "suspend").json["status"] == "suspended") }
      for _ in 0..<2 { #expect(try await server.change(license, "reinstate").json["status"] == "active") }
      for _ in 0..<2 { #expect(try await server.change(license, "revoke").json["status"] == "revoked") }
      for verb in ["suspend", "reinstate", "renew", "rotate-key"] {
        #expect(try await vendor.post("/api/licenses/\(license.id)/\(verb)", json: [:]).status == 409)
      }
      let log = try await vendor.get("/api/audit-log?subject=license:\(license.id)").json
      let actions = log["items"]?.arrayValue?.compactMap { $0["action"]?.stringValue }
      #expect(actions == ["license.revoke", "license.reinstate", "license.suspend", "license.create"])
      let first = log["items"]?.arrayValue?.first
      #expect(first?["before"]?["status"] == "active" && first?["after"]?["status"] == "revoked")
    }
  }

  @Test func aRenewalMovesTheEndFromWhereItIsOrFromNow() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let end = server.clock.now() + .days(10)
      let running = try await server.license("pro", ["expires_at": JSONValue(end)])
      #expect(
        try await server.change(running, "renew", ["interval": "month"]).json["expires_at"]
          == "2027-01-01T10:00:00.000Z")
      let over = try await server.license("pro", ["expires_at": "2020-01-01T00:00:00Z"])
      let renewed = try await vendor.send("POST", "/api/licenses/\(over.id)/renew")
      #expect(renewed.json["expires_at"] == "2027-11-21T10:00:00.000Z" && renewed.json["status"] == "active")
      let endless = try await server.license()
      #expect(try await vendor.post("/api/licenses/\(endless.id)/renew", json: [:]).status == 409)
    }
  }

  @Test func aDowngradeBelowWhatIsInUseIsRefusedWithTheList() async throws {
    try await withServer { server in
      let license = try await server.license("enterprise")
      let vendor = try await server.vendor()
      _ = try await server.activate(license.key)
      _ = try await server.heartbeat(license.key, sequence: 1, users: 6)
      let path = "/api/licenses/\(license.id)/change-plan"
      let dry = try await vendor.post("\(path)?dry_run=true", json: ["plan": "pro"]).json
      #expect(dry["applied"] == false && dry["over_limit"]?.arrayValue?.first?["used"] == 6)
      #expect(dry["features_lost"] == ["attribution", "audience_optimization", "white_label"])
      let refused = try await vendor.post(path, json: ["plan": "pro"])
      #expect(refused.status == 409 && refused.json["over_limit"]?.arrayValue?.count == 1)
      #expect(try await vendor.post(path, json: ["plan": "gold"]).status == 422)
      _ = try await server.heartbeat(license.key, sequence: 2, users: 5)
      #expect(try await vendor.post(path, json: ["plan": "pro"]).json["applied"] == true)
      #expect(try await server.validate(license.key, "f")["license"]?["plan"] == "pro")
    }
  }

  @Test func overridesReachTheInstance() async throws {
    try await withServer { server in
      let license = try await server.license(
        "starter", ["overrides": ["limits": ["users": 3], "features": ["automizer"]]])
      let seen = try await server.activate(license.key)["license"]
      #expect(seen?["limits"] == ["users": 3] && seen?["features"] == ["automizer"])
      _ = try await server.vendor().patch(
        "/api/licenses/\(license.id)", json: ["overrides": [:], "max_instances": 2, "transfer_allowance": 0])
      let after = try await server.validate(license.key, "f")["license"]
      #expect(after?["limits"] == ["users": 1] && after?["features"] == [])
      #expect(try await server.activate(license.key, "g").verdict == "true VALID")
    }
  }

  @Test func wrongInputIsNamedFieldByField() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let answer = try await vendor.post(
        "/api/licenses",
        json: ["plan": 7, "customer_email": "nobody", "max_instances": 0, "expires_at": "soon", "colour": "red"])
      #expect(answer.status == 422 && answer.code == "validation_failed")
      let fields = Set(answer.json["errors"]?.arrayValue?.compactMap { $0["field"]?.stringValue } ?? [])
      #expect(fields == ["plan", "customer_email", "max_instances", "expires_at", "colour"])
      for path in ["/api/licenses/0", "/api/licenses/-1", "/api/licenses/abc", "/api/licenses/999999999999999999999"] {
        #expect(try await vendor.get(path).status == 404)
      }
    }
  }

  @Test func anIdempotencyKeyIssuesOneLicence() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let body: JSONValue = ["plan": "pro", "customer_email": "once@example.com"]
      let header = [("Idempotency-Key", "order-4711")]
      let first = try await vendor.post("/api/licenses", json: body, headers: header)
      let second = try await vendor.post("/api/licenses", json: body, headers: header)
      #expect(first.status == 201 && second.status == 201 && first.json == second.json)
      let other = try await vendor.post(
        "/api/licenses", json: ["plan": "starter", "customer_email": "once@example.com"], headers: header)
      #expect(other.status == 422)
      let list = try await vendor.get("/api/licenses?customer_email=once@example.com").json
      #expect(list["items"]?.arrayValue?.count == 1)
    }
  }
}
