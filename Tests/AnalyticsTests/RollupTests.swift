import Core
import Database
import TestSupport
import Testing

@testable import Analytics

/// What is folded, and when it is folded again.
@Suite struct RollupTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func whateverHappensBetweenFoldsIsInTheReports(_ seed: UInt64) async throws {
    let day = try #require(LocalDate("2026-03-29"))
    let bench = try await RollupBench(around: day)
    let traffic = Traffic.mixed(around: day, clicks: 400, seed: seed)
    try await traffic.insert(into: bench.scope)
    let schema = bench.scope.schema
    bench.clock.set(day.utcMidnight)
    try await bench.keep("Europe/Berlin")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for _ in 0..<6 { try await bench.keep("Europe/Berlin") }
      }
      for worker in UInt64(0)..<3 {
        group.addTask {
          var random = SeededGenerator(seed: seed * 100 + worker)
          for step in UInt64(0)..<12 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
              // Some of the hours that are being closed meanwhile.
              bench.clock.advance(by: .hours(Int64.random(in: 0...3, using: &random)))
            case 1:
              let times = (0..<5).map { _ in
                day.adding(days: -2).utcMidnight + .seconds(.random(in: 0..<4 * 86_400, using: &random))
              }
              try await bench.late(times, seed: seed * 10_000 + worker * 100 + step)
            case 2:
              let cost = Int64.random(in: 0...99_999, using: &random)
              let campaign = Int64.random(in: 1...3, using: &random)
              try await bench.scope.transaction(retries: 20) { connection in
                try await connection.execute(
                  RollupMark.costs(
                    changedBy: """
                      UPDATE \(schema).clicks SET cost_micros = \(cost), currency = 'EUR'
                      WHERE campaign_id = \(campaign) AND ts >= \(day.utcMidnight)
                        AND ts < \(day.utcMidnight + .hours(5)) RETURNING ts
                      """, schema: schema))
              }
            default:
              bench.quotes.change(to: .random(in: 1_000_000_000_000...1_200_000_000_000, using: &random))
              _ = try await bench.scope.query(
                RollupMark.rates(
                  changedBy: "SELECT \(day.adding(days: -9))::date AS day UNION SELECT \(day)::date", reach: 30,
                  schema: schema))
            }
          }
        }
      }
      try await group.waitForAll()
    }
    for _ in 0..<2 {
      for question in ["group_by=country", "group_by=sub1", "group_by=date", "group_by=campaign"] {
        _ = try await bench.same("\(question)&from=2026-03-26&to=2026-04-02&tz=Europe/Berlin&compare=day")
      }
      bench.clock.set(day.adding(days: 5).utcMidnight)
      try await bench.keep("Europe/Berlin")
      let finding = try await bench.check()
      #expect(finding.differences.isEmpty && finding.waiting == 0 && finding.checked > 0)
    }
    await bench.tenant.close()
  }

  @Test func anHourWithTooManyKeysIsReadFromClicks() async throws {
    let day = try #require(LocalDate("2026-11-10"))
    let bench = try await RollupBench(around: day)
    try await Traffic.mixed(around: day, clicks: 200, seed: 9).insert(into: bench.scope)
    let crowd = day.utcMidnight + .hours(7)
    try await Traffic.crowd(RollupSpan.hour.mostKeys + 100, at: crowd).insert(into: bench.scope)
    try await bench.keep("UTC")
    let question = "from=2026-11-09&to=2026-11-10&limit=10000"
    let bySub = try await bench.same("group_by=sub1&\(question)")
    #expect(bySub.plan.covers[0].ranges(.raw) == [crowd..<crowd + .hours(1)])
    #expect(try await bench.same("group_by=country&\(question)").plan.covers[0].ranges(.raw).isEmpty)
    #expect(try await bench.check().differences.isEmpty)
    await bench.tenant.close()
  }

  @Test func rollupsOutliveTheirClicks() async throws {
    let day = try #require(LocalDate("2026-11-03"))
    let bench = try await RollupBench(around: day)
    try await Traffic.mixed(around: day, clicks: 300, seed: 4).insert(into: bench.scope)
    try await bench.keep("UTC")
    let question = "group_by=country&from=2026-11-01&to=2026-11-05"
    let before = try await bench.answer(question, usesRollups: true)
    try await bench.scope.execute("DELETE FROM \(bench.scope.schema).clicks WHERE ts < '2026-11-04 00:00:00+00'")
    try await bench.keep("UTC")
    try await bench.late([day.utcMidnight + .hours(3)])
    try await bench.keep("UTC")
    let after = try await bench.answer(question, usesRollups: true)
    #expect(after.rows == before.rows && after.totals == before.totals)
    let finding = try await bench.check()
    #expect(finding.differences.isEmpty && finding.withoutClicks > 0)
    await bench.tenant.close()
  }

  @Test func anotherZoneOrCurrencyIsFoldedAfresh() async throws {
    let day = try #require(LocalDate("2026-11-10"))
    let bench = try await RollupBench(around: day)
    try await Traffic.mixed(around: day, clicks: 300, seed: 6).insert(into: bench.scope)
    try await bench.keep("UTC")
    try await bench.keep("Asia/Kolkata")
    let answer = try await bench.same("group_by=hour&from=2026-11-08&to=2026-11-10&tz=Asia/Kolkata")
    #expect(answer.plan.covers[0].ranges(.raw).isEmpty)
    try await bench.folder.keep(zone: .utc, currency: .eur, everything: true, of: bench.scope)
    #expect(try await bench.same("group_by=country&from=2026-11-08&to=2026-11-10").plan.source == .raw)
    await bench.tenant.close()
  }

  /// A tenant that begins with clicks of the past: as when a journal comes late, or another tracker's clicks are taken over.
  @Test func daysOfThePastAreFoldedWhoeverLooksAtTheLastOnesOnly() async throws {
    let day = try #require(LocalDate("2026-11-10"))
    let bench = try await RollupBench(around: day)
    func keepRecent(_ currency: Currency = .usd) async throws {
      try await bench.folder.keep(zone: .utc, currency: currency, everything: false, of: bench.scope)
    }
    // No click, no closing.
    try await keepRecent()
    try await bench.late([day.adding(days: -6).utcMidnight + .hours(2), day.utcMidnight])
    try await keepRecent()
    let begun = try await bench.same("group_by=country&from=2026-11-04&to=2026-11-11")
    #expect(begun.plan.covers[0].ranges(.raw).isEmpty && begun.totals[.clicks] + begun.totals[.blocked] == 2)
    // Before the first bucket.
    try await bench.late([day.adding(days: -8).utcMidnight + .hours(5)], seed: 6)
    try await keepRecent()
    let earlier = try await bench.same("group_by=country&from=2026-11-02&to=2026-11-11")
    #expect(earlier.plan.covers[0].ranges(.raw).isEmpty && earlier.totals[.clicks] + earlier.totals[.blocked] == 3)
    // Costs in another currency.
    try await keepRecent(.eur)
    let buckets = try await bench.scope.one(
      "SELECT min(currency) AS one, max(currency) AS other, min(since) AS since FROM \(bench.scope.schema).rollup_buckets"
    )
    let (one, other): (String, String) = (try buckets.get("one"), try buckets.get("other"))
    let since: Timestamp = try buckets.get("since")
    #expect(one == "EUR" && other == "EUR")
    #expect(since == day.adding(days: -8).utcMidnight)
    #expect(try await bench.same("group_by=country&from=2026-11-01&to=2026-11-11").plan.source == .raw)
    await bench.tenant.close()
  }
}
