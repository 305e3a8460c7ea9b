import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

/// Hits of conversions that nobody knows, alone and many at once.
@Suite struct NewConversionTests {
  /// Conversions, lines of history, lines of the log, and the revenue in micros.
  private func counts(_ bench: PostbackBench) async throws -> [Int64] {
    let schema = bench.scope.schema
    let row = try await bench.scope.one(
      """
      SELECT (SELECT count(*) FROM \(schema).conversions) AS conversions,
        (SELECT count(*) FROM \(schema).conversion_history) AS history,
        (SELECT count(*) FROM \(schema).postback_log) AS log,
        (SELECT COALESCE(sum(revenue_micros), 0)::bigint FROM \(schema).conversions WHERE status = 'sale') AS revenue
      """)
    return [
      try row.get("conversions"), try row.get("history"), try row.get("log"), try row.get("revenue"),
    ]
  }

  @Test func manyAtOnceAreEachWrittenOnceAndWhole() async throws {
    let bench = try await PostbackBench(connections: 6)
    let clicks = (0..<20).map { bench.newClick(at: PostbackBench.start + .seconds(Int64($0))) }
    try await bench.drain(clicks)
    let hits = (0..<200).map { number in
      bench.hit(
        "click_id=\(clicks[number % 20].id)&payout=2&txid=\(number)",
        at: bench.clock.now() + .milliseconds(Int64(number)))
    }
    // Each twice, as a network and a journal may give it.
    let outcomes: [PostbackOutcome] = try await withThrowingTaskGroup(of: PostbackOutcome.self) { tasks in
      for hit in hits + hits { tasks.addTask { try await bench.service.receive(hit, in: bench.scope) } }
      return try await tasks.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(outcomes) == Set(hits.map { PostbackOutcome.recorded($0.id) }))
    #expect(try await counts(bench) == [200, 200, 200, 400_000_000])
    let sample = try #require(try await PostbackLogStore().find(hits[7].id, of: bench.scope))
    #expect(sample.outcome == "recorded" && sample.conversionID == hits[7].id && sample.clickID == clicks[7].id)
    #expect(sample.networkID == PostbackBench.networkID && sample.hit.query == hits[7].query)
    await bench.tenant.close()
  }

  @Test func twoNodesWithTheSameHitsCountThemOnce() async throws {
    let bench = try await PostbackBench(connections: 8)
    let other = PostbackService(tail: bench.tail, clock: bench.clock)
    let clicks = (0..<50).map { bench.newClick(at: PostbackBench.start + .seconds(Int64($0))) }
    try await bench.drain(clicks)
    // Of each conversion two hits, each given to both nodes; whichever comes first makes it.
    let hits = (0..<100).map { number in
      bench.hit("click_id=\(clicks[number % 50].id)&payout=2", at: bench.clock.now() + .milliseconds(Int64(number)))
    }
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for hit in hits { tasks.addTask { _ = try await bench.service.receive(hit, in: bench.scope) } }
      for hit in hits.reversed() { tasks.addTask { _ = try await other.receive(hit, in: bench.scope) } }
      try await tasks.waitForAll()
    }
    #expect(try await counts(bench) == [50, 100, 100, 100_000_000])
    await bench.tenant.close()
  }

  @Test func aHitThatIsInTheLogAlreadyHurtsNoOther() async throws {
    let bench = try await PostbackBench(connections: 6)
    let clicks = (0..<40).map { bench.newClick(at: PostbackBench.start + .seconds(Int64($0))) }
    try await bench.drain(clicks)
    let hits = clicks.enumerated().map { number, click in
      bench.hit("click_id=\(click.id)&payout=3", at: bench.clock.now() + .milliseconds(Int64(number)))
    }
    // Another process has given these up in the meantime.
    for hit in hits.prefix(5) {
      try await PostbackLogStore().insert(
        hit, PostbackVerdict(.unknownClick), in: bench.scope, schema: bench.scope.schema)
    }
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for hit in hits { tasks.addTask { _ = try await bench.service.receive(hit, in: bench.scope) } }
      try await tasks.waitForAll()
    }
    #expect(try await counts(bench) == [35, 35, 40, 105_000_000])
    await bench.tenant.close()
  }

  @Test func aHitWaitsForNoOtherConversionOfItsClick() async throws {
    let bench = try await PostbackBench()
    let click = try await bench.drainedClick()
    try await bench.send("click_id=\(click.id)&payout=1&txid=a")
    let first = try #require(try await bench.conversions(of: click).first)
    try await bench.scope.transaction { connection in
      try await connection.execute(
        "UPDATE \(bench.scope.schema).conversions SET goal = 'held' WHERE id = \(first.id)")
      // While that one is held, new ones of its click come, are moved and follow it.
      try await bench.send("click_id=\(click.id)&payout=2&txid=b&status=lead")
      try await bench.send("click_id=\(click.id)&payout=3&txid=b&status=approved")
      try await bench.send("click_id=\(click.id)&payout=4&conversion_type=upsell")
    }
    let found = try await bench.conversions(of: click)
    #expect(found.map(\.payout.amount.description).sorted() == ["1.00", "3.00", "4.00"])
    #expect(found.first { $0.type == .upsell }?.parentID == first.id)
    #expect(try await bench.log() == ["recorded", "recorded", "updated", "recorded"])
    await bench.tenant.close()
  }

  @Test func whoRepeatsAConversionThatIsHeldHoldsUpNobody() async throws {
    let bench = try await PostbackBench(connections: 6)
    let clicks = (0..<11).map { bench.newClick(at: PostbackBench.start + .seconds(Int64($0))) }
    try await bench.drain(clicks)
    try await bench.send("click_id=\(clicks[0].id)&payout=1")
    let held = try #require(try await bench.conversions(of: clicks[0]).first)
    let (service, scope) = (bench.service, bench.scope)
    let again = bench.hit("click_id=\(clicks[0].id)&payout=2")
    let others = clicks.dropFirst().map { bench.hit("click_id=\($0.id)&payout=1") }
    let repetition = try await scope.transaction { connection in
      try await connection.execute("UPDATE \(scope.schema).conversions SET goal = 'held' WHERE id = \(held.id)")
      let repetition = Task { try await service.receive(again, in: scope) }
      try await withThrowingTaskGroup(of: PostbackOutcome.self) { tasks in
        for hit in others { tasks.addTask { try await service.receive(hit, in: scope) } }
        for try await outcome in tasks { #expect(outcome.code == "recorded") }
      }
      return repetition
    }
    #expect(try await repetition.value == .updated(held.id))
    #expect(try await counts(bench) == [11, 12, 12, 12_000_000])
    await bench.tenant.close()
  }

  @Test func whatIsChangedBeforeAHitCountsForIt() async throws {
    let bench = try await PostbackBench()
    let click = try await bench.drainedClick()
    for (number, payout) in [10, 20, 30].enumerated() {
      try await bench.scope.execute(
        "UPDATE \(bench.scope.schema).offers SET payout_micros = \(Int64(payout) * 1_000_000)")
      try await bench.send("click_id=\(click.id)&txid=\(number)")
    }
    #expect(try await bench.conversions(of: click).map(\.payout.amount.description) == ["10.00", "20.00", "30.00"])
    await bench.tenant.close()
  }

  @Test func hitsOfDifferentTermsAtOnceGetTheirOwn() async throws {
    let bench = try await PostbackBench(connections: 6)
    let countries: [String?] = ["US", "DE", nil]
    let clicks = (0..<60).map { number in
      bench.newClick(country: countries[number % 3], at: PostbackBench.start + .seconds(Int64(number)))
    }
    try await bench.drain(clicks)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for click in clicks {
        let hit = bench.hit("click_id=\(click.id)")
        tasks.addTask { _ = try await bench.service.receive(hit, in: bench.scope) }
      }
      try await tasks.waitForAll()
    }
    for click in clicks {
      let payouts = try await bench.conversions(of: click).map(\.payout.amount.description)
      #expect(payouts == [click.country == "DE" ? "25.00" : "10.00"])
    }
    await bench.tenant.close()
  }
}
