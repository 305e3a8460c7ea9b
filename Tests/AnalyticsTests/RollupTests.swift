import Core
import Database
import Synchronization
import TestSupport
import Testing

@testable import Analytics

@Suite struct RollupTests {
  private static let zones = [
    "UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/New_York",
  ]

  /// Traffic of some days around a day, in two currencies.
  private static func traffic(around day: LocalDate, clicks count: Int, seed: UInt64) -> Traffic {
    var random = SeededGenerator(seed: seed)
    var traffic = Traffic()
    for _ in 0..<count {
      traffic.clicks.append(
        click(at: day.adding(days: -3).utcMidnight + .seconds(.random(in: 0..<6 * 86_400, using: &random)), &random))
    }
    for index in 0..<count / 4 {
      let click = traffic.clicks[index * 4]
      traffic.conversions.append(
        TestConversion(
          click: click, type: ["sale", "lead", "upsell"].randomElement(using: &random) ?? "sale",
          status: ["sale", "sale", "hold"].randomElement(using: &random) ?? "sale",
          revenue: .random(in: 0...9_999_999, using: &random), cost: .random(in: 0...9_999, using: &random),
          createdAt: click.time + .seconds(.random(in: 0...86_400, using: &random))))
    }
    return traffic
  }

  private static func click(at time: Timestamp, _ random: inout SeededGenerator) -> TestClick {
    var click = TestClick(at: time, using: &random)
    click.status = ["ok", "ok", "ok", "blocked", "capped"].randomElement(using: &random) ?? "ok"
    click.isUnique = Bool.random(using: &random)
    click.cost = .random(in: 0...123_457, using: &random)
    click.currency = ["USD", "USD", "EUR", "GBP"].randomElement(using: &random) ?? "USD"
    for column in Traffic.entityColumns where column == "campaign_id" || Bool.random(using: &random) {
      click.entities[column] = .random(in: 1...3, using: &random)
    }
    for column in Traffic.textColumns where Int.random(in: 0..<4, using: &random) > 0 {
      click.texts[column] = ["a", "B", "", "it's"].randomElement(using: &random)
    }
    return click
  }

  /// Rates that change as a test says; EUR only, so that pounds stay unconverted.
  private final class Quotes: Sendable {
    private let rate = Mutex<Int64>(1_081_234_567_891)

    func change(to rate: Int64) { self.rate.withLock { $0 = rate } }

    func rates(_ range: Range<Timestamp>) -> ClickRates {
      var rates = ClickRates()
      var day = range.lowerBound.utcDate
      while day.utcMidnight < range.upperBound {
        rates.add(rate.withLock { $0 } + Int64(day.daysSinceEpoch % 7) * 1_000_003, of: .eur, on: day)
        day = day.adding(days: 1)
      }
      return rates
    }
  }

  private struct Bench {
    let tenant: TestTenant
    let clock: TestClock
    let quotes = Quotes()

    var scope: TenantScope { tenant.scope }
    var folder: RollupFolder { RollupFolder(clock: clock) { [quotes] range, _, _, _ in quotes.rates(range) } }

    func engine(usesRollups: Bool) -> ReportEngine {
      ReportEngine(clock: clock, usesRollups: usesRollups) { [quotes] range, _, _, _ in quotes.rates(range) }
    }

    func keep(_ zone: String) async throws {
      try await folder.keep(zone: try #require(TimeZoneName(zone)), currency: .usd, everything: true, of: scope)
    }

    func check() async throws -> RollupChecker.Finding {
      let all = Timestamp(seconds: 0)..<Timestamp(seconds: 4_000_000_000)
      return try await RollupChecker { [quotes] range, _, _, _ in quotes.rates(range) }
        .check(all, in: .usd, of: scope)
    }

    func answer(_ query: String, usesRollups: Bool) async throws -> ReportAnswer {
      let request = try ReportRequest(query: PercentCoding.queryItems(query), form: .grouped, zone: .utc)
      return try await engine(usesRollups: usesRollups).answer(request, in: .usd, of: scope)
    }

    /// Both ways at once; they must say the same.
    func same(_ query: String) async throws -> ReportAnswer {
      let rolled = try await answer(query, usesRollups: true)
      let raw = try await answer(query, usesRollups: false)
      #expect(rolled.rows == raw.rows, "\(query)")
      #expect(rolled.totals == raw.totals && rolled.previousTotals == raw.previousTotals, "\(query)")
      #expect(rolled.groupCount == raw.groupCount)
      #expect(raw.plan.source == .raw)
      return rolled
    }
  }

  private func bench(around day: LocalDate) async throws -> Bench {
    Bench(
      tenant: try await TestTenant(clicksOn: day.adding(days: -9)...day.adding(days: 9)),
      clock: TestClock(day.adding(days: 3).utcMidnight + .hours(-1)))
  }

  // The documented groupings, each with what may go with it.
  private static let questions =
    Grouping.allCases.map { "group_by=\($0.rawValue)" } + [
      "group_by=date,hour", "group_by=campaign,date", "group_by=country,hour&filter[country]=a&filter[country]=(none)",
      "group_by=date&campaign_id=2", "group_by=hour&filter[os]=B&not[os]=a", "group_by=weekday&not[sub1]=(none)",
      "group_by=os&like[os]=T", "group_by=country,os", "group_by=date&campaign_id=1&filter[os]=a",
      "group_by=network&min[clicks]=3&sort=-cost", "group_by=date&metrics=customers,clicks,repeat_rate",
    ]

  @Test(arguments: ["Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe"])
  func aReportFromRollupsIsTheReportFromClicks(_ home: String) async throws {
    let day = try #require(LocalDate(home == "Australia/Lord_Howe" ? "2026-04-05" : "2026-10-25"))
    let bench = try await bench(around: day)
    try await Self.traffic(around: day, clicks: 1_200, seed: 7).insert(into: bench.scope)
    try await bench.keep(home)
    for (index, question) in Self.questions.enumerated() {
      for zone in Set([home, Self.zones[index % Self.zones.count]]) {
        let answer = try await bench.same(
          "\(question)&from=\(day.adding(days: -1))&to=\(day.adding(days: 2))&tz=\(zone)&compare=previous&limit=10000")
        let isSingle = RollupDimension(for: answer.request) != nil
        if zone == home, isSingle { #expect(answer.plan.source != .raw, "\(question)") }
        if !isSingle { #expect(answer.plan.source == .raw, "\(question)") }
      }
    }
    let finding = try await bench.check()
    #expect(finding.differences.isEmpty && finding.waiting == 0 && finding.checked > 100)
    await bench.tenant.close()
  }

  @Test func aPlanSaysWhatEachMomentIsCountedFrom() async throws {
    let day = try #require(LocalDate("2026-11-10"))
    let bench = try await bench(around: day)
    try await Self.traffic(around: day, clicks: 300, seed: 3).insert(into: bench.scope)
    try await bench.keep("UTC")
    let answer = try await bench.same("group_by=country&from=2026-11-08&to=2026-11-12")
    // The clock shows 23:00 of the twelfth: its last two hours are not over.
    #expect(
      answer.plan.covers[0].pieces == [
        .init(source: .days, range: Self.span("2026-11-08", 0, "2026-11-12", 0)),
        .init(source: .hours, range: Self.span("2026-11-12", 0, "2026-11-12", 22)),
        .init(source: .raw, range: Self.span("2026-11-12", 22, "2026-11-13", 0)),
      ])
    #expect(answer.json["source"]?["kind"] == "mixed")
    #expect(answer.json["source"]?["watermark"] == "2026-11-12T22:00:00.000Z")
    // A late click: its hour and its day are read from clicks until they are folded again.
    try await late([Self.span("2026-11-09", 5, "2026-11-09", 6).lowerBound + .minutes(7)], in: bench)
    let marked = try await bench.same("group_by=country&from=2026-11-08&to=2026-11-10")
    #expect(
      marked.plan.covers[0].pieces == [
        .init(source: .days, range: Self.span("2026-11-08", 0, "2026-11-09", 0)),
        .init(source: .hours, range: Self.span("2026-11-09", 0, "2026-11-09", 5)),
        .init(source: .raw, range: Self.span("2026-11-09", 5, "2026-11-09", 6)),
        .init(source: .hours, range: Self.span("2026-11-09", 6, "2026-11-10", 0)),
        .init(source: .days, range: Self.span("2026-11-10", 0, "2026-11-11", 0)),
      ])
    #expect(try await bench.check().waiting == 2)
    try await bench.keep("UTC")
    let folded = try await bench.same("group_by=country&from=2026-11-08&to=2026-11-10")
    #expect(folded.plan.source == .rollup(until: Self.span("2026-11-12", 22, "2026-11-13", 0).lowerBound))
    #expect(folded.totals == marked.totals)
    await bench.tenant.close()
  }

  private static func span(_ from: String, _ fromHour: Int64, _ to: String, _ toHour: Int64) -> Range<Timestamp> {
    let edge = { (day: String, hour: Int64) in (LocalDate(day)?.utcMidnight ?? Timestamp(seconds: 0)) + .hours(hour) }
    return edge(from, fromHour)..<edge(to, toHour)
  }

  /// Adds clicks as the journal's writer does.
  @discardableResult
  private func late(_ times: [Timestamp], in bench: Bench, seed: UInt64 = 5) async throws -> [TestClick] {
    var random = SeededGenerator(seed: seed)
    let clicks = times.map { Self.click(at: $0, &random) }
    let schema = bench.scope.schema
    try await bench.scope.transaction { connection in
      try await RollupMark.adding(clicksAt: clicks.map(\.time), in: connection, schema: schema)
      for click in clicks {
        try await connection.execute(
          """
          INSERT INTO \(schema).clicks (id, ts, status, is_unique, cost_micros, currency, campaign_id, country, sub1)
          VALUES (\(click.id), \(click.time), \(click.status), \(click.isUnique), \(click.cost), \(click.currency), 1,
            \(click.texts["country"]), \(click.texts["sub1"]))
          """)
      }
    }
    return clicks
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func whateverHappensBetweenFoldsIsInTheReports(_ seed: UInt64) async throws {
    let day = try #require(LocalDate("2026-03-29"))
    let bench = try await bench(around: day)
    let traffic = Self.traffic(around: day, clicks: 400, seed: seed)
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
              try await late(times, in: bench, seed: seed * 10_000 + worker * 100 + step)
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

  /// Clicks of one hour, each with a sub id of its own.
  private static func crowd(_ count: Int, at time: Timestamp) -> Traffic {
    var random = SeededGenerator(seed: 99)
    return Traffic(
      clicks: (0..<count).map { number in
        var click = TestClick(at: time + .milliseconds(Int64(number) * 500), using: &random)
        click.texts["sub1"] = "visitor \(number)"
        return click
      })
  }

  @Test func anHourWithTooManyKeysIsReadFromClicks() async throws {
    let day = try #require(LocalDate("2026-11-10"))
    let bench = try await bench(around: day)
    try await Self.traffic(around: day, clicks: 200, seed: 9).insert(into: bench.scope)
    let crowd = day.utcMidnight + .hours(7)
    try await Self.crowd(RollupSpan.hour.mostKeys + 100, at: crowd).insert(into: bench.scope)
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
    let bench = try await bench(around: day)
    try await Self.traffic(around: day, clicks: 300, seed: 4).insert(into: bench.scope)
    try await bench.keep("UTC")
    let question = "group_by=country&from=2026-11-01&to=2026-11-05"
    let before = try await bench.answer(question, usesRollups: true)
    try await bench.scope.execute("DELETE FROM \(bench.scope.schema).clicks WHERE ts < '2026-11-04 00:00:00+00'")
    try await bench.keep("UTC")
    try await late([day.utcMidnight + .hours(3)], in: bench)
    try await bench.keep("UTC")
    let after = try await bench.answer(question, usesRollups: true)
    #expect(after.rows == before.rows && after.totals == before.totals)
    let finding = try await bench.check()
    #expect(finding.differences.isEmpty && finding.withoutClicks > 0)
    await bench.tenant.close()
  }

  @Test func anotherZoneOrCurrencyIsFoldedAfresh() async throws {
    let day = try #require(LocalDate("2026-11-10"))
    let bench = try await bench(around: day)
    try await Self.traffic(around: day, clicks: 300, seed: 6).insert(into: bench.scope)
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
    let bench = try await bench(around: day)
    func keepRecent(_ currency: Currency = .usd) async throws {
      try await bench.folder.keep(zone: .utc, currency: currency, everything: false, of: bench.scope)
    }
    // No click, no closing.
    try await keepRecent()
    try await late([day.adding(days: -6).utcMidnight + .hours(2), day.utcMidnight], in: bench)
    try await keepRecent()
    let begun = try await bench.same("group_by=country&from=2026-11-04&to=2026-11-11")
    #expect(begun.plan.covers[0].ranges(.raw).isEmpty && begun.totals[.clicks] + begun.totals[.blocked] == 2)
    // Before the first bucket.
    try await late([day.adding(days: -8).utcMidnight + .hours(5)], in: bench, seed: 6)
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

  @Test func aStreamHandsOutAllRowsAndTheTotals() async throws {
    let day = try #require(LocalDate("2026-11-10"))
    let bench = try await bench(around: day)
    try await Self.traffic(around: day, clicks: 300, seed: 8).insert(into: bench.scope)
    try await Self.crowd(4_500, at: day.utcMidnight).insert(into: bench.scope)
    let items = PercentCoding.queryItems("group_by=sub1&from=2026-11-09&to=2026-11-11&limit=3&sort=sub1")
    let request = try ReportRequest(query: items, form: .grouped, zone: .utc)
    var rows: [ReportAnswer.Row] = []
    var parts = 0
    let engine = bench.engine(usesRollups: true)
    let whole = try await engine.stream(request, in: .usd, of: bench.scope) { part in
      rows += part
      parts += 1
    }
    #expect(rows.count == whole.groupCount && parts == 3)
    #expect(rows.reduce(0) { $0 + $1.values[.clicks] } == whole.totals[.clicks])
    let page = try await bench.answer(
      "group_by=sub1&from=2026-11-09&to=2026-11-11&limit=3&offset=4001&sort=sub1", usesRollups: true)
    #expect(page.rows == Array(rows[4001..<4004]))
    await bench.tenant.close()
  }

  /// Which partitions and indexes a report reads.
  @Test func aReportReadsOnlyThePartitionsOfItsDays() async throws {
    let tenant = try await TestTenant(
      clicksOn: try #require(LocalDate("2026-06-01"))...(try #require(LocalDate("2026-11-30"))))
    let scope = tenant.scope
    let request = try ReportRequest(
      query: PercentCoding.queryItems("group_by=country,os&from=2026-09-05&to=2026-09-20&compare=previous"),
      form: .grouped, zone: .utc)
    let window = try await ReportWindow.find(
      from: request.from, to: request.to, zone: .utc, now: Timestamp(seconds: 1_795_255_200), in: scope)
    let plan = ReportPlan(request, window: window, currency: .usd)
    let lines = try await scope.query("EXPLAIN \(plan.sql(schema: scope.schema))")
      .map { try $0.get("QUERY PLAN", as: String.self) }.joined(separator: "\n")
    #expect(lines.contains("clicks_2026_8") && lines.contains("clicks_2026_9"))
    for month in [6, 7, 10, 11] { #expect(!lines.contains("clicks_2026_\(month)")) }
    await tenant.close()
  }

  @Test func comparisonsAreOfTheSameDaysBefore() async throws {
    let day = try #require(LocalDate("2026-11-10"))
    let bench = try await bench(around: day)
    try await Self.traffic(around: day, clicks: 300, seed: 11).insert(into: bench.scope)
    bench.clock.set(day.utcMidnight + .hours(9))
    let before = try await bench.same("group_by=hour&from=2026-11-10&to=2026-11-10&compare=day&compare_until=now")
    let alone = try await bench.same("group_by=hour&from=2026-11-09&to=2026-11-09")
    let morning = alone.rows.filter { if case .hour(let hour)? = $0.keys.first { hour < 9 } else { false } }
    #expect(
      before.previousTotals?[.clicks] == morning.reduce(0) { $0 + $1.values[.clicks] })
    let weekly = try await bench.same("group_by=date&from=2026-11-10&to=2026-11-12&compare=week")
    #expect(weekly.plan.window.previousDays.from == LocalDate("2026-11-03"))
    let yearly = try await bench.same("group_by=date&from=2028-02-29&to=2028-03-01&compare=year")
    #expect(
      yearly.plan.window.previousDays
        == LocalDateRange(
          from: try #require(LocalDate("2027-02-28")), to: try #require(LocalDate("2027-03-01"))))
    await bench.tenant.close()
  }

  @Test func aReportInAnotherCurrencyConvertsEachAmountOfItsDay() async throws {
    let day = try #require(LocalDate("2026-11-10"))
    let bench = try await bench(around: day)
    var random = SeededGenerator(seed: 12)
    var click = TestClick(at: day.utcMidnight + .hours(1), using: &random)
    click.cost = 1_000_000
    click.currency = "EUR"
    var traffic = Traffic(clicks: [click])
    traffic.conversions = [
      TestConversion(click: click, revenue: 4_000_000, cost: 100_000, createdAt: day.adding(days: 1).utcMidnight)
    ]
    try await traffic.insert(into: bench.scope)
    let engine = ReportEngine(clock: bench.clock) { _, target, _, _ in
      var rates = ClickRates()
      #expect(target == .eur)
      rates.add(500_000_000_000, of: .usd, on: day)
      rates.add(250_000_000_000, of: .usd, on: day.adding(days: 1))
      return rates
    }
    let request = try ReportRequest(
      query: PercentCoding.queryItems("from=2026-11-10&to=2026-11-10&currency=EUR"), form: .totals, zone: .utc)
    let answer = try await engine.answer(request, in: .usd, of: bench.scope)
    #expect(answer.totals[.cost] == 1_025_000)
    #expect(answer.totals[.revenue] == 1_000_000)
    #expect(answer.totalsJSON["currency"] == "EUR" && answer.totals[.unconverted] == 0)
    await bench.tenant.close()
  }

  @Test func customersAreCountedOnceHoweverTheyAreGrouped() async throws {
    let day = try #require(LocalDate("2026-11-10"))
    let bench = try await bench(around: day)
    try await Self.traffic(around: day, clicks: 400, seed: 13).insert(into: bench.scope)
    let schema = bench.scope.schema
    let visitor = UUIDv7(at: day.utcMidnight)
    try await bench.scope.execute("UPDATE \(schema).conversions SET visitor_id = \(visitor) WHERE type = 'sale'")
    let query = "from=2026-11-07&to=2026-11-12&metrics=customers,repeat_customers,repeat_rate,orders,cac"
    for grouping in ["country", "date", "campaign,os"] {
      let answer = try await bench.same("group_by=\(grouping)&\(query)&compare=previous")
      #expect(answer.totals[.customers] == 1 && answer.totals[.repeatCustomers] == 1)
      #expect(answer.totals[.orders] > 10)
      #expect(answer.rows.allSatisfy { $0.values[.customers] <= 1 })
      #expect(answer.rows.contains { $0.values[.customers] == 1 })
    }
    await bench.tenant.close()
  }
}
