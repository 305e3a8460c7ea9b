import Analytics
import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

/// Rollups beside everything that changes clicks: the journal's writer, costs by hand, rates between currencies.
@Suite struct RollupKeepingTests {
  /// The first whole hour of traffic; the world's clock is half a day later.
  private static let start = DrainWorld.now - .hours(36)

  private func keep(_ world: DrainWorld) async throws {
    let scope = try world.scope(world.tenant)
    let settings = try await world.tracker.settings.all(of: scope)
    try await world.tracker.rollupFolder.keep(
      zone: settings.zone, currency: settings.currency, everything: true, of: scope)
  }

  private func answer(_ world: DrainWorld, _ grouping: Grouping, usesRollups: Bool) async throws -> ReportAnswer {
    let rates = CurrencyRateStore()
    let engine = ReportEngine(clock: world.clock, usesRollups: usesRollups) {
      try await rates.clickRates($0, into: $1, in: $2, schema: $3)
    }
    let request = ReportRequest(groupings: [grouping], metrics: Metric.allCases)
    return try await engine.answer(request, in: .usd, of: world.scope(world.tenant))
  }

  private func expectAgreement(_ world: DrainWorld, _ what: String) async throws {
    for grouping in [Grouping.campaign, .country, .date, .sub1, .hour] {
      let rolled = try await answer(world, grouping, usesRollups: true)
      let raw = try await answer(world, grouping, usesRollups: false)
      #expect(rolled.rows == raw.rows && rolled.totals == raw.totals, "\(grouping) \(what)")
    }
  }

  private func finding(_ world: DrainWorld) async throws -> RollupChecker.Finding {
    try await world.tracker.rollupChecker.check(
      Self.start - .hours(48)..<DrainWorld.now + .hours(48), in: .usd, of: world.scope(world.tenant))
  }

  @Test func clicksThatComeLateAreMarkedByTheDrain() async throws {
    try await DrainWorld.with { world in
      var run = try await world.drainer.begin()
      for hour in 0..<30 { try await world.click(world.tenant, 2, at: Self.start + .hours(Int64(hour))) }
      try await world.drain(&run)
      try await keep(world)
      #expect(try await answer(world, .campaign, usesRollups: true).plan.source != .raw)
      let marks: SQL = "SELECT count(*) FROM \(world.tenant.schema).rollup_marks"
      #expect(try await world.number(marks) == 0)
      // Late, and in time.
      try await world.click(world.tenant, 3, at: Self.start + .hours(2))
      try await world.click(world.tenant, 1, at: DrainWorld.now)
      try await world.drain(&run)
      #expect(try await world.number(marks) == 1)
      try await expectAgreement(world, "with a mark")
      #expect(try await answer(world, .campaign, usesRollups: true).totals[.clicks] == 64)
      try await keep(world)
      #expect(try await world.number(marks) == 0)
      try await expectAgreement(world, "folded again")
      let finding = try await finding(world)
      #expect(finding.differences.isEmpty && finding.checked >= 30 && finding.waiting == 0)
    }
  }

  @Test func costsByHandAndRatesAreFollowed() async throws {
    try await DrainWorld.with { world in
      let scope = try world.scope(world.tenant)
      var run = try await world.drainer.begin()
      var clicks: [ClickEvent] = []
      for hour in 0..<30 { clicks += try await world.click(world.tenant, 2, at: Self.start + .hours(Int64(hour))) }
      try await world.drain(&run)
      try await keep(world)
      let costs = CostChangeStore()
      for (index, click) in clicks.enumerated() where index.isMultiple(of: 7) {
        try await scope.transaction { connection in
          let currency: Currency = index.isMultiple(of: 2) ? .eur : .usd
          _ = try await costs.setCost(
            Micros(rawValue: 1_234_567), currency, of: click.id, in: connection, schema: scope.schema)
        }
      }
      try await expectAgreement(world, "one by one")
      try await keep(world)
      let before = try await answer(world, .campaign, usesRollups: true).totals
      #expect(before[.unconverted] > 0)
      let rate = try #require(ExchangeRate("1.0825"))
      let quote = RateQuote(day: Self.start.rateDay.adding(days: -1), base: .eur, currency: .usd, rate: rate)
      let saved = try await CurrencyRateStore().save(
        [quote], .manual, at: DrainWorld.now, in: scope, schema: scope.schema)
      #expect(saved == 1)
      try await expectAgreement(world, "with a rate")
      try await keep(world)
      try await expectAgreement(world, "folded with it")
      let after = try await answer(world, .campaign, usesRollups: true).totals
      #expect(after[.unconverted] == 0 && after[.cost] > before[.cost])
      let key = CurrencyRate.Key(day: quote.day, base: .eur, currency: .usd)
      #expect(try await CurrencyRateStore().remove(key, in: scope, schema: scope.schema))
      try await expectAgreement(world, "without it")
      try await keep(world)
      #expect(try await answer(world, .campaign, usesRollups: true).totals == before)
      #expect(try await finding(world).differences.isEmpty)
    }
  }

  @Test func manyCostsAtOnceAreFollowedWhileClicksCome() async throws {
    try await DrainWorld.with { world in
      let scope = try world.scope(world.tenant)
      var run = try await world.drainer.begin()
      for hour in 0..<24 { try await world.click(world.tenant, 3, at: Self.start + .hours(Int64(hour))) }
      try await world.drain(&run)
      try await keep(world)
      let store = CostChangeStore()
      for round in 0..<4 as Range<Int64> {
        let request = CostRequest(
          selection: .filter(.init(campaignID: 11)),
          period: Self.start + .hours(round * 3)..<Self.start + .hours(round * 3 + 9), mode: .total,
          cost: Micros(rawValue: 10_000_001 + round))
        let change = try await scope.transaction { connection in
          try await store.begin(
            request, id: UUIDv7(at: world.clock.now()), in: .usd, by: "somebody", at: world.clock.now(),
            in: connection, schema: scope.schema)
        }
        let id = try #require(change).id
        world.clock.advance(by: .milliseconds(1))
        async let folded: Void = keep(world)
        try await world.click(world.tenant, 2, at: Self.start + .hours(round * 5))
        try await world.drain(&run)
        while try await store.step(id, at: world.clock.now(), in: scope) {}
        try await folded
        try await expectAgreement(world, "round \(round)")
      }
      try await keep(world)
      try await expectAgreement(world, "in the end")
      let finding = try await finding(world)
      #expect(finding.differences.isEmpty && finding.waiting == 0 && finding.checked > 20)
    }
  }

  @Test func theCheckerFindsWhatIsWrongAndARebuildPutsItRight() async throws {
    try await DrainWorld.with { world in
      let scope = try world.scope(world.tenant)
      var run = try await world.drainer.begin()
      for hour in 0..<30 { try await world.click(world.tenant, 2, at: Self.start + .hours(Int64(hour))) }
      try await world.drain(&run)
      try await keep(world)
      try await world.run(
        """
        UPDATE \(world.tenant.schema).rollup_hours SET clicks = clicks + 1 WHERE dimension = 1 AND since = (
          SELECT min(since) FROM \(world.tenant.schema).rollup_hours)
        """)
      let found = try await finding(world)
      let difference = try #require(found.differences.first)
      #expect(found.differences.count == 1)
      #expect(difference.grouping == .campaign && difference.key == "11")
      #expect(difference.stored?.first == 3 && difference.counted?.first == 2)
      let folder = world.tracker.rollupFolder
      for day in try await folder.days(from: Self.start, to: DrainWorld.now, .utc, scope) {
        _ = try await folder.rebuild(day, in: .usd, of: scope)
      }
      #expect(try await finding(world).differences.isEmpty)
      try await expectAgreement(world, "rebuilt")
    }
  }
}
