import ClickPath
import Conversions
import Core
import Database
import Synchronization
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct DrainPostbackTests {
  @Test func postbacksAreReplayedInOrderAfterTheirClicksAndOnce() async throws {
    try await DrainWorld.with { world in
      let (tenant, schema) = (world.tenant, world.tenant.schema)
      let click = try #require(try await world.click(tenant).first)
      try await world.postback(tenant, "click_id=\(click.id)&status=lead&txid=T")
      try await world.postback(tenant, "click_id=\(click.id)&status=sale&txid=T&payout=7")
      try await world.drainer.drainAll()
      try await world.run("DELETE FROM \(schema).journal_position WHERE stream = 'postbacks'")
      try await world.drainer.drainAll()
      let conversions = try await ConversionStore().list(ofClick: click.id, of: try world.scope(tenant))
      #expect(conversions.map(\.status) == [.sale])
      #expect(conversions.map(\.payout.amount.description) == ["7.00"])
      #expect(try await world.number("SELECT count(1) FROM \(schema).conversion_history") == 2)
      #expect(try await world.number("SELECT count(1) FROM \(schema).postback_log") == 2)
    }
  }

  @Test func aPostbackThatCanNeverBeRecordedHoldsUpNeitherClicksNorOthers() async throws {
    try await DrainWorld.with { world in
      let seen = Mutex<[String]>([])
      let scope = try world.scope(world.tenant)
      let drainer = world.drainer.replaying { event, _ in
        if event.query == "poison" { try await scope.execute("SELECT 'x'::int") }
        seen.withLock { $0.append(event.query) }
      }
      let clicks = try await world.click(world.tenant, 2)
      for query in ["first", "poison", "last"] { try await world.postback(world.tenant, query) }
      var run = try await drainer.begin()
      while try await drainer.drainBatch(&run) {}
      #expect(seen.withLock { $0 } == ["first", "last"])
      #expect(run.paused.isEmpty)
      #expect(try await world.stored(world.tenant) == clicks.ids)
    }
  }

  @Test func manyPostbacksOfOneTenantHoldUpNobodyAndEachIsRecordedOnceInOrder() async throws {
    try await DrainWorld.with { world in
      let seen = Mutex<[(tenant: Int64, query: String)]>([])
      let drainer = world.drainer.replaying { event, tenant in seen.withLock { $0.append((tenant.id, event.query)) } }
      let many = Drainer.replaysAtOnce * 2 + 7
      let clicks = try await world.click(world.tenant, 3)
      for number in 0..<many { try await world.postback(world.tenant, "n=\(number)") }
      try await world.postback(world.other, "other")
      var run = try await drainer.begin()
      try await drainer.drainBatch(&run)
      #expect(try await world.stored(world.tenant) == clicks.ids)
      #expect(seen.withLock { $0.map(\.query) } == ["other"])
      try await drainer.drainBatch(&run)
      #expect(seen.withLock { $0.count } == 1 + Drainer.replaysAtOnce)
      // What came meanwhile stays behind what waits.
      try await world.postback(world.tenant, "last")
      let more = try await world.click(world.tenant, 1)
      while try await drainer.drainBatch(&run) || run.hasDue(at: world.clock.now()) {}
      let mine = seen.withLock { $0.filter { $0.tenant == world.tenant.id }.map(\.query) }
      #expect(mine == (0..<many).map { "n=\($0)" } + ["last"])
      #expect(run.paused.isEmpty)
      #expect(try await world.stored(world.tenant) == (clicks + more).ids)
      try await drainer.drainAll()
      #expect(seen.withLock { $0.count } == many + 2)
    }
  }

  @Test func aPostbackWhoseClickAnEarlierProcessLeftInTheJournalWaitsForIt() async throws {
    try await DrainWorld.with { world in
      let click = try #require(try await world.click(world.tenant).first)
      let scope = try world.scope(world.tenant)
      let hit = PostbackHit(id: ConversionID(at: world.clock.now()), query: "click_id=\(click.id)", address: nil)
      #expect(try await world.parts.postbacks.receive(hit, in: scope) == .notYet)
      try await world.drainer.drainAll()
      #expect(try await world.parts.postbacks.receive(hit, in: scope).status == 200)
      let unknown = PostbackHit(
        id: ConversionID(at: world.clock.now()), query: "click_id=\(ClickID(at: DrainWorld.now))", address: nil)
      #expect(try await world.parts.postbacks.receive(unknown, in: scope) == .unknownClick)
    }
  }
}

extension Drainer {
  fileprivate func replaying(
    _ replay: @escaping @Sendable (RawPostbackEvent, Tenant) async throws -> Void
  ) -> Drainer {
    Drainer(
      journal: journal, store: store, partitions: partitions, directory: directory, tail: tail, progress: progress,
      replay: replay, figures: figures, clock: clock, logger: logger)
  }
}
