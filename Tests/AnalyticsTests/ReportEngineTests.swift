import Core
import Database
import TestSupport
import Testing

@testable import Analytics

@Suite struct ReportEngineTests {
  private let engine = ReportEngine(clock: TestClock())

  private func tenant(_ from: String, _ to: String) async throws -> TestTenant {
    try await TestTenant(clicksOn: try #require(LocalDate(from))...(try #require(LocalDate(to))))
  }

  private func request(_ query: String, _ form: ReportRequest.Form = .grouped) throws -> ReportRequest {
    try ReportRequest(query: PercentCoding.queryItems(query), form: form, zone: .utc)
  }

  /// Small enough for a calculator: 4 clicks and a blocked hit; costs 0.05 each, one of them in euros, and one CPA of 1.00; sales of 10.00 and
  /// 5.50, an upsell of 2.25, one lead, one held 99.
  private func smallTraffic() -> Traffic {
    var random = SeededGenerator(seed: 1)
    let morning = Timestamp(seconds: 1_793_869_200)  // 2026-11-05T09:00:00Z, a Thursday
    var clicks = (0..<5).map { TestClick(at: morning + .hours(Int64($0)), using: &random) }
    for index in clicks.indices {
      clicks[index].cost = 50_000
      clicks[index].isUnique = index != 1
      clicks[index].texts["country"] = index < 2 ? "US" : index == 4 ? nil : "DE"
    }
    clicks[4].status = "blocked"
    clicks[3].currency = "EUR"
    let conversion = { (index: Int, type: String, status: String, revenue: Int64, cost: Int64) in
      TestConversion(
        click: clicks[index], type: type, status: status, revenue: revenue, cost: cost,
        createdAt: clicks[index].time + .days(2))
    }
    return Traffic(
      clicks: clicks,
      conversions: [
        conversion(0, "sale", "sale", 10_000_000, 1_000_000), conversion(0, "upsell", "sale", 2_250_000, 0),
        conversion(2, "sale", "sale", 5_500_000, 0), conversion(3, "lead", "lead", 0, 0),
        conversion(1, "sale", "hold", 0, 0), conversion(1, "sale", "rejected", 0, 0),
      ])
  }

  @Test func totalsThatACalculatorConfirms() async throws {
    let tenant = try await tenant("2026-11-01", "2026-11-30")
    try await smallTraffic().insert(into: tenant.scope)
    let answer = try await engine.answer(
      request("from=2026-11-05&to=2026-11-05", .totals), in: .usd, of: tenant.scope)
    let json = answer.totalsJSON
    let expected: JSONValue = [
      "clicks": 4, "unique": 3, "blocked": 1, "leads": 1, "conversions": 2, "hold": 1, "cost": "1.15",
      "revenue": "17.75", "profit": "16.60", "roi": .number("1443.4783"), "cr": .number("50"), "epc": "4.4375",
      "cpa": "0.575", "cpl": "1.15", "orders": 2, "customers": 2, "repeat_customers": 0, "aov": "8.875",
      "roas": .number("15.4348"), "cac": "0.575", "ltv": "8.875", "rpc": "4.4375", "repeat_rate": .number("0"),
      "currency": "USD", "unconverted": 1, "previous": nil, "from": "2026-11-05",
      "to": "2026-11-05",
      "tz": "UTC",
      "source": [
        "kind": "raw", "watermark": nil, "start": "2026-11-05T00:00:00.000Z", "end": "2026-11-06T00:00:00.000Z",
        "time": "click",
        "parts": [
          [
            "from": "raw", "start": "2026-11-05T00:00:00.000Z", "end": "2026-11-06T00:00:00.000Z",
            "partitions": ["clicks_202611"],
          ]
        ],
      ],
    ]
    #expect(json == expected)
    let empty = try await engine.answer(request("from=2026-11-06&to=2026-11-30", .totals), in: .usd, of: tenant.scope)
    #expect(empty.totals == BaseValues())
    let later = try await engine.answer(
      request("from=2026-11-06&to=2026-11-30&time=conversion", .totals), in: .usd, of: tenant.scope)
    #expect(Metric.revenue.value(of: later.totals)?.text == "17.75")
    #expect(later.totals[.clicks] == 0)
    await tenant.close()
  }

  @Test(arguments: [("2026-11-05", "1.204", 0), ("2026-11-04", "1.15", 1)] as [(String, String, Int64)])
  func aClickInAnotherCurrencyCostsWhatTheRateOfItsDaySays(
    _ day: String, _ cost: String, _ unconverted: Int64
  ) async throws {
    let tenant = try await tenant("2026-11-01", "2026-11-30")
    try await smallTraffic().insert(into: tenant.scope)
    let quoted = try #require(LocalDate(day))
    let engine = ReportEngine(clock: TestClock()) { instants, currency, _, _ in
      var rates = ClickRates()
      #expect(currency == .usd && instants.contains(Timestamp(seconds: 1_793_869_200)))
      rates.add(1_080_000_000_000, of: .eur, on: quoted)
      return rates
    }
    let totals = try await engine.answer(
      request("from=2026-11-05&to=2026-11-05", .totals), in: .usd, of: tenant.scope)
    #expect(totals.totalsJSON["cost"]?.stringValue == cost)
    #expect(totals.totals[.unconverted] == unconverted)
    let grouped = try await engine.answer(
      request("group_by=country,date&from=2026-11-05&to=2026-11-05&metrics=cost,customers"), in: .usd, of: tenant.scope)
    #expect(grouped.totals == totals.totals)
    #expect(grouped.rows.reduce(0) { $0 + $1.values[.cost] } == totals.totals[.cost])
    await tenant.close()
  }

  @Test func whatNoNumberHoldsIsNoReasonToFail() async throws {
    let tenant = try await tenant("2026-11-01", "2026-11-30")
    var traffic = smallTraffic()
    traffic.conversions[0].revenue = 3_000_000_000_000_000_000
    traffic.conversions[2].revenue = 3_000_000_000_000_000_000
    try await traffic.insert(into: tenant.scope)
    for query in ["", "&group_by=country&compare=previous", "&group_by=date&sort=-profit"] {
      let answer = try await engine.answer(
        request("from=2026-11-05&to=2026-11-05\(query)", query.isEmpty ? .totals : .grouped), in: .usd, of: tenant.scope
      )
      #expect(answer.totals[.revenue] == 4_000_000_000_000_000_000)
      #expect(answer.totals[.clicks] == 4)
    }
    await tenant.close()
  }

  @Test func aGroupedReportAsTheContractShapesIt() async throws {
    let tenant = try await tenant("2026-11-01", "2026-11-30")
    try await smallTraffic().insert(into: tenant.scope)
    try await tenant.scope.execute(
      """
      INSERT INTO \(tenant.scope.schema).campaigns (id, name, slug, currency, created_at, updated_at)
      VALUES (1, 'McAfee US Push', 'mcafee', 'USD', '2026-11-01', '2026-11-01')
      """)
    let answer = try await engine.answer(
      request(
        "group_by=campaign,country,weekday&from=2026-11-01&to=2026-11-08&metrics=clicks,revenue,roi&sort=-revenue&compare=previous"
      ),
      in: .usd, of: tenant.scope)
    let json = answer.json
    let firstKeys: JSONValue = [
      "campaign": 1, "campaign_name": "McAfee US Push", "country": "US", "weekday": 4, "weekday_name": "Thursday",
    ]
    #expect(json["rows"]?.arrayValue?.compactMap { $0["keys"]?["country"] } == ["US", "DE", nil] as [JSONValue])
    #expect(json["rows"]?.arrayValue?.first?["keys"] == firstKeys)
    #expect(
      json["rows"]?.arrayValue?.first?["metrics"] == ["clicks": 2, "revenue": "12.25", "roi": .number("1013.6364")])
    #expect(json["rows"]?.arrayValue?.first?["previous"] == ["clicks": 0, "revenue": "0.00", "roi": nil])
    #expect(json["totals"] == ["clicks": 4, "revenue": "17.75", "roi": .number("1443.4783")])
    #expect(json["group_count"] == 3)
    let names = json["columns"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
    #expect(names == ["campaign", "country", "weekday", "clicks", "revenue", "roi"])
    await tenant.close()
  }

  @Test func theLimitCutsRowsButNotTotals() async throws {
    let tenant = try await tenant("2026-11-01", "2026-11-30")
    try await smallTraffic().insert(into: tenant.scope)
    let answer = try await engine.answer(
      request("group_by=hour&from=2026-11-05&to=2026-11-05&limit=2&sort=hour"), in: .usd, of: tenant.scope)
    #expect(answer.rows.map(\.keys) == [[.hour(9)], [.hour(10)]])
    #expect(answer.groupCount == 5)
    #expect(answer.totals[.clicks] == 4)
    #expect(answer.totals[.revenue] == 17_750_000)
    await tenant.close()
  }

  @Test func everySortOrderIsThatOfTheValuesShown() async throws {
    let tenant = try await tenant("2026-11-01", "2026-11-30")
    try await smallTraffic().insert(into: tenant.scope)
    for metric in Metric.allCases {
      for sign in ["", "-"] {
        let answer = try await engine.answer(
          request("group_by=hour&from=2026-11-05&to=2026-11-05&sort=\(sign)\(metric.rawValue)"), in: .usd,
          of: tenant.scope)
        let values = answer.rows.compactMap { metric.value(of: $0.values)?.number }
        #expect(values == (sign.isEmpty ? values.sorted() : values.sorted(by: >)), "\(sign)\(metric)")
        let missing = answer.rows.map { metric.value(of: $0.values) == nil }
        #expect(missing == missing.filter { !$0 } + missing.filter { $0 }, "nulls come last")
      }
    }
    await tenant.close()
  }

  @Test func hostileFilterValuesAreOnlyValues() async throws {
    let tenant = try await tenant("2026-11-01", "2026-11-30")
    try await smallTraffic().insert(into: tenant.scope)
    for value in ["' OR 1=1 --", "US'; DROP TABLE clicks; --", "{\"US\"}", "$1", "\\", "US,DE"] {
      let answer = try await engine.answer(
        request(
          "group_by=country&from=2026-11-05&to=2026-11-05&filter[country]=\(PercentCoding.encodeComponent(value))"),
        in: .usd, of: tenant.scope)
      #expect(answer.rows.isEmpty)
      #expect(answer.totals == BaseValues())
    }
    await tenant.close()
  }
}

extension MetricValue {
  fileprivate var number: Int64 {
    switch self {
    case .count(let count): count
    case .money(let amount): amount.rawValue
    case .percent(let value), .ratio(let value): value
    }
  }
}
