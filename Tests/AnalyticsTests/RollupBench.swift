import Core
import Database
import Synchronization
import TestSupport
import Testing

@testable import Analytics

/// A tenant whose clicks are rolled up, and its reports both ways.
struct RollupBench {
  let tenant: TestTenant
  let clock: TestClock
  let quotes = Quotes()

  /// With partitions for the days around one; the clock shows 23:00 of the second day after it.
  init(around day: LocalDate) async throws {
    tenant = try await TestTenant(clicksOn: day.adding(days: -9)...day.adding(days: 9))
    clock = TestClock(day.adding(days: 3).utcMidnight + .hours(-1))
  }

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

  /// Adds clicks as the journal's writer does.
  @discardableResult
  func late(_ times: [Timestamp], seed: UInt64 = 5) async throws -> [TestClick] {
    var random = SeededGenerator(seed: seed)
    let clicks = times.map { TestClick.mixed(at: $0, using: &random) }
    let schema = scope.schema
    try await scope.transaction { connection in
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

  /// Rates that change as a test says; EUR only, so that pounds stay unconverted.
  final class Quotes: Sendable {
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
}

extension Traffic {
  /// Traffic of some days around a day, in two currencies.
  static func mixed(around day: LocalDate, clicks count: Int, seed: UInt64) -> Traffic {
    var random = SeededGenerator(seed: seed)
    var traffic = Traffic()
    for _ in 0..<count {
      traffic.clicks.append(
        TestClick.mixed(
          at: day.adding(days: -3).utcMidnight + .seconds(.random(in: 0..<6 * 86_400, using: &random)),
          using: &random))
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

  /// Clicks of one hour, each with a sub id of its own.
  static func crowd(_ count: Int, at time: Timestamp) -> Traffic {
    var random = SeededGenerator(seed: 99)
    return Traffic(
      clicks: (0..<count).map { number in
        var click = TestClick(at: time + .milliseconds(Int64(number) * 500), using: &random)
        click.texts["sub1"] = "visitor \(number)"
        return click
      })
  }
}

extension TestClick {
  static func mixed(at time: Timestamp, using random: inout SeededGenerator) -> TestClick {
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
}
