import Analytics
import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct CustomerValueTests {
  private let store = CustomerValueStore()

  private func list(_ bench: PostbackBench, _ query: String = "") async throws -> CustomerValueStore.Answer {
    let filter = try await CustomerFilter.read(
      PercentCoding.queryItems(query), zone: .utc, now: bench.clock.now(), of: bench.scope)
    return try await store.page(filter, of: bench.scope)
  }

  /// A click of a visitor, drained, with the sales that come of it.
  @discardableResult
  private func click(
    _ bench: PostbackBench, of visitor: VisitorID?, at time: Timestamp = PostbackBench.start, _ hits: String...
  ) async throws -> ClickEvent {
    var click = bench.newClick(at: time)
    click.visitorID = visitor
    try await bench.drain([click])
    for hit in hits { #expect(try await bench.send("click_id=\(click.id)&\(hit)").conversionID != nil) }
    return click
  }

  @Test func aCustomerIsAVisitorWithEverythingTheyBrought() async throws {
    let bench = try await PostbackBench()
    let (ann, bob) = (VisitorID(at: PostbackBench.start), VisitorID(at: PostbackBench.start))
    let first = try await click(bench, of: ann, "payout=30&txid=1", "payout=5&txid=2&conversion_type=upsell")
    try await click(bench, of: ann, at: PostbackBench.start + .minutes(5), "payout=25&txid=3")
    try await click(
      bench, of: bob, at: PostbackBench.start + .minutes(6), "payout=40&txid=4", "payout=9&txid=5&status=rejected")
    try await click(bench, of: nil, at: PostbackBench.start + .minutes(7), "payout=1&txid=6")
    try await click(bench, of: VisitorID(at: PostbackBench.start), at: PostbackBench.start + .minutes(8), "status=hold")
    let answer = try await list(bench)
    #expect(answer.page.items.map(\.revenue.description) == ["60.00", "40.00", "1.00"])
    #expect(answer.page.items.map(\.orders) == [2, 1, 1] && answer.page.items.map(\.isRepeat) == [true, false, false])
    #expect(answer.page.items.map(\.kind) == [.visitor, .visitor, .click])
    #expect(answer.page.items[0].averageOrder == Micros("30"))
    #expect(answer.page.items[0].campaignID == PostbackBench.campaignID)
    #expect(answer.totals == .init(customers: 3, repeatCustomers: 1, orders: 4, revenue: Micros("101") ?? .zero))
    #expect(try await list(bench, "min_orders=2").totals.customers == 1)
    #expect(try await list(bench, "campaign_id=999").totals.customers == 0)
    #expect(try await list(bench, "from=2026-11-22&to=2026-11-22").totals.customers == 0)
    #expect(try await list(bench, "from=2026-11-21&to=2026-11-21&time=conversion").totals.customers == 3)

    let customer = try #require(try await store.find(ann, of: bench.scope))
    #expect(customer == answer.page.items[0])
    let journey = try await CustomerJourneyStore().journey(of: customer, in: bench.scope)
    #expect(journey.happenings.count == 5 && !journey.isCut)
    let clicks = journey.happenings.compactMap { if case .click(let click) = $0 { click.id } else { nil } }
    #expect(clicks.count == 2 && clicks.last == first.id)
    #expect(try await store.find(UUIDv7(at: PostbackBench.start), of: bench.scope) == nil)
  }

  /// The list and the metric of reports speak of the same people.
  @Test func theListCountsWhoTheMetricCounts() async throws {
    let bench = try await PostbackBench()
    var dice = SystemRandomNumberGenerator()
    let visitors = (0..<4).map { _ in VisitorID(at: PostbackBench.start) }
    for number in 0..<25 {
      let visitor = Bool.random(using: &dice) ? visitors.randomElement(using: &dice) : nil
      let type = ["sale", "upsell", "rebill"].randomElement(using: &dice) ?? "sale"
      let status = ["approved", "rejected", "hold"].randomElement(using: &dice) ?? "approved"
      let click = try await click(
        bench, of: visitor, at: PostbackBench.start + .seconds(Int64(number)),
        "payout=\(number)&txid=\(number)&conversion_type=\(type)&status=\(status)")
      if Bool.random(using: &dice) {
        let hash = CustomerEmail.hash("c\(Int.random(in: 0...2, using: &dice))@example.com")
        try await bench.scope.execute(
          "UPDATE \(bench.scope.schema).conversions SET email_hash = \(hash) WHERE click_id = \(click.id)")
      }
    }
    let request = try ReportRequest(
      query: [("from", "2026-11-21"), ("to", "2026-11-21")], form: .totals, zone: .utc)
    let engine = ReportEngine(clock: bench.clock)
    let totals = try await engine.answer(request, in: .usd, of: bench.scope).totals
    let answer = try await list(bench)
    #expect(answer.totals.customers == totals[.customers])
    #expect(answer.totals.repeatCustomers == totals[.repeatCustomers])
    #expect(answer.totals.orders == totals[.orders])
    for customer in answer.page.items {
      #expect(try await store.find(customer.id, of: bench.scope) == customer)
    }
  }

  @Test func theSameAddressIsOnePersonAndNeverShown() async throws {
    let bench = try await PostbackBench()
    let hash = CustomerEmail.hash("ann@example.com")
    for (number, payout) in [10, 20].enumerated() {
      let click = try await click(
        bench, of: nil, at: PostbackBench.start + .minutes(Int64(number)), "payout=\(payout)&txid=\(number)")
      try await bench.scope.execute(
        "UPDATE \(bench.scope.schema).conversions SET email_hash = \(hash) WHERE click_id = \(click.id)")
    }
    let answer = try await list(bench)
    let customer = try #require(answer.page.items.first)
    #expect(answer.totals.customers == 1 && customer.kind == .email && customer.orders == 2)
    #expect(customer.emailMark == String(hash.hex.prefix(8)))
    let journey = try await CustomerJourneyStore().journey(of: customer, in: bench.scope)
    #expect(journey.happenings.count == 4)
    #expect(!JSONValue.object(customer.fields).text.contains(hash.hex))
  }

  /// Page by page, in each order, everybody comes once.
  @Test func thePagesOfEveryOrderHaveEverybodyOnce() async throws {
    let bench = try await PostbackBench()
    for number in 0..<7 {
      try await click(
        bench, of: VisitorID(at: PostbackBench.start), at: PostbackBench.start + .minutes(Int64(number / 2)),
        "payout=\(number / 3)&txid=\(number)")
    }
    for sort in CustomerFilter.Sort.allCases.flatMap({ [$0.rawValue, "-\($0.rawValue)"] }) {
      var seen: [UUIDv7] = []
      var cursor: String?
      repeat {
        let page = try await list(bench, "limit=2&sort=\(sort)" + (cursor.map { "&cursor=\($0)" } ?? "")).page
        seen += page.items.map(\.id)
        cursor = page.nextCursor
      } while cursor != nil && seen.count < 20
      #expect(seen.count == 7 && Set(seen).count == 7, "\(sort)")
    }
    await #expect(throws: Problem.self) { _ = try await list(bench, "cursor=x") }
    await #expect(throws: Problem.self) { _ = try await list(bench, "sort=name&min_orders=0") }
  }

  @Test func cohortsSayWhoCameBack() async throws {
    let bench = try await PostbackBench()
    let schema = bench.scope.schema
    let (ann, bob) = (VisitorID(at: PostbackBench.start), VisitorID(at: PostbackBench.start))
    for (visitor, month, payout) in [(ann, 9, 10), (bob, 9, 20), (ann, 10, 5), (ann, 11, 7)] {
      let click = try await click(bench, of: visitor, "payout=\(payout)&txid=\(payout)")
      let time = try #require(Timestamp(rfc3339: "2026-\(month < 10 ? "0" : "")\(month)-15T12:00:00Z"))
      try await bench.scope.execute(
        "UPDATE \(schema).conversions SET created_at = \(time) WHERE click_id = \(click.id)")
    }
    let today = try #require(LocalDate("2026-11-21"))
    let cohorts = try await store.cohorts(months: 12, today: today, zone: .utc, of: bench.scope)
    #expect(cohorts.map(\.month.description) == ["2026-09-01"])
    #expect(cohorts.first?.customers == 2)
    #expect(
      cohorts.first?.months == [
        .init(later: 0, customers: 2, revenue: Micros("30") ?? .zero),
        .init(later: 1, customers: 1, revenue: Micros("5") ?? .zero),
        .init(later: 2, customers: 1, revenue: Micros("7") ?? .zero),
      ])
    #expect(cohorts.first.map { $0.retention($0.months[1]) } == 500_000)
    #expect(try await store.cohorts(months: 2, today: today, zone: .utc, of: bench.scope).isEmpty)
  }
}
