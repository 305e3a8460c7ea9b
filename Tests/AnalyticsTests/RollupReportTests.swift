import Core
import Database
import TestSupport
import Testing

@testable import Analytics

/// Reports from rollups are those from clicks, whatever is asked.
@Suite struct RollupReportTests {
  private static let zones = [
    "UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/New_York",
  ]

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
    let bench = try await RollupBench(around: day)
    try await Traffic.mixed(around: day, clicks: 1_200, seed: 7).insert(into: bench.scope)
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
    let bench = try await RollupBench(around: day)
    try await Traffic.mixed(around: day, clicks: 300, seed: 3).insert(into: bench.scope)
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
    try await bench.late([Self.span("2026-11-09", 5, "2026-11-09", 6).lowerBound + .minutes(7)])
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

  @Test func aStreamHandsOutAllRowsAndTheTotals() async throws {
    let day = try #require(LocalDate("2026-11-10"))
    let bench = try await RollupBench(around: day)
    try await Traffic.mixed(around: day, clicks: 300, seed: 8).insert(into: bench.scope)
    try await Traffic.crowd(4_500, at: day.utcMidnight).insert(into: bench.scope)
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
    let bench = try await RollupBench(around: day)
    try await Traffic.mixed(around: day, clicks: 300, seed: 11).insert(into: bench.scope)
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
    let bench = try await RollupBench(around: day)
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
    let bench = try await RollupBench(around: day)
    try await Traffic.mixed(around: day, clicks: 400, seed: 13).insert(into: bench.scope)
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
