import Core
import Database
import TestSupport
import Testing

@testable import Analytics
@testable import TenantTracker

@Suite struct AttributionStoreTests {
  private func question(_ from: Int = 1, _ to: Int = 30) -> AttributionQuestion {
    var question = AttributionQuestion(zone: .utc)
    (question.from, question.to) = (
      LocalDate(year: 2026, month: 11, day: from), LocalDate(year: 2026, month: 11, day: to)
    )
    return question
  }

  private func journeys(_ bench: JourneyBench, _ question: AttributionQuestion) async throws -> [Journey] {
    try await bench.desk.journeys(question, limit: 100, after: nil, of: bench.scope).items
  }

  @Test func clicksOfTheSameCookieWithinTheLookBackAreTheJourney() async throws {
    let bench = try await JourneyBench()
    let (visitor, other) = (UUIDv7(at: JourneyBench.start), UUIDv7(at: JourneyBench.start))
    func click(_ day: Int, _ source: Int64, _ visitor: UUIDv7?, _ status: String = "ok") -> JourneyBench.Click {
      .init(id: ClickID(at: JourneyBench.day(day)), source: source, visitor: visitor, status: status)
    }
    let way = [click(2, 1, visitor), click(8, 2, visitor), click(15, 3, visitor)]
    let noise = [
      click(3, 4, other), click(4, 5, nil), click(5, 6, visitor, "blocked"), click(16, 7, visitor),
      click(-20, 8, visitor),
    ]
    try await bench.insert(way + noise)
    let id = try await bench.insert(.init(click: way[2], at: JourneyBench.day(15, hour: 12), revenue: 100_000_000))
    var asked = question()
    let found = try await journeys(bench, asked)
    #expect(found.map(\.conversion) == [id])
    #expect(found.first?.touches.map(\.click) == way.map(\.id))
    #expect(found.first?.ages == [13, 7, 0])
    asked.model = .timeDecay
    let report = try await bench.desk.findings(asked, of: bench.scope).report
    #expect([1, 2, 3].map { (report.rows[$0]?.revenue(.timeDecay).rawValue ?? 0) / 1_000_000 } == [15, 28, 56])
    asked.lookbackDays = 10
    #expect(try await journeys(bench, asked).first?.touches.map(\.click) == way.dropFirst().map(\.id))
    await bench.tenant.close()
  }

  @Test func withoutACookieTheEMailAddressTellsWhoItWas() async throws {
    let bench = try await JourneyBench()
    let email = [UInt8](repeating: 7, count: 32)
    let clicks = (1...3).map { JourneyBench.Click(id: ClickID(at: JourneyBench.day($0 * 5)), source: Int64($0)) }
    try await bench.insert(clicks)
    try await bench.insert(
      .init(click: clicks[0], at: JourneyBench.day(5, hour: 13), type: "lead", status: "lead", email: email))
    try await bench.insert(.init(click: clicks[1], at: JourneyBench.day(10, hour: 13)))
    try await bench.insert(.init(click: clicks[2], at: JourneyBench.day(15, hour: 13), email: email))
    let found = try await journeys(bench, question())
    #expect(found.map { $0.touches.map(\.source) } == [[1, 3], [2]])
    await bench.tenant.close()
  }

  /// A click's own conversion may come long after the look-back: credit is never lost.
  @Test func aConversionsOwnClickIsAlwaysATouch() async throws {
    let bench = try await JourneyBench()
    let visitor = UUIDv7(at: JourneyBench.start)
    let click = JourneyBench.Click(id: ClickID(at: JourneyBench.day(1)), visitor: visitor)
    try await bench.insert([click])
    try await bench.insert(.init(click: click, at: JourneyBench.day(45)))
    let found = try await journeys(bench, question())
    #expect(found.first?.touches.map(\.click) == [click.id])
    await bench.tenant.close()
  }

  @Test func ofVeryManyClicksTheFirstAndTheLatestCount() async throws {
    let bench = try await JourneyBench()
    let visitor = UUIDv7(at: JourneyBench.start)
    let clicks = (0..<250).map { number in
      JourneyBench.Click(id: ClickID(at: JourneyBench.day(3) + .seconds(Int64(number))), visitor: visitor)
    }
    try await bench.insert(clicks)
    try await bench.insert(.init(click: clicks[249], at: JourneyBench.day(4)))
    let journey = try #require(try await journeys(bench, question()).first)
    #expect(journey.length == 250)
    #expect(journey.touches.map(\.click) == [clicks[0].id] + clicks.suffix(Journey.mostTouches - 1).map(\.id))
    await bench.tenant.close()
  }

  /// Random traffic: whatever the model, the key and the day that conversions count on, credits add up to the reports'
  /// revenue, and conversions to theirs.
  @Test func creditsAddUpToTheReportsRevenue() async throws {
    let bench = try await JourneyBench()
    var random = JourneyRandom(seed: 6)
    let visitors = (0..<40).map { _ in UUIDv7(at: JourneyBench.start) }
    let clicks = (0..<400).map { _ in
      JourneyBench.Click(
        id: ClickID(at: JourneyBench.start + .seconds(Int64.random(in: 0..<(30 * 86_400), using: &random))),
        campaign: Int64.random(in: 1...4, using: &random),
        source: [nil, 1, 2, 3].randomElement(using: &random) ?? nil,
        landing: [nil, 1, 2].randomElement(using: &random) ?? nil,
        visitor: Int.random(in: 0...9, using: &random) == 0 ? nil : visitors.randomElement(using: &random),
        status: Int.random(in: 0...9, using: &random) == 0 ? "blocked" : "ok")
    }
    try await bench.insert(clicks)
    for _ in 0..<150 {
      guard let click = clicks.randomElement(using: &random) else { continue }
      try await bench.insert(
        .init(
          click: click, at: click.id.timestamp + .seconds(Int64.random(in: 0..<(9 * 86_400), using: &random)),
          revenue: Int64.random(in: 0...90_000_000, using: &random),
          type: ["sale", "sale", "upsell", "lead"].randomElement(using: &random) ?? "sale",
          status: ["sale", "sale", "sale", "hold", "rejected"].randomElement(using: &random) ?? "sale",
          email: Bool.random(using: &random)
            ? [UInt8](repeating: UInt8.random(in: 0...9, using: &random), count: 32) : nil))
    }
    for basis in ReportRequest.TimeBasis.allCases {
      for campaign in [nil, 2] as [Int64?] {
        for key in AttributionQuestion.Key.allCases {
          var asked = question(4, 20)
          (asked.basis, asked.campaignID, asked.key) = (basis, campaign, key)
          let report = try await bench.desk.findings(asked, of: bench.scope).report
          let request = try ReportRequest(
            query: [
              ("from", "2026-11-04"), ("to", "2026-11-20"), ("time", basis.rawValue),
              ("campaign_id", campaign.map { "\($0)" } ?? ""),
            ], form: .totals, zone: .utc)
          let totals = try await bench.engine.answer(request, in: .usd, of: bench.scope).totals
          #expect(totals[.revenue] > 0)
          for model in AttributionModel.allCases {
            #expect(report.totals.revenue(model).rawValue == totals[.revenue])
            #expect(report.rows.values.reduce(0) { $0 + $1.revenue(model).rawValue } == totals[.revenue])
            #expect(
              report.rows.values.reduce(0) { $0 + $1.conversions(model) }
                == totals[.conversions] * AttributionReport.wholeConversion)
          }
        }
      }
    }
    await bench.tenant.close()
  }

  @Test func pagesFollowOneAnother() async throws {
    let bench = try await JourneyBench()
    let click = JourneyBench.Click(id: ClickID(at: JourneyBench.day(2)))
    try await bench.insert([click])
    var expected: [ConversionID] = []
    for hour in 0..<5 {
      expected.insert(try await bench.insert(.init(click: click, at: JourneyBench.day(3, hour: hour))), at: 0)
    }
    var found: [ConversionID] = []
    var cursor: ConversionID?
    repeat {
      let page = try await bench.desk.journeys(question(), limit: 2, after: cursor, of: bench.scope)
      found += page.items.map(\.conversion)
      cursor = page.nextCursor.flatMap { ConversionID($0) }
    } while cursor != nil
    #expect(found == expected)
    await bench.tenant.close()
  }

  @Test func onlyJourneysWithAClickThatIsAskedForAreShown() async throws {
    let bench = try await JourneyBench()
    let clicks = (1...3).map { JourneyBench.Click(id: ClickID(at: JourneyBench.day($0)), source: Int64($0)) }
    try await bench.insert(clicks)
    var ids: [ConversionID] = []
    for (number, click) in clicks.enumerated() {
      ids.append(try await bench.insert(.init(click: click, at: JourneyBench.day(5 + number))))
    }
    var asked = question()
    asked.touch[.source] = 2
    #expect(try await journeys(bench, asked).map(\.conversion) == [ids[1]])
    // The newest one has none of its clicks: the first page is empty and says where it goes on.
    let page = try await bench.desk.journeys(asked, limit: 1, after: nil, of: bench.scope)
    #expect(page.items.isEmpty && page.nextCursor == ids[2].description)
    await bench.tenant.close()
  }
}
