import ClickPath
import Core
import Database
import Security
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct FraudKeeperTests {
  private static func entry(_ tracker: RunningTracker, _ number: Int) -> AutomaticEntries.Entry {
    AutomaticEntries.Entry(
      tenantID: tracker.tenant.id, address: IPAddress(v4: 0xC633_6400 + UInt32(number)), reason: "score 95: bot:ua+40")
  }

  private static func list(_ tracker: RunningTracker) async throws -> [BlacklistEntry] {
    try await BlacklistStore(clock: tracker.clock).page(PageRequest(limit: 500), .init(), of: tracker.scope).items
  }

  @Test func whatIsFoundIsWrittenWithItsReasonForADay() async throws {
    try await withTracker { tracker in
      let entries = tracker.parts.fraud.entries
      for number in [1, 2, 1] { entries.add(Self.entry(tracker, number)) }
      try await eventually("the entries are written") { entries.figures.waiting == 0 }
      let list = try await Self.list(tracker)
      #expect(Set(list.map(\.range)) == ["198.51.100.1", "198.51.100.2"])
      #expect(list.allSatisfy { $0.origin == .automatic && $0.reason == "score 95: bot:ua+40" })
      #expect(list.allSatisfy { $0.expiresAt == tracker.clock.now() + .hours(24) })
      // It was in the snapshot before it was let go of.
      let tenant = tracker.parts.snapshots.current.tenants[tracker.tenant.id]
      #expect(tenant?.blacklist.origin(of: Self.entry(tracker, 1).address, at: tracker.clock.now()) == .automatic)
      // What somebody put there by hand stays what it is, and the other way round it becomes that.
      let admin = try await tracker.admin()
      #expect(try await admin.post("/admin/api/blacklist", json: ["range": "198.51.100.1"]).status == 201)
      entries.add(Self.entry(tracker, 1))
      try await eventually("the entry is dealt with") { entries.figures.waiting == 0 }
      let origins = try await Self.list(tracker).map { [$0.range, $0.origin.rawValue] }
      #expect(Set(origins) == [["198.51.100.1", "manual"], ["198.51.100.2", "automatic"]])
    }
  }

  @Test func whileTheTableCannotBeWrittenTheyWaitAndStayListed() async throws {
    try await withTracker { tracker in
      let entries = tracker.parts.fraud.entries
      let schema = try tracker.scope.schema
      let owner = try await Connection.open(tracker.database.dsn)
      try await owner.execute("ALTER TABLE \(schema).blacklist RENAME TO elsewhere")
      entries.add(Self.entry(tracker, 1))
      #expect(entries.contains(Self.entry(tracker, 1).address, of: tracker.tenant.id))
      try await owner.execute("ALTER TABLE \(schema).elsewhere RENAME TO blacklist")
      try await eventually("the entry is written") { entries.figures.waiting == 0 }
      #expect(try await Self.list(tracker).map(\.range) == ["198.51.100.1"])
    }
  }

  @Test func onlyTheLatestStayAndNoneWhereTheTimeIsZero() async throws {
    try await withTracker { tracker in
      let scope = try tracker.scope
      let store = BlacklistStore(clock: tracker.clock)
      for number in 0..<5 {
        tracker.clock.advance(by: .seconds(1))
        try await store.add(
          automatic: [Self.entry(tracker, number)], until: tracker.clock.now() + .hours(1), of: scope, in: scope)
      }
      try await store.trimAutomatic(to: 3, of: scope, in: scope)
      #expect(try await Self.list(tracker).map(\.range) == ["198.51.100.4", "198.51.100.3", "198.51.100.2"])
      tracker.clock.advance(by: .hours(1))
      try await store.removeExpired(of: scope)
      #expect(try await store.count(.automatic, of: scope, in: scope) == 0)
      let admin = try await tracker.admin()
      #expect(try await admin.patch("/admin/api/settings/blacklist", json: ["auto_hours": 0]).status == 200)
      tracker.parts.fraud.entries.add(Self.entry(tracker, 9))
      try await eventually("the entry is let go of") { tracker.parts.fraud.entries.figures.waiting == 0 }
      #expect(try await Self.list(tracker).isEmpty)
    }
  }

  @Test func neitherThisMachineNorItsProxiesAreListed() async throws {
    try await withTracker(["TRUSTED_PROXIES": "127.0.0.1/32,198.51.100.0/24"]) { tracker in
      #expect(!tracker.parts.fraud.entries.add(Self.entry(tracker, 1)))
      #expect(IPAddress.ofThisMachine().contains(IPAddress(v4: 0x7F00_0001)))
    }
  }
}
