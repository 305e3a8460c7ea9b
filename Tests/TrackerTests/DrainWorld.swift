import ClickPath
import Conversions
import Core
import Database
import Foundation
import TestSupport
import Testing

@testable import TenantTracker

/// A tracker that does not run, on a database of its own: its journal is filled and drained by hand.
struct DrainWorld: Sendable {
  static let now = Timestamp(seconds: 1_795_255_200)  // 2026-11-21T10:00:00Z

  let parts: ServingParts
  let clock: TestClock
  let tenant: Tenant
  let other: Tenant

  var tracker: Tracker { parts.tracker }
  var drainer: Drainer { parts.drainer }
  var journal: Journal { parts.journal }

  static func with(_ body: (DrainWorld) async throws -> Void) async throws {
    let database = try await TestPostgres.database(template: "tracker-control", migrate: TrackerDatabase.migrate)
    let folder = FileManager.default.temporaryDirectory.appending(path: "drain-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let clock = TestClock(now)
    let tracker = try TrackerDatabase.tracker(on: database, state: folder.path, clock: clock)
    _ = try await tracker.migrate()
    let tenant = try await tracker.ensureDefaultTenant()
    let other = try await tracker.provisioner.provision(.init(slug: "other", name: "Other")).tenant
    let parts = try ServingParts(tracker)
    try await body(DrainWorld(parts: parts, clock: clock, tenant: tenant, other: other))
    await parts.journal.close()
    await parts.journalWriter.close()
    await tracker.pools.close()
    await tracker.control.close()
    withExtendedLifetime(database) {}
  }

  func scope(_ tenant: Tenant) throws -> TenantScope { try tracker.scope(of: tenant) }

  // The journal

  /// Durable clicks of a tenant.
  @discardableResult
  func click(_ tenant: Tenant, _ count: Int = 1, at time: Timestamp = now) async throws -> [ClickEvent] {
    var clicks: [ClickEvent] = []
    for _ in 0..<count {
      let click = ClickEvent(
        id: ClickID(at: time), tenantID: tenant.id, status: .ok, campaignID: 11, ip: IPAddress(v4: 0xCB00_7107),
        currency: .usd)
      try await append(.click(click))
      clicks.append(click)
    }
    return clicks
  }

  /// A durable postback.
  func postback(_ tenant: Tenant, _ query: String) async throws {
    clock.advance(by: .milliseconds(1))
    let hit = PostbackHit(id: ConversionID(at: clock.now()), query: query, address: nil)
    try await append(
      .postback(RawPostbackEvent(hit, tenantID: tenant.id, from: IPAddress(v4: 0xCB00_7107))))
  }

  private func append(_ event: JournalEvent) async throws {
    var payload: [UInt8] = []
    event.encode(into: &payload)
    let outcome = try await journal.append(tenantID: event.tenantID, kind: event.journalKind, payload: payload)
    try #require(outcome == .durable)
  }

  // The database

  /// The ids that are there, in order; one that is there twice is there twice.
  func stored(_ tenant: Tenant) async throws -> [ClickID] {
    try await tracker.control.query("SELECT id FROM \(tenant.schema).clicks ORDER BY id").map { try $0.get("id") }
  }

  func number(_ sql: SQL) async throws -> Int { try await tracker.control.scalar(sql, as: Int.self) ?? -1 }

  /// As the owner of all schemas.
  func run(_ statements: SQL...) async throws {
    for statement in statements { try await tracker.control.execute(statement) }
  }

  var journalRole: SchemaName {
    get async throws { try #require(try await Installation.find(tracker.control)?.journalRole) }
  }

  // The snapshot

  func addCampaign(_ slug: String, to tenant: Tenant) async throws {
    try await run(
      """
      INSERT INTO \(tenant.schema).campaigns (name, slug, currency, created_at, updated_at)
      VALUES (\(slug), \(slug), 'USD', \(Self.now), \(Self.now))
      """)
  }

  /// The slugs that the click path knows.
  func liveCampaigns(_ tenant: Tenant) -> Set<String> {
    Set((parts.snapshots.current.tenants[tenant.id]?.campaigns.values).map { $0.map(\.slug) } ?? [])
  }

  /// Drains until nothing is left.
  func drain(_ run: inout DrainRun) async throws { while try await drainer.drainBatch(&run) {} }
}

extension [ClickEvent] {
  var ids: [ClickID] { map(\.id).sorted() }
}
