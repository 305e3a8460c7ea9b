import Analytics
import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct CommissionFollowerTests {
  @Test func aCommissionFollowsItsConversion() async throws {
    let bench = try await CommissionBench()
    let publisher = try await bench.publisher("Ana")
    try await bench.rule("Half", .init(), .hybrid, amount: "1", percent: "50")
    let click = try await bench.click(of: publisher)
    let id = try await bench.send("click_id=\(click.id)&payout=10&status=lead")
    var commission = try #require(try await bench.commission(id))
    #expect((commission.status, commission.amount.description) == (.pending, "6.00"))
    #expect(commission.agreement.ruleName == "Half")
    // The rule as it was: what is agreed later is for later conversions.
    try await bench.scope.execute(
      "UPDATE \(bench.scope.schema).commission_rules SET archived_at = \(PostbackBench.start)")
    try await bench.send("click_id=\(click.id)&payout=20&status=approved")
    commission = try #require(try await bench.commission(id))
    #expect((commission.status, commission.amount.description) == (.approved, "11.00"))
    try await bench.send("click_id=\(click.id)&status=refund")
    commission = try #require(try await bench.commission(id))
    #expect((commission.status, commission.base.description) == (.rejected, "20.00"))
    let nobody = try await bench.sale(of: publisher, payout: "9")
    #expect(try await bench.commission(nobody.conversion) == nil)
    await bench.bench.tenant.close()
  }

  @Test func theMostSpecificRuleIsTakenAndStrangersGetNothing() async throws {
    let bench = try await CommissionBench()
    let (ana, ben) = (try await bench.publisher("Ana"), try await bench.publisher("Ben"))
    try await bench.rule("all", .init(), amount: "1")
    try await bench.rule("offer", .init(offerID: PostbackBench.offerID), amount: "2")
    try await bench.rule("ana", .init(publisherID: ana), amount: "3")
    try await bench.rule("ana's leads", .init(publisherID: ana, type: .lead), amount: "4")
    try await bench.rule("goal", .init(offerID: PostbackBench.offerID, goal: "trial"), amount: "5")
    for (publisher, more, amount) in [
      (ana, "", "3.00"), (ben, "", "2.00"), (ana, "&conversion_type=lead", "4.00"),
      (ben, "&conversion_type=ftd", "2.00"),
      (99, "", nil), (ben, "&conversion_type=upsell", nil),
    ] as [(Int64, String, String?)] {
      let sale = try await bench.sale(of: publisher, payout: "10", more: more)
      #expect(try await bench.commission(sale.conversion)?.amount.description == amount, "\(publisher) \(more)")
    }
    try await bench.scope.execute("UPDATE \(bench.scope.schema).publishers SET status = 'paused' WHERE id = \(ben)")
    #expect(try await bench.commission(bench.sale(of: ben, payout: "10").conversion) == nil)
    await bench.bench.tenant.close()
  }

  @Test func aShareNeedsARateIntoItsCurrency() async throws {
    let bench = try await CommissionBench()
    let publisher = try await bench.publisher("Ana")
    try await bench.rule("share", .init(), .revshare, percent: "10")
    let euros = try await bench.sale(of: publisher, payout: "50", more: "&currency=EUR")
    let commission = try #require(try await bench.commission(euros.conversion))
    #expect((commission.amount, commission.isBaseMissing) == (.zero, true))
    let dollars = try await bench.sale(of: publisher, payout: "50", more: "&currency=USD")
    #expect(try await bench.commission(dollars.conversion)?.amount.description == "5.00")
    await bench.bench.tenant.close()
  }

  @Test func afterTheLockTheNextStatementTakesItBack() async throws {
    let bench = try await CommissionBench()
    let publisher = try await bench.publisher("Ana")
    try await bench.rule("share", .init(), .revshare, percent: "33.3333")
    let sale = try await bench.sale(of: publisher, payout: "10")
    bench.clock.set(CommissionBench.firstMonday)
    let first = try #require(try await bench.close(publisher).first)
    let locked = try await bench.lock(first)
    #expect(locked.totals?.payable.description == "3.33333")
    let kept = try await bench.lines(of: first)
    // A smaller payout first, then all of it.
    try await bench.send("click_id=\(sale.click.id)&payout=4&status=approved", at: bench.clock.now() + .hours(1))
    #expect(try await bench.commission(sale.conversion)?.status == .approved)
    try await bench.send("click_id=\(sale.click.id)&status=chargeback", at: bench.clock.now() + .hours(2))
    let commission = try #require(try await bench.commission(sale.conversion))
    #expect((commission.status, commission.amount.description) == (.reversed, "3.33333"))
    bench.clock.set(CommissionBench.firstMonday + .days(7))
    let second = try #require(try await bench.close(publisher).first)
    let draft = try await bench.lock(second)
    #expect(draft.totals?.adjusted.description == "-3.33333")
    #expect(draft.totals?.carriedOut.description == "-3.33333")
    #expect(draft.state == .carried)
    let lines = try await bench.lines(of: second)
    #expect(lines.map(\.amount.description) == ["-1.999998", "-1.333332"])
    #expect(lines.map { $0.detail["reason"] } == ["payout changed", "sale > rejected"])
    #expect(try await bench.lines(of: first) == kept)
    await bench.bench.tenant.close()
  }

  @Test func typesThatCountAreConversionsInReports() async throws {
    let bench = try await CommissionBench()
    for type in ["sale", "ftd", "deposit", "trial"] {
      let click = try await bench.click(of: nil)
      try await bench.send("click_id=\(click.id)&payout=1&conversion_type=\(type)")
    }
    func counts() async throws -> [MetricValue?] {
      let day = PostbackBench.start.utcDate
      let totals = try await ReportEngine(clock: bench.clock).answer(
        ReportRequest(from: day, to: day), in: .usd, of: bench.scope
      ).totals
      return [Metric.conversions.value(of: totals), Metric.revenue.value(of: totals)]
    }
    #expect(try await counts() == [.count(2), .money(Micros(rawValue: 4_000_000))])
    _ = try await ConversionTypeStore().insert(
      .init(type: ConversionType(word: "Trial"), title: "Trial", traits: .init(counts: true, earns: false)),
      at: PostbackBench.start, of: bench.scope, in: bench.scope)
    // What counts holds for what is recorded; what earns, from now on.
    #expect(try await counts() == [.count(3), .money(Micros(rawValue: 4_000_000))])
    let click = try await bench.click(of: nil)
    try await bench.send("click_id=\(click.id)&payout=1&conversion_type=trial")
    #expect(try await counts() == [.count(4), .money(Micros(rawValue: 4_000_000))])
    await bench.bench.tenant.close()
  }
}
