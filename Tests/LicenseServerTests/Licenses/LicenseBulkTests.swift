import Core
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct LicenseBulkTests {
  @Test func eachLicenceHasItsOwnOutcome() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let (good, revoked) = (try await server.license(), try await server.license())
      try await server.change(revoked, "revoke")
      let answer = try await vendor.post(
        "/api/licenses/bulk",
        json: ["action": "suspend", "ids": [.int(good.id), .int(revoked.id), 999_999, .int(good.id)]])
      #expect(answer.status == 200 && answer.json["done"] == 1 && answer.json["failed"] == 2, "\(answer.text)")
      let results = answer.json["results"]?.arrayValue ?? []
      #expect(results.map { $0["done"] } == [true, false, false])
      #expect(results.first?["license"]?["status"] == "suspended")
      #expect(results.map { $0["problem"]?["status"] } == [nil, 409, 404])
      #expect(!answer.text.contains(good.key))
    }
  }

  @Test func manyAreExtendedAndTagged() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let now = server.clock.now()
      let running = try await server.license("pro", ["expires_at": JSONValue(now + .days(10))])
      let over = try await server.license("pro", ["expires_at": JSONValue(now - .days(10))])
      let endless = try await server.license()
      let ids: JSONValue = [.int(running.id), .int(over.id), .int(endless.id)]
      let extended = try await vendor.post("/api/licenses/bulk", json: ["action": "extend", "days": 30, "ids": ids])
      let results = extended.json["results"]?.arrayValue ?? []
      #expect(
        results.prefix(2).map { $0["license"]?["expires_at"]?.stringValue } == [
          (now + .days(40)).rfc3339, (now + .days(30)).rfc3339,
        ])
      #expect(results.last?["problem"]?["status"] == 409)
      for _ in 0..<2 {
        #expect(
          try await vendor.post("/api/licenses/bulk", json: ["action": "tag", "tag": "Fair-2026", "ids": ids]).json[
            "done"]
            == 3)
      }
      #expect(try await vendor.get("/api/licenses?tag=fair-2026").json["total"] == 3)
      _ = try await vendor.post("/api/licenses/bulk", json: ["action": "untag", "tag": "fair-2026", "ids": ids])
      #expect(try await vendor.get("/api/licenses?tag=fair-2026").json["total"] == 0)
    }
  }

  @Test func requestsThatMakeNoSenseChangeNothing() async throws {
    try await withServer { server in
      let vendor = try await server.vendor()
      let id = JSONValue.int(try await server.license().id)
      for body: JSONValue in [
        [:], ["action": "explode", "ids": [id]], ["action": "extend", "ids": [id]], ["action": "suspend", "ids": []],
        ["action": "tag", "ids": [id], "tag": "no blanks"], ["action": "suspend", "ids": ["one"]],
        ["action": "extend", "ids": [id], "days": 0],
        ["action": "suspend", "ids": .array((1...501).map { .int($0) })],
      ] {
        #expect(try await vendor.post("/api/licenses/bulk", json: body).status == 422, "\(body.text.prefix(80))")
      }
      #expect(try await vendor.get("/api/licenses").json["items"]?.arrayValue?.first?["status"] == "active")
    }
  }

  @Test func thePageDoesTheSame() async throws {
    try await withServer { server in
      let license = try await server.license()
      let staff = try await server.staffBrowser()
      let answer = try await staff.submit(
        "/admin/licenses/bulk", from: "/admin/licenses",
        [("ids", "\(license.id)"), ("ids", "999999"), ("action", "suspend"), ("days", ""), ("tag", "")])
      #expect(answer.status == 200 && answer.text.contains("Done with 1 of 2"), "\(answer.text)")
      #expect(try await server.validate(license.key).verdict == "false SUSPENDED")
    }
  }
}
