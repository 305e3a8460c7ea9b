import Core
import Database
import TestSupport
import Testing

@testable import Analytics

/// Random traffic around a change of the clocks in five zones, reported every way and computed independently.
@Suite struct ReportAgainstModelTests {
  private static func traffic(around day: LocalDate, seed: UInt64) -> Traffic {
    var random = SeededGenerator(seed: seed)
    var traffic = Traffic()
    let start = day.adding(days: -6).utcMidnight
    for _ in 0..<1_500 {
      var click = TestClick(at: start + .seconds(.random(in: 0..<12 * 86_400, using: &random)), using: &random)
      click.status = ["ok", "ok", "ok", "ok", "blocked", "capped"].randomElement(using: &random) ?? "ok"
      click.isUnique = Bool.random(using: &random)
      click.cost = Int.random(in: 0..<5, using: &random) == 0 ? 0 : .random(in: 1...123_456, using: &random)
      click.currency = ["USD", "USD", "EUR"].randomElement(using: &random) ?? "USD"
      for column in Traffic.entityColumns where column == "campaign_id" || Int.random(in: 0..<4, using: &random) > 0 {
        click.entities[column] = .random(in: 1...3, using: &random)
      }
      for column in Traffic.textColumns where Int.random(in: 0..<4, using: &random) > 0 {
        click.texts[column] = ["a", "B", "ü🛒", "", "it's"].randomElement(using: &random)
      }
      traffic.clicks.append(click)
    }
    for _ in 0..<500 {
      // Some conversions of clicks whose partition is gone.
      guard let click = traffic.clicks.randomElement(using: &random) else { continue }
      traffic.conversions.append(
        TestConversion(
          click: click,
          type: ["sale", "sale", "lead", "upsell", "rebill", "ftd"].randomElement(using: &random) ?? "sale",
          status: ["sale", "sale", "lead", "hold", "rejected", "trash"].randomElement(using: &random) ?? "sale",
          revenue: .random(in: 0...99_999_999, using: &random), cost: .random(in: 0...9_999, using: &random),
          isRateMissing: Int.random(in: 0..<9, using: &random) == 0,
          createdAt: click.time + .seconds(.random(in: 0...2 * 86_400, using: &random))))
    }
    let dropped = Set(traffic.clicks.prefix(100).map(\.id))
    traffic.clicks.removeAll { dropped.contains($0.id) }
    return traffic
  }

  private static let groupings =
    Grouping.allCases.map { "\($0.rawValue)" } + [
      "date,hour", "campaign,country,weekday", "sub1,landing", "country,sub2,date",
    ]
  private static let filters = [
    "", "&filter[country]=a&filter[country]=(none)", "&campaign_id=2&filter[os]=B&filter[os]=it's",
    "&filter[network]=(none)",
  ]

  @Test(arguments: [
    ("Europe/Berlin", "2026-03-29"), ("Europe/Berlin", "2026-10-25"), ("Asia/Kolkata", "2026-06-10"),
    ("Australia/Lord_Howe", "2026-04-05"), ("America/New_York", "2026-11-01"),
  ])
  func everyGroupingIsWhatTheModelSays(_ zone: String, _ text: String) async throws {
    let day = try #require(LocalDate(text))
    let traffic = Self.traffic(around: day, seed: UInt64(day.daysSinceEpoch))
    let tenant = try await TestTenant(clicksOn: day.adding(days: -7)...day.adding(days: 9))
    try await traffic.insert(into: tenant.scope)
    try await nameEntities(in: tenant)
    let engine = ReportEngine(clock: TestClock())
    var totals: Set<BaseValues> = []
    for (index, grouping) in Self.groupings.enumerated() {
      let filter = Self.filters[index % Self.filters.count]
      let basis = index.isMultiple(of: 2) ? "click" : "conversion"
      for filter in Set(["", filter]) {
        for basis in Set(["click", basis]) {
          let query = """
            group_by=\(grouping)&from=\(day.adding(days: -1))&to=\(day.adding(days: 1))&tz=\(zone)&compare=previous\
            &time=\(basis)&limit=10000\(filter)
            """
          let request = try ReportRequest(query: PercentCoding.queryItems(query), form: .grouped, zone: .utc)
          let answer = try await engine.answer(request, in: .usd, of: tenant.scope)
          let expected = try #require(ReportModel(traffic, request)).rows()
          let found = Dictionary(uniqueKeysWithValues: answer.rows.map { ($0.keys, $0) })
          #expect(Set(found.keys) == Set(expected.keys), "\(query)")
          for (keys, values) in expected {
            #expect(found[keys]?.values == values.values, "\(query) \(keys)")
            #expect(found[keys]?.previous == values.previous, "\(query) \(keys)")
          }
          #expect(answer.totals == expected.values.map(\.values).sum)
          #expect(answer.previousTotals == expected.values.map(\.previous).sum)
          if filter.isEmpty, basis == "click" { totals.insert(answer.totals) }
        }
      }
    }
    #expect(totals.count == 1, "one total, whatever the grouping")
    await tenant.close()
  }

  private func nameEntities(in tenant: TestTenant) async throws {
    let schema = tenant.scope.schema
    for id in Int64(1)...3 {
      try await tenant.scope.execute(
        """
        INSERT INTO \(schema).campaigns (id, name, slug, currency, created_at, updated_at)
        VALUES (\(id), \("campaign \(id)"), \("c\(id)"), 'USD', '2026-01-01', '2026-01-01')
        """)
      try await tenant.scope.execute(
        """
        INSERT INTO \(schema).flows (id, campaign_id, name, type, position, created_at, updated_at)
        VALUES (\(id), 1, \("flow \(id)"), 'regular', 1, '2026-01-01', '2026-01-01')
        """)
      try await tenant.scope.execute(
        """
        INSERT INTO \(schema).sources (id, name, created_at, updated_at)
        VALUES (\(id), \("source \(id)"), '2026-01-01', '2026-01-01')
        """)
      try await tenant.scope.execute(
        """
        INSERT INTO \(schema).networks (id, name, postback_key, created_at, updated_at)
        VALUES (\(id), \("network \(id)"), \("k\(id)"), '2026-01-01', '2026-01-01')
        """)
      try await tenant.scope.execute(
        """
        INSERT INTO \(schema).offers (id, name, url, currency, created_at, updated_at)
        VALUES (\(id), \("offer \(id)"), 'https://offer.example/', 'USD', '2026-01-01', '2026-01-01')
        """)
      try await tenant.scope.execute(
        """
        INSERT INTO \(schema).landings (id, name, kind, url, created_at, updated_at)
        VALUES (\(id), \("landing \(id)"), 'url', 'https://landing.example/', '2026-01-01', '2026-01-01')
        """)
    }
  }
}

extension Sequence<BaseValues> {
  fileprivate var sum: BaseValues {
    reduce(into: BaseValues()) { sum, values in
      for metric in BaseMetric.allCases { sum[metric] += values[metric] }
    }
  }
}
