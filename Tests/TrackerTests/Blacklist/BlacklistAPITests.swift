import ClickPath
import Core
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct BlacklistAPITests {
  private static let path = "/admin/api/blacklist"

  @Test func anEntryIsAddedFoundAndTakenOff() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let added = try await admin.post(Self.path, json: ["range": "203.0.113.77/24", "reason": "Scrapers"])
      #expect(added.status == 201, "\(added.text)")
      let id = try #require(added.json["id"]?.intValue)
      #expect(added.json["range"] == "203.0.113.0/24")
      #expect(added.json["origin"] == "manual")
      #expect(added.json["expires_at"] == .null)
      #expect(added.header("Location") == "\(Self.path)/\(id)")
      for (query, count) in [
        ("", 1), ("?q=203.0.113.9", 1), ("?q=203.0.114.9", 0), ("?q=203.0.0.0%2F16", 1), ("?q=scrap", 1),
        ("?q=203.0.113", 1), ("?q=100%25", 0), ("?origin=manual", 1), ("?origin=automatic", 0),
      ] {
        let list = try await admin.get(Self.path + query)
        #expect(list.json["items"]?.arrayValue?.count == count, "\(query)")
        #expect(list.json["total"]?.intValue == Int64(count), "\(query)")
      }
      #expect(try await admin.get("\(Self.path)/\(id)").json == added.json)
      #expect(try await admin.delete("\(Self.path)/\(id)").status == 204)
      #expect(try await admin.delete("\(Self.path)/\(id)").status == 404)
      #expect(try await admin.get("\(Self.path)/\(id)").status == 404)
    }
  }

  @Test func itIsInTheSnapshotOnceItIsAnswered() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let address = try #require(IPAddress("2001:db8:7::9"))
      let origin = {
        tracker.parts.snapshots.current.tenants[tracker.tenant.id]?.blacklist.origin(
          of: address, at: tracker.clock.now())
      }
      #expect(origin() == nil)
      let end = tracker.clock.now() + .hours(1)
      let body: JSONValue = ["range": "2001:db8:7::/48", "expires_at": .string(end.rfc3339)]
      let id = try #require(try await admin.post(Self.path, json: body).json["id"]?.intValue)
      #expect(origin() == .manual)
      #expect(try await admin.delete("\(Self.path)/\(id)").status == 204)
      #expect(origin() == nil)
      #expect(try await admin.post(Self.path, json: body).status == 201)
      tracker.clock.set(end - .seconds(1))
      #expect(origin() == .manual)
      tracker.clock.set(end)
      #expect(origin() == nil)
      #expect(try await admin.get(Self.path).json["items"]?.arrayValue?.isEmpty == true)
    }
  }

  @Test func whatIsWrongIsNamed() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      for (body, field) in [
        (["range": "nonsense"], "range"), (["range": "0.0.0.0/0"], "range"), ([:], "range"),
        (["range": "203.0.113.7", "expires_at": "2020-01-01T00:00:00Z"], "expires_at"),
        (["range": "203.0.113.7", "colour": "red"], "colour"), (["ip": "1.2.3"], "ip"),
      ] as [(JSONValue, String)] {
        let answer = try await admin.post(Self.path, json: body)
        #expect(answer.status == 422)
        #expect(answer.json["errors"]?.arrayValue?.map { $0["field"]?.stringValue } == [field])
      }
      #expect(try await admin.post(Self.path, json: ["ip": "203.0.113.7"]).status == 201)
      let again = try await admin.post(Self.path, json: ["range": "203.0.113.7/32"])
      #expect(again.status == 409)
      #expect(again.code == "conflict")
      #expect(try await admin.get("\(Self.path)?colour=red").status == 422)
      #expect(try await tracker.visitor.get(Self.path).status == 401)
      #expect(try await tracker.visitor.post("\(Self.path)/bulk", json: [:]).status == 401)
    }
  }

  @Test func manyAreAddedAtOnceOrNone() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let wrong = try await admin.post("\(Self.path)/bulk", json: ["text": "203.0.113.7\nnonsense\n198.51.100.0/24"])
      #expect(wrong.status == 422)
      #expect(wrong.json["errors"]?.arrayValue?.map { $0["field"]?.stringValue } == ["lines[1]"])
      #expect(try await admin.get(Self.path).json["total"] == 0)
      #expect(try await admin.post("\(Self.path)/bulk", json: ["text": " \n# nobody\n"]).status == 422)
      let list = (0..<50_000).map { "100.\($0 >> 16).\($0 >> 8 & 255).\($0 & 255)" }
      let added = try await admin.post("\(Self.path)/bulk", json: ["text": .string(list.joined(separator: "\n"))])
      #expect(added.json == ["added": 50_000, "unchanged": 0], "\(added.text)")
      let more = try await admin.post(
        "\(Self.path)/bulk", json: ["ranges": ["100.0.0.7", "203.0.113.7", "203.0.113.7"], "reason": "More"])
      #expect(more.json == ["added": 1, "unchanged": 1])
      let tooMany = list + ["203.0.113.9"]
      #expect(
        try await admin.post("\(Self.path)/bulk", json: ["text": .string(tooMany.joined(separator: "\n"))]).status
          == 422)
      let newest = try await admin.get("\(Self.path)?limit=1")
      #expect(newest.json["items"]?.arrayValue?.first?["reason"] == "More")
      #expect(newest.json["total"] == 50_001)
      let cursor = try #require(newest.json["next_cursor"]?.stringValue)
      #expect(try await admin.get("\(Self.path)?limit=500&cursor=\(cursor)").json["items"]?.arrayValue?.count == 500)
    }
  }

  @Test func settingsBelongToTheFullKit() async throws {
    try await withTracker { tracker in
      let admin = try await tracker.admin()
      let path = "/admin/api/settings/blacklist"
      #expect(try await admin.get(path).json == ["auto_hours": 24])
      #expect(try await admin.patch(path, json: ["auto_hours": 48]).json == ["auto_hours": 48])
      #expect(try await admin.get(path).json == ["auto_hours": 48])
      #expect(try await admin.patch(path, json: ["auto_hours": 8_761]).status == 422)
    }
    try await withTracker(isLicensed: false) { tracker in
      let admin = try await tracker.admin()
      #expect(try await admin.patch("/admin/api/settings/blacklist", json: ["auto_hours": 48]).status == 402)
      #expect(try await admin.post(Self.path, json: ["range": "203.0.113.7"]).status == 201)
    }
  }
}
