import Core
import Database
import TestSupport
import Testing

@testable import Billing

@Suite struct BillingRunTests {
  private let now = BillingDatabase.now

  private func run(
    _ billing: BillingDatabase, _ cards: any PaymentProvider, at time: Timestamp
  ) async throws -> BillingReport {
    try await BillingRun(database: billing.pool, provider: cards) { _, _, _ in }.run(at: time)
  }

  /// A paid order: its subscription.
  private func begin(
    _ billing: BillingDatabase, _ plan: String = "pro", _ period: BillingPeriod = .month,
    email: String = "buyer@example.com", coupon: String? = nil
  ) async throws -> Subscription {
    let order = try await billing.order(plan, period, email: email, coupon: coupon)
    return try #require(try await billing.pay(order.invoice.id).subscription)
  }

  private func reload(_ billing: BillingDatabase, _ subscription: Subscription) async throws -> Subscription {
    try #require(try await SubscriptionStore(billing.pool).find(subscription.id))
  }

  private func invoices(_ billing: BillingDatabase, _ subscription: Subscription) async throws -> [Invoice] {
    try await InvoiceStore(billing.pool).all(ofCustomers: [subscription.customerID]).reversed()
  }

  private func end(_ billing: BillingDatabase) async throws {
    let ledger = LedgerStore(billing.pool)
    #expect(try await ledger.unbalancedEntries().isEmpty)
    #expect(try await ledger.unsettledInvoices().isEmpty)
    await billing.pool.close()
  }

  @Test func aPeriodThatEndsIsFollowedByAPaidOne() async throws {
    let billing = try await BillingDatabase.make()
    let cards = CardStandIn()
    let subscription = try await begin(billing)
    let last = try #require(subscription.current?.end)
    #expect(try await run(billing, cards, at: last - .seconds(1)) == BillingReport())
    let report = try await run(billing, cards, at: last)
    #expect(report.renewed == 1 && report.collected == 1 && report.failures.isEmpty)
    let renewed = try await reload(billing, subscription)
    #expect(renewed.status == .active && renewed.current?.end.rfc3339 == "2027-01-21T10:00:00.000Z")
    #expect(renewed.paidUntil == renewed.current?.end)
    let invoice = try #require(try await invoices(billing, subscription).last)
    #expect(invoice.purpose == .renewal && invoice.status == .paid && invoice.covers == renewed.current)
    #expect(try await run(billing, cards, at: last) == BillingReport())
    try await end(billing)
  }

  @Test func dunningGoesItsDaysAndAPaymentPutsItRight() async throws {
    let billing = try await BillingDatabase.make()
    let cards = CardStandIn()
    let subscription = try await begin(billing)
    cards.decline([subscription.customerID])
    let start = try #require(subscription.current?.end)
    var tried: [Int64] = []
    for day: Int64 in 0...21 {
      let before = cards.calls
      _ = try await run(billing, cards, at: start + .days(day))
      if cards.calls > before { tried.append(day) }
      #expect(try await reload(billing, subscription).status == (day < 21 ? .pastDue : .suspended))
    }
    #expect(tried == [0, 1, 3, 5, 7])
    let invoice = try #require(try await invoices(billing, subscription).last)
    let settled = try await billing.pay(invoice.id, "wire", at: start + .days(25))
    #expect(settled.subscription?.status == .active)
    try await end(billing)
  }

  @Test func whoNeverPaysExpiresAndOwesNothing() async throws {
    let billing = try await BillingDatabase.make()
    let cards = CardStandIn()
    let subscription = try await begin(billing, "pro", .year)
    cards.decline([subscription.customerID])
    let start = try #require(subscription.current?.end)
    for day: Int64 in [0, 21, 60] { _ = try await run(billing, cards, at: start + .days(day)) }
    #expect(try await reload(billing, subscription).status == .expired)
    #expect(try await invoices(billing, subscription).map(\.status) == [.paid, .void])
    #expect(try await LedgerStore(billing.pool).balances(of: .receivable).allSatisfy(\.isZero))
    try await end(billing)
  }

  @Test func anOrderThatNobodyPaysIsForgotten() async throws {
    let billing = try await BillingDatabase.make()
    let order = try await billing.order()
    #expect(try await run(billing, ManualProvider(), at: now + .days(29)) == BillingReport())
    #expect(try await run(billing, ManualProvider(), at: now + .days(30)).expired == 1)
    #expect(try await reload(billing, order.subscription).status == .expired)
    try await end(billing)
  }

  @Test func tenRunsAtOnceChargeEverybodyOnce() async throws {
    let billing = try await BillingDatabase.make()
    let cards = CardStandIn()
    var subscriptions: [Subscription] = []
    for turn in 0..<12 { subscriptions.append(try await begin(billing, email: "buyer\(turn)@example.com")) }
    let last = try #require(subscriptions[0].current?.end)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for _ in 0..<10 { tasks.addTask { _ = try await run(billing, cards, at: last) } }
      try await tasks.waitForAll()
    }
    for subscription in subscriptions {
      let invoices = try await invoices(billing, subscription)
      #expect(invoices.map(\.status) == [.paid, .paid])
      #expect(cards.charges(of: invoices[1].id) == [7_900])
    }
    try await end(billing)
  }

  @Test func aRunThatDiedAfterTheChargeDoesNotChargeAgain() async throws {
    let billing = try await BillingDatabase.make()
    let cards = CardStandIn()
    let subscription = try await begin(billing)
    let start = try #require(subscription.current?.end)
    cards.loseNextAnswer()
    let lost = try await run(billing, cards, at: start)
    #expect(lost.renewed == 1 && lost.collected == 0 && lost.failures.count == 1)
    #expect(try await reload(billing, subscription).status == .pastDue)
    // The next day's attempt waits until it is known what came of the one that was begun.
    let next = try await run(billing, cards, at: start + .days(1))
    #expect(next.collected == 1)
    let invoice = try #require(try await invoices(billing, subscription).last)
    #expect(cards.charges(of: invoice.id) == [7_900] && invoice.status == .paid)
    try await end(billing)
  }

  @Test func aTrialEndsWithAnInvoice() async throws {
    let billing = try await BillingDatabase.make()
    let email = try #require(EmailAddress("trial@example.com"))
    let subscription = try await billing.pool.transaction { connection in
      try await ManualBilling(connection).startTrial(
        OrderRequest(plan: "pro", period: .month, currency: .usd, email: email), until: now + .days(14), at: now)
    }
    #expect(try await run(billing, CardStandIn(), at: now + .days(13)) == BillingReport())
    let report = try await run(billing, CardStandIn(), at: now + .days(14))
    #expect(report.renewed == 1 && report.collected == 1)
    let paid = try await reload(billing, subscription)
    #expect(paid.status == .active && paid.current?.start == now + .days(14))
    try await end(billing)
  }

  @Test func monthsThatWereMissedAreMadeUpForPeriodByPeriod() async throws {
    let billing = try await BillingDatabase.make()
    let cards = CardStandIn()
    let subscription = try await begin(billing)
    let report = try await run(billing, cards, at: now + .days(100))
    #expect(report.renewed == 3 && report.collected == 3)
    let spans = try await invoices(billing, subscription).compactMap(\.covers)
    #expect(spans.count == 4)
    for (one, next) in zip(spans, spans.dropFirst()) { #expect(one.end == next.start) }
    try await end(billing)
  }

  @Test func aCouponLowersAsManyPeriodsAsItSays() async throws {
    let billing = try await BillingDatabase.make()
    let rate = try #require(Rate(percent: "25"))
    _ = try await CouponStore(billing.pool).create(
      code: "QUARTER", name: "A quarter", reduction: .percent(rate), periods: 3, maxRedemptions: nil,
      redeemableUntil: nil, at: now)
    let subscription = try await begin(billing, coupon: "QUARTER")
    let cards = CardStandIn()
    for month in 1...4 {
      _ = try await run(billing, cards, at: BillingPeriod.month.end(of: month, from: now))
    }
    #expect(try await invoices(billing, subscription).map(\.total.minorUnits) == [5_925, 5_925, 5_925, 7_900, 7_900])
    try await end(billing)
  }

  @Test func whatAProviderRunsIsLeftAlone() async throws {
    let billing = try await BillingDatabase.make()
    var subscription = try await begin(billing)
    subscription.handOver(to: .stripe, reference: "sub_1")
    try await SubscriptionStore(billing.pool).save(subscription, at: now)
    #expect(try await run(billing, CardStandIn(), at: now + .days(400)) == BillingReport())
    await #expect(throws: BillingError.runByProvider(.stripe)) {
      try await billing.pool.transaction {
        try await SubscriptionDesk($0).cancel(subscription.id, .atPeriodEnd, at: now)
      }
    }
    try await end(billing)
  }

  @Test func refundsGoBackTheWayTheyCame() async throws {
    let billing = try await BillingDatabase.make()
    let cards = CardStandIn()
    let subscription = try await begin(billing)
    let outcome = try await billing.pool.transaction {
      try await SubscriptionDesk($0).cancel(subscription.id, .now(credit: .refund), at: now + .days(15))
    }
    #expect(outcome.subscription.status == .canceled && outcome.creditNote?.amount.minorUnits == 3_950)
    #expect(try await run(billing, cards, at: now + .days(15)).refunded == 1)
    #expect(try await run(billing, cards, at: now + .days(15)).refunded == 0)
    #expect(cards.refunded == 3_950)
    try await end(billing)
  }

  @Test func aRefundThatIsRefusedIsTheCustomersCredit() async throws {
    let billing = try await BillingDatabase.make()
    let cards = CardStandIn()
    cards.refuseRefunds()
    let subscription = try await begin(billing)
    _ = try await billing.pool.transaction {
      try await SubscriptionDesk($0).cancel(subscription.id, .now(credit: .refund), at: now + .days(15))
    }
    let report = try await run(billing, cards, at: now + .days(15))
    #expect(report.refunded == 0 && report.refundsFailed == 1 && report.failures.isEmpty)
    #expect(try await run(billing, cards, at: now + .days(15)).refundsFailed == 0)
    let credit = try await CreditBalanceStore(billing.pool).balance(of: subscription.customerID, in: .usd)
    #expect(credit.minorUnits == 3_950)
    let invoice = try #require(try await invoices(billing, subscription).last)
    let payment = try await PaymentStore(billing.pool).find(invoice: invoice.id)
    #expect(payment?.refunded.minorUnits == 0)
    try await end(billing)
  }
}
