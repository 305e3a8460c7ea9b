import ClickPath
import Core
import Database
import Licensing
import TestSupport
import Testing
import Web

@testable import Analytics
@testable import Licensing
@testable import TenantTracker

@Suite struct DashboardTests {
  private static let day = LocalDate("2026-11-21") ?? LocalDate(daysSinceEpoch: 0)

  private static func values(clicks: Int64, customers: Int64 = 0) -> BaseValues {
    var values = BaseValues()
    (values[.clicks], values[.customers]) = (clicks, customers)
    return values
  }

  private static func answer(_ question: DashboardQuestion, _ rows: [ReportAnswer.Row]) throws -> ReportAnswer {
    let window = ReportWindow(
      days: try #require(LocalDateRange(from: question.period.from, to: question.period.to)),
      start: PostbackBench.start, end: PostbackBench.start, previousStart: PostbackBench.start)
    return ReportAnswer(
      plan: ReportPlan(try question.byTime, window: window, currency: .usd), rows: rows,
      totals: values(clicks: 60), previousTotals: values(clicks: 1_000), groupCount: rows.count)
  }

  private static func hours() -> [ReportAnswer.Row] {
    (0..<24).map { hour in
      .init(
        keys: [.hour(hour)], values: values(clicks: hour < 3 ? 20 : 0, customers: 1),
        previous: values(clicks: hour < 2 ? 10 : 100, customers: 1))
    }
  }

  @Test func todayIsComparedWithTheSameHoursOfYesterday() throws {
    let question = DashboardQuestion(period: Period(.today, today: Self.day), campaign: nil, zone: .utc)
    let byTime = try Self.answer(question, Self.hours())
    let comparison = DashboardComparison(byTime, question.period, today: Self.day, localHour: 2)
    // 40 in two whole hours against 20; the running hour and the rest of yesterday do not count.
    #expect(comparison.change(of: .clicks)?.isRise == true)
    #expect(comparison.change(of: .clicks)?.text == "100.0%")
    #expect(comparison.words == "yesterday until 02:00")
    #expect(comparison.change(of: .repeatRate) == nil, "people of hours do not add up")
    let atMidnight = DashboardComparison(byTime, question.period, today: Self.day, localHour: 0)
    #expect(atMidnight.before == nil && atMidnight.change(of: .clicks) == nil)
  }

  @Test func daysThatAreOverAreComparedWhole() throws {
    let question = DashboardQuestion(period: Period(.yesterday, today: Self.day), campaign: nil, zone: .utc)
    let comparison = DashboardComparison(
      try Self.answer(question, Self.hours()), question.period, today: Self.day, localHour: 2)
    #expect(comparison.change(of: .clicks)?.isRise == false)
    #expect(comparison.words == "the day before")
  }

  @Test func whatWaitsIsALineForWhoeverMayDoSomethingAboutIt() throws {
    var signs = AlertSigns()
    signs.macros = [
      .init(source: .init(id: 2, name: "Kadam"), macro: "{cost}"),
      .init(source: .init(id: 3, name: "MGID"), macro: "{click_price}"),
    ]
    (signs.unmappedStatuses, signs.pendingReviews, signs.refusedPostbacks) = (1, 12, 3)
    (signs.deadDeliveries, signs.unconverted) = (AlertStore.limit, 7)
    signs.cappedOffers = [.init(id: 9, name: "McAfee")]
    signs.deadEnds = [.init(id: 4, name: "A"), .init(id: 5, name: "B"), .init(id: 6, name: "C")]
    signs.licence = "The licence ends on 2026-11-30."
    signs.machine = .init(waitingClicks: 60_000, lostRecords: 2, freeBytes: 300 << 20, lacksGeoIP: true)
    let alerts = signs.alerts(for: try PagesGolden.viewer().session)
    #expect(alerts.count == 13)
    #expect(alerts.filter(\.isUrgent).count == 3)
    let texts = alerts.map(\.text)
    #expect(texts.contains("A, B and 1 more: no flow and no offer. Visitors get a 404 page."))
    #expect(texts.contains("1,000+ postbacks to traffic sources could not be delivered."))
    #expect(texts.contains("1 status word of your networks has no meaning yet."))
    #expect(alerts.first { $0.text.hasPrefix("McAfee") }?.path == "/admin/offers/9")
    let stranger = TrackerSession(
      user: try PagesGolden.user(), credential: .session(id: "x"), permissions: Permissions([(.offers, .read)]),
      standing: .current(.pro))
    #expect(signs.alerts(for: stranger).map(\.path) == ["/admin/offers/9"])
    #expect(AlertSigns().alerts(for: try PagesGolden.viewer().session) == [])
    try PagesGolden.check("dashboard-alerts", DashboardAlertList(alerts: alerts, icons: PagesGolden.icons).html)
  }

  // On Postgres

  @Test func signsAreFoundInTheTables() async throws {
    let bench = try await PostbackBench()
    let (scope, now) = (bench.scope, PostbackBench.start)
    for statement: SQL in [
      """
      INSERT INTO \(scope.schema).sources (id, name, created_at, updated_at) VALUES (2, 'Kadam', \(now), \(now))
      """,
      """
      INSERT INTO \(scope.schema).source_warnings (source_id, parameter, macro, hits, first_seen_at, last_seen_at)
      VALUES (2, 'cost', '{cost}', 5, \(now), \(now)), (2, 'sub1', '{old}', 5, \(now - .days(9)), \(now - .days(9)))
      """,
      """
      INSERT INTO \(scope.schema).campaigns (id, name, slug, cost_model, currency, status, created_at, updated_at)
      VALUES (71, 'Nowhere', 'n', 'none', 'USD', 'active', \(now), \(now)),
        (72, 'Paused', 'p', 'none', 'USD', 'paused', \(now), \(now))
      """,
    ] { try await scope.execute(statement) }
    let store = AlertStore()
    #expect(try await store.macros(at: now, of: scope) == [.init(source: .init(id: 2, name: "Kadam"), macro: "{cost}")])
    #expect(try await store.deadEnds(of: scope) == [.init(id: 71, name: "Nowhere")])
    #expect(try await store.deadDeliveries(of: scope) == 0)
    await bench.tenant.close()
  }

  @Test func theCounterSeesTheLastMinuteAndAsksOnceForMany() async throws {
    let bench = try await PostbackBench()
    let now = bench.clock.now()
    let recent = try await bench.drainedClick(at: now - .seconds(30))
    _ = try await bench.drainedClick(at: now - .seconds(90))
    try await bench.send("click_id=\(recent.id)")
    let counter = LiveCounter(clock: bench.clock)
    let pulse = try await counter.pulse(ofCampaign: nil, in: bench.scope)
    #expect(pulse.clicks == 1 && pulse.conversions == 1)
    #expect(pulse.text == "1 click and 1 conversion in the last minute")
    _ = try await bench.drainedClick(at: now - .seconds(20))
    #expect(try await counter.pulse(ofCampaign: nil, in: bench.scope) == pulse)
    #expect(try await counter.pulse(ofCampaign: 999, in: bench.scope).clicks == 0)
    bench.clock.advance(by: .seconds(3))
    #expect(try await counter.pulse(ofCampaign: PostbackBench.campaignID, in: bench.scope).clicks == 2)
    await bench.tenant.close()
  }

  @Test func theFirstStepsFollowWhatThereIs() async throws {
    let bench = try await PostbackBench()
    let store = FirstStepsStore()
    var progress = try await store.progress(of: bench.scope)
    #expect(progress.done == [.network, .offer, .campaign, .link])
    #expect(progress.campaign == .init(id: PostbackBench.campaignID, slug: "push", sourceID: nil))
    #expect(progress.next == .source && !progress.isUntouched && !progress.isComplete)
    let click = try await bench.drainedClick()
    try await bench.send("click_id=\(click.id)")
    progress = try await store.progress(of: bench.scope)
    #expect(progress.done == [.network, .offer, .campaign, .link, .postback, .click, .conversion])
    await bench.tenant.close()
  }
}
