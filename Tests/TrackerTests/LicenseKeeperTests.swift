import Core
import Licensing
import Synchronization
import TestSupport
import Testing

@testable import TenantTracker

/// The tenant's licence against a licence server in every mood.
@Suite(.serialized) struct LicenseKeeperTests {
  @Test func rightsComeWithTheServersSignedWordAndGoWithIt() async throws {
    try await Self.withVendor { tracker, vendor, admin in
      #expect(try await admin.get("/admin/api/license").json["plan"] == "starter")
      #expect(try await Self.activate("key-1", admin).json["plan"] == "pro")
      #expect(try await admin.post("/admin/api/users", json: ["email": "a@example.com"]).status == 201)
      vendor.set(.says(.suspended))
      tracker.clock.advance(by: .seconds(1))
      let refused = try await admin.post("/admin/api/license/refresh", json: [:]).json
      #expect(refused["plan"] == "starter" && refused["code"] == "SUSPENDED", "\(refused.text)")
      #expect(try await admin.post("/admin/api/users", json: ["email": "b@example.com"]).status == 402)
      vendor.set(.says(.valid))
      tracker.clock.advance(by: .seconds(1))
      #expect(try await admin.post("/admin/api/license/refresh", json: [:]).json["plan"] == "pro")
    }
  }

  @Test func nothingUnsignedTakesRightsAway() async throws {
    try await Self.withVendor { tracker, vendor, admin in
      #expect(try await Self.activate("key-1", admin).status == 200)
      for mood in [LicenseVendor.Mood.forges, .fails(500), .fails(403), .fails(404), .fails(200)] {
        vendor.set(mood)
        tracker.clock.advance(by: .seconds(1))
        #expect(try await admin.post("/admin/api/license/refresh", json: [:]).status == 503, "\(mood)")
        let standing = try await admin.get("/admin/api/license").json
        #expect(standing["plan"] == "pro" && standing["code"] == "VALID", "\(mood): \(standing.text)")
      }
      tracker.clock.advance(by: .days(20))
      #expect(try await admin.get("/admin/api/license").json["plan"] == "pro", "in grace")
      tracker.clock.advance(by: .days(2))
      #expect(try await tracker.admin().get("/admin/api/license").json["plan"] == "starter")
    }
  }

  @Test func aServerThatIsAwayForThirtyDaysCostsProAfterTheGraceAndNothingElse() async throws {
    try await Self.withVendor { tracker, vendor, admin in
      #expect(try await Self.activate("key-1", admin).status == 200)
      for name in ["a", "b", "c"] {
        #expect(try await admin.post("/admin/api/users", json: ["email": .string("\(name)@example.com")]).status == 201)
      }
      let offer: JSONValue = ["name": "kept", "url": "https://shop.example/", "payout": "1", "currency": "USD"]
      #expect(try await admin.post("/admin/api/offers", json: offer).status == 201)
      vendor.set(.fails(503))
      for day in 1...30 {
        tracker.clock.advance(by: .days(1))
        let admin = try await tracker.admin()
        #expect(try await admin.post("/admin/api/license/refresh", json: [:]).status == 503)
        try await tracker.tracker.licenses.tick(try tracker.scope)
        let license = try await admin.get("/admin/api/license").json
        #expect(license["plan"]?.stringValue == (day < 21 ? "pro" : "starter"), "day \(day): \(license.text)")
        #expect(license["banner"]?.stringValue?.isEmpty == false, "day \(day)")
      }
      let away = try await tracker.admin()
      #expect(try await away.get("/admin/api/users").json["items"]?.arrayValue?.count == 4)
      #expect(try await away.post("/admin/api/users", json: ["email": "d@example.com"]).status == 402)
      vendor.set(.says(.valid))
      let back = try await away.post("/admin/api/license/refresh", json: [:]).json
      #expect(back["plan"] == "pro" && back["banner"] == .null, "\(back.text)")
      #expect(try await away.post("/admin/api/users", json: ["email": "d@example.com"]).status == 201)
      #expect(try await away.get("/admin/api/offers").json["items"]?.arrayValue?.count == 1)
    }
  }

  @Test func aKeyThatIsRefusedChangesNothing() async throws {
    try await Self.withVendor { tracker, vendor, admin in
      #expect(try await Self.activate("key-1", admin).status == 200)
      vendor.set(.refuses(key: "key-2", .tooManyInstances))
      let refused = try await Self.activate("key-2", admin)
      #expect(refused.status == 422 && refused.code == "license_refused")
      let standing = try await admin.get("/admin/api/license").json
      #expect(standing["plan"] == "pro" && standing["key_last_four"] == "ey-1")
    }
  }

  @Test func aHeartbeatUnderWayDoesNotBringTheFormerKeyBack() async throws {
    try await Self.withVendor { tracker, vendor, admin in
      #expect(try await Self.activate("key-1", admin).status == 200)
      let second = try await tracker.admin()
      let before = vendor.state.withLock { state in
        state.holdsHeartbeats = true
        return state.heartbeats
      }
      async let heartbeat = second.post("/admin/api/license/refresh", json: [:])
      try await eventually { vendor.state.withLock { $0.heartbeats > before } }
      #expect(try await Self.activate("key-2", admin).json["key_last_four"] == "ey-2")
      vendor.state.withLock { $0.holdsHeartbeats = false }
      #expect(try await heartbeat.status == 200)
      let standing = try await admin.get("/admin/api/license").json
      #expect(standing["key_last_four"] == "ey-2" && standing["plan"] == "pro", "\(standing.text)")
      #expect(try await admin.post("/admin/api/license/deactivate", json: [:]).json["plan"] == "starter")
      #expect(try await admin.get("/admin/api/license").json["key_last_four"] == .null)
    }
  }

  private static func activate(_ key: String, _ client: TestHTTPClient) async throws -> TestHTTPAnswer {
    try await client.post("/admin/api/license/activate", json: ["license_key": .string(key)])
  }

  private static func withVendor(
    _ body: (RunningTracker, LicenseVendor, TestHTTPClient) async throws -> Void
  ) async throws {
    let clock = TestClock()
    let vendor = try LicenseVendor(clock: clock)
    try await vendor.serve { url in
      try await withTracker(["LICENSE_SERVER_URL": url], clock: clock, isLicensed: false) { tracker in
        try await body(tracker, vendor, try await tracker.admin())
      }
    }
  }
}
