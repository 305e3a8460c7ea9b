import Billing
import Core
import Database
import TestSupport
import Testing

@Suite struct StripeInboxTests {
  @Test func aLifeInItsOrderEndsInTheBooks() async throws {
    let scene = try await StripeScene.make()
    for happening in scene.standIn.happenings { #expect(try await scene.deliver(happening) != .duplicate) }
    let plan = try #require(try await PlanStore(scene.pool).find(slug: "enterprise"))
    #expect(
      try await scene.state() == [
        "stripe canceled plan \(plan.id) until 2027-01-20T10:00:00.000Z paid until 2027-01-20T10:00:00.000Z"
          + " ended 2027-01-20T10:00:00.000Z unpaid since never",
        "in_1 paid 7900 credited 0 due 0 paid 2026-11-21T10:00:01.000Z as ch_in_1 refunded 0",
        "in_2 paid 7900 credited 2000 due 0 paid 2026-12-24T10:00:00.000Z as ch_in_2 refunded 2000",
        "in_3 paid 8500 credited 0 due 0 paid 2027-01-01T10:00:00.000Z as ch_in_3 refunded 0",
        "cash [223.00 USD]", "receivable []", "taxPayable []", "revenue [-223.00 USD]", "customerCredit []",
        "refundsPayable []", "dispute won",
      ])
    // The order's own invoice was the one that Stripe collected.
    #expect(try await InvoiceStore(scene.pool).find(providerReference: "in_1")?.id == scene.order.invoice.id)
    await scene.close()
  }

  @Test(arguments: 0..<6)
  func anyOrderEndsTheSame(seed: UInt64) async throws {
    let inOrder = try await StripeScene.make()
    for happening in inOrder.standIn.happenings { try await inOrder.deliver(happening) }
    let expected = try await inOrder.state()
    await inOrder.close()

    var dice = Dice(seed: seed)
    let scene = try await StripeScene.make()
    var deliveries: [(happening: StripeStandIn.Happening, at: Int64)] = []
    for happening in scene.standIn.happenings {
      // Most come at once, some again, some after weeks: Stripe tries for days and resends for a month.
      for _ in 0..<Int.random(in: 1...3, using: &dice) {
        let delays = [0, 0, 1, 60, 3_600, StripeLife.day, Int64.random(in: 0...30 * StripeLife.day, using: &dice)]
        deliveries.append((happening, happening.at + (delays.randomElement(using: &dice) ?? 0)))
      }
    }
    deliveries.shuffle(using: &dice)
    deliveries.sort { $0.at < $1.at }
    var seen: Set<String> = []
    for (happening, time) in deliveries {
      let version = Bool.random(using: &dice) ? StripeShapes.version : "2025-08-27.basil"
      let outcome = try await scene.deliver(happening, at: time, version: version)
      #expect((outcome == .duplicate) == !seen.insert(happening.event).inserted, "\(happening.event) seed \(seed)")
    }
    #expect(try await scene.state() == expected, "seed \(seed)")
    await scene.close()
  }

  @Test func twentyDeliverTheSameEventAndItActsOnce() async throws {
    let scene = try await StripeScene.make()
    let payment = scene.standIn.happenings[2]
    scene.standIn.pass(to: payment.at + 5)
    let (event, inbox) = (try StripeEvent(payment.bytes()), scene.inbox)
    let applied = try await withThrowingTaskGroup(of: StripeInbox.Outcome?.self) { tasks in
      for _ in 0..<20 {
        tasks.addTask {
          do { return try await inbox.take(event) } catch let problem as Problem where problem.status == 503 {
            return nil
          }
        }
      }
      return try await tasks.reduce(into: 0) { $0 += $1 == .applied ? 1 : 0 }
    }
    #expect(applied == 1)
    let cash = try await LedgerStore(scene.pool).balances(of: .cash)
    #expect(cash == [Money(minorUnits: 7_900, currency: .usd)])
    await scene.close()
  }

  @Test func anotherSumThanOrderedReplacesTheOrdersInvoice() async throws {
    let scene = try await StripeScene.make { ours in
      let object = StripeShapes.invoice(
        lines: [("Trackily Pro", 7_900)], tax: 1_500, start: StripeLife.start,
        end: StripeLife.start + 30 * StripeLife.day, created: StripeLife.start)
      let subscription = StripeShapes.subscription(
        ours: ours, price: "price_pro", start: StripeLife.start, end: StripeLife.start + 30 * StripeLife.day)
      return [
        .init(
          "evt_0", "customer.subscription.created", at: StripeLife.start, subscription, path: "/v1/subscriptions/sub_1"),
        .init("evt_1", "invoice.paid", at: StripeLife.start, object, path: "/v1/invoices/in_1"),
      ]
    }
    try await scene.deliver(scene.standIn.happenings[1])
    let invoices = InvoiceStore(scene.pool)
    #expect(try await invoices.find(scene.order.invoice.id)?.status == .void)
    let entered = try #require(try await invoices.find(providerReference: "in_1"))
    #expect(entered.status == .paid && entered.total.minorUnits == 9_400 && entered.tax.minorUnits == 1_500)
    let tax = try await LedgerStore(scene.pool).balances(of: .taxPayable)
    #expect(tax == [Money(minorUnits: -1_500, currency: .usd)])
    await scene.close()
  }

  @Test func aSnapshotThatCannotBeReadIsAskedFor() async throws {
    let scene = try await StripeScene.make()
    let payment = scene.standIn.happenings[2]
    let broken = StripeStandIn.Happening(payment.event, payment.type, at: payment.at, ["id": "in_1"])
    #expect(try await scene.deliver(broken) == .applied)
    #expect(try await InvoiceStore(scene.pool).find(providerReference: "in_1")?.status == .paid)
    await scene.close()
  }

  @Test func whatIsNotOursIsLeftAlone() async throws {
    let foreign = StripeShapes.subscription(
      id: "sub_9", ours: nil, start: StripeLife.start, end: StripeLife.start + StripeLife.day)
    let stolen = StripeShapes.subscription(
      id: "sub_8", customer: "cus_8", ours: 1, start: StripeLife.start, end: StripeLife.start + StripeLife.day)
    let scene = try await StripeScene.make { _ in
      [
        .init("evt_f", "customer.subscription.created", at: StripeLife.start, foreign, path: "/v1/subscriptions/sub_9"),
        .init("evt_s", "customer.subscription.created", at: StripeLife.start, stolen, path: "/v1/subscriptions/sub_8"),
        .init("evt_p", "payout.paid", at: StripeLife.start, ["id": "po_1", "object": "payout"]),
        .init("evt_gone", "invoice.paid", at: StripeLife.start, ["id": "in_gone", "object": "invoice"]),
      ]
    }
    for happening in scene.standIn.happenings {
      #expect(try await scene.deliver(happening, version: nil) == .ignored, "\(happening.event)")
      #expect(try await scene.deliver(happening, version: nil) == .duplicate)
    }
    let subscription = try await scene.subscription
    #expect(subscription.provider == .manual)
    let live = try StripeEvent(scene.standIn.happenings[0].bytes(livemode: true))
    #expect(try await scene.inbox.take(live) == .ignored)
    await scene.close()
  }

  @Test func aLostEventIsMadeUpForByAsking() async throws {
    let scene = try await StripeScene.make()
    for happening in scene.standIn.happenings.prefix(5) { try await scene.deliver(happening) }
    // Nothing of the renewal arrives.
    scene.pass(to: StripeLife.start + 34 * StripeLife.day)
    try await scene.inbox.refresh("sub_1")
    let subscription = try await scene.subscription
    #expect(subscription.status == .active && subscription.current?.end.rfc3339 == "2027-01-20T10:00:00.000Z")
    await scene.close()
  }
}
