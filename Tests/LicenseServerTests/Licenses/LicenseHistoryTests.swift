import Core
import TestSupport
import Testing

@testable import LicenseServer

/// What happened to a licence, by whom and when, for machines to read.
@Suite struct LicenseHistoryTests {
  @Test func everythingIsInItOnceInOrder() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let license = try await server.license("pro", ["max_instances": 1])
      let instance = try #require(try await server.activate(license.key, "one")["instance"]?["id"]?.intValue)
      _ = try await server.activate(license.key, "one")
      _ = try await server.deactivate(license.key, "one")
      _ = try await server.activate(license.key, "two", domain: "a.example")
      _ = try await server.activate(license.key, "two", domain: "b.example")
      for _ in 0..<2 { try await server.change(license, "suspend") }
      try await server.change(license, "reinstate")
      try await server.change(license, "change-plan", ["plan": "enterprise"])
      try await server.change(license, "rotate-key", ["overlap_hours": 1])
      _ = try await vendor.patch(
        "/api/licenses/\(license.id)", json: ["overrides": ["extra_users": 2, "features": ["white_label"]]])
      _ = try await vendor.post("/api/licenses/\(license.id)/instances/\(instance)/ban", json: [:])
      let history = try await vendor.get("/api/licenses/\(license.id)/history").json["items"]?.arrayValue ?? []
      let kinds = history.reversed().compactMap { $0["kind"]?.stringValue }
      #expect(
        kinds == [
          "issued", "activated", "deactivated", "activated", "moved", "rebound", "suspended", "reinstated",
          "plan_changed", "key_rotated", "overridden", "banned",
        ])
      let actors = history.reversed().compactMap { $0["actor"]?.stringValue }
      #expect(actors.first == "staff \(RunningServer.vendorEmail)" && actors[1] == "instance tracker-1")
      #expect(history.first?["instance_id"] == .int(instance))
      #expect(history.allSatisfy { $0["at"]?.stringValue == server.clock.now().rfc3339 })
      let change = history.first { $0["kind"] == "plan_changed" }
      #expect(change?["data"]?["from"] == "pro" && change?["data"]?["to"] == "enterprise")
      #expect(try await !vendor.get("/api/licenses/\(license.id)/history").text.contains(license.key))
    }
  }

  @Test func itIsReadPageByPageAndByKind() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let license = try await server.license()
      for _ in 0..<3 {
        try await server.change(license, "suspend")
        try await server.change(license, "reinstate")
      }
      let path = "/api/licenses/\(license.id)/history"
      let first = try await vendor.get("\(path)?limit=5").json
      let cursor = try #require(first["next_cursor"]?.stringValue)
      let second = try await vendor.get("\(path)?limit=5&cursor=\(cursor)").json
      #expect(first["items"]?.arrayValue?.count == 5 && second["items"]?.arrayValue?.count == 2)
      #expect(second["next_cursor"] == .null)
      #expect(try await vendor.get("\(path)?kind=suspended").json["items"]?.arrayValue?.count == 3)
      #expect(try await vendor.get("\(path)?kind=eaten").status == 422)
      #expect(try await vendor.get("/api/licenses/999999/history").status == 404)
    }
  }

  @Test func notesAreTheStaffsOwn() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let path = "/api/licenses/\(try await server.license().id)/notes"
      let note = try await vendor.post(path, json: ["body": "Called, wants Enterprise."])
      #expect(note.status == 201 && note.json["author"]?.stringValue == "staff \(RunningServer.vendorEmail)")
      #expect(try await vendor.post(path, json: ["body": "  "]).status == 422)
      #expect(try await vendor.post(path, json: ["body": .string(String(repeating: "x", count: 4_001))]).status == 422)
      #expect(try await vendor.get(path).json["items"]?.arrayValue?.count == 1)
      let id = note.json["id"]?.intValue ?? 0
      #expect(try await vendor.send("DELETE", "\(path)/\(id)").status == 204)
      #expect(try await vendor.send("DELETE", "\(path)/\(id)").status == 404)
      #expect(try await vendor.post("/api/licenses/999999/notes", json: ["body": "x"]).status == 404)
    }
  }

  @Test func aDateOverrideOutlastsWhatIsPaidFor() async throws {
    try await withServer { server in
      let now = server.clock.now()
      let license = try await server.license("pro", ["expires_at": JSONValue(now + .days(1))])
      let count: (String) async throws -> JSONValue? = {
        try await server.vendor().get("/api/licenses?\($0)").json["total"]
      }
      let changed = try await server.vendor().patch(
        "/api/licenses/\(license.id)", json: ["overrides": ["expires_at": JSONValue(now + .days(90))]])
      #expect(changed.json["expires_at"]?.stringValue == (now + .days(90)).rfc3339)
      server.clock.advance(by: .days(89))
      #expect(try await server.validate(license.key).verdict == "true VALID")
      #expect(try await count("status=active") == 1)
      #expect(try await count("expiring_within_days=2") == 1)
      server.clock.advance(by: .days(1))
      #expect(try await server.validate(license.key).verdict == "false EXPIRED")
      #expect(try await count("status=expired") == 1)
    }
  }
}
