import Core
import Database
import TestSupport
import Testing

@testable import Billing

/// Changes of plan. The month in these tests is 30 days: 2026-11-21T10:00Z to 2026-12-21T10:00Z.
@Suite struct PlanChangeTests {
  private let now = BillingDatabase.now
  private var middle: Timestamp { now + .days(15) }

  private func begin(
    _ billing: BillingDatabase, _ plan: String, _ period: BillingPeriod = .month, coupon: String? = nil
  ) async throws -> Subscription {
    let order = try await billing.order(plan, period, coupon: coupon)
    return try #require(try await billing.pay(order.invoice.id).subscription)
  }

  private func change(
    _ billing: BillingDatabase, _ subscription: Subscription, _ plan: String, _ period: BillingPeriod? = nil,
    at time: Timestamp
  ) async throws -> PlanChangeOutcome {
    try await billing.pool.transaction {
      try await SubscriptionDesk($0).change(subscription.id, to: PlanTarget(plan: plan, period: period), at: time)
    }
  }

  private func end(_ billing: BillingDatabase) async throws {
    #expect(try await LedgerStore(billing.pool).unbalancedEntries().isEmpty)
    #expect(try await LedgerStore(billing.pool).unsettledInvoices().isEmpty)
    await billing.pool.close()
  }

  @Test func anUpgradeIsChargedForTheRestOfThePeriod() async throws {
    let billing = try await BillingDatabase.make()
    let subscription = try await begin(billing, "pro")
    // A dry run first: it changes nothing and says the same.
    let quote = try await billing.pool.transaction {
      try await SubscriptionDesk($0).quote(subscription.id, to: PlanTarget(plan: "enterprise"), at: middle)
    }
    let outcome = try await change(billing, subscription, "enterprise", at: middle)
    #expect(outcome.quote == quote && quote.kind == .upgrade && quote.effectiveAt == middle)
    #expect(quote.credit.minorUnits == 3_950 && quote.charge.minorUnits == 12_450)
    #expect(quote.due.minorUnits == 8_500 && outcome.invoice?.due == quote.due)
    #expect(outcome.creditNote?.toBalance == quote.credit && outcome.invoice?.creditApplied == quote.credit)
    #expect(outcome.subscription.status == .pastDue && outcome.subscription.planID == quote.to.id)
    #expect(outcome.subscription.current == subscription.current)
    await #expect(throws: BillingError.unpaid) { try await change(billing, subscription, "pro", at: middle) }
    let invoice = try #require(outcome.invoice)
    #expect(try await billing.pay(invoice.id, "wire 2", at: middle).subscription?.status == .active)
    try await end(billing)
  }

  @Test func secondsCount() async throws {
    let billing = try await BillingDatabase.make()
    let subscription = try await begin(billing, "starter")
    // 1,234,567 of 2,592,000 seconds are left: 1900 * 1234567 / 2592000 = 904.97..; 7900 * .. = 3762.76..
    let time = try #require(subscription.current?.end) - .seconds(1_234_567)
    let quote = try await change(billing, subscription, "pro", at: time).quote
    #expect(quote.credit.minorUnits == 905 && quote.charge.minorUnits == 3_763)
    try await end(billing)
  }

  @Test func aCouponOfTheCurrentPeriodLowersItsRest() async throws {
    let billing = try await BillingDatabase.make()
    let rate = try #require(Rate(percent: "20"))
    _ = try await CouponStore(billing.pool).create(
      code: "FIFTH", name: "A fifth", reduction: .percent(rate), periods: 1, maxRedemptions: nil, redeemableUntil: nil,
      at: now)
    let subscription = try await begin(billing, "pro", coupon: "FIFTH")
    let quote = try await change(billing, subscription, "enterprise", at: middle).quote
    #expect(quote.credit.minorUnits == 3_160 && quote.charge.minorUnits == 12_450)
    #expect(quote.discount.minorUnits == 2_490 && quote.total.minorUnits == 9_960)
    try await end(billing)
  }

  @Test func aLongerPeriodBeginsAnew() async throws {
    let billing = try await BillingDatabase.make()
    let subscription = try await begin(billing, "pro")
    let outcome = try await change(billing, subscription, "pro", .year, at: middle)
    #expect(outcome.quote.kind == .upgrade && outcome.quote.restarts)
    #expect(outcome.quote.total.minorUnits == 79_000 && outcome.quote.due.minorUnits == 75_050)
    #expect(outcome.subscription.current?.end.rfc3339 == "2027-12-06T10:00:00.000Z")
    try await end(billing)
  }

  @Test func whatIsNotUsedUpStaysToTheCustomersCredit() async throws {
    let billing = try await BillingDatabase.make()
    let subscription = try await begin(billing, "pro", .year)
    let outcome = try await change(billing, subscription, "enterprise", .month, at: now + .days(73))
    #expect(outcome.quote.credit.minorUnits == 63_200 && outcome.quote.total.minorUnits == 24_900)
    #expect(outcome.quote.due.isZero && outcome.invoice?.status == .paid)
    #expect(outcome.subscription.status == .active)
    let left = try await CreditBalanceStore(billing.pool).balance(of: subscription.customerID, in: .usd)
    #expect(left.minorUnits == 38_300)
    try await end(billing)
  }

  @Test func aDowngradeWaitsForThePeriodsEndAndCanBeTakenBack() async throws {
    let billing = try await BillingDatabase.make()
    let subscription = try await begin(billing, "enterprise")
    let outcome = try await change(billing, subscription, "starter", at: middle)
    #expect(outcome.quote.kind == .downgrade && outcome.quote.effectiveAt == subscription.current?.end)
    #expect(outcome.invoice == nil && outcome.subscription.planID == subscription.planID)
    #expect(try await change(billing, subscription, "enterprise", at: middle).quote.kind == .keep)
    #expect(try await SubscriptionStore(billing.pool).find(subscription.id)?.scheduled == nil)
    await #expect(throws: BillingError.unchanged) {
      try await change(billing, subscription, "enterprise", at: middle)
    }
    _ = try await change(billing, subscription, "starter", at: middle)
    let last = try #require(subscription.current?.end)
    _ = try await BillingRun(database: billing.pool, provider: CardStandIn()) { _, _, _ in }.run(at: last)
    let invoices = try await InvoiceStore(billing.pool).all(ofCustomers: [subscription.customerID])
    #expect(invoices.first?.total.minorUnits == 1_900)
    try await end(billing)
  }

  @Test func aCancellationEndsWithThePeriodOrNow() async throws {
    let billing = try await BillingDatabase.make()
    let first = try await begin(billing, "pro")
    _ = try await billing.pool.transaction {
      try await SubscriptionDesk($0).cancel(first.id, .atPeriodEnd, at: middle)
    }
    let run = BillingRun(database: billing.pool, provider: CardStandIn()) { _, _, _ in }
    #expect(try await run.run(at: middle) == BillingReport())
    #expect(try await run.run(at: now + .days(31)).canceled == 1)
    #expect(try await SubscriptionStore(billing.pool).find(first.id)?.endedAt == first.current?.end)
    let second = try await begin(billing, "pro")
    let outcome = try await billing.pool.transaction {
      try await SubscriptionDesk($0).cancel(second.id, .now(credit: .balance), at: middle)
    }
    #expect(outcome.creditNote?.toBalance.minorUnits == 3_950 && outcome.subscription.endedAt == middle)
    await #expect(throws: BillingError.illegalTransition(from: .canceled)) {
      try await change(billing, second, "enterprise", at: middle)
    }
    try await end(billing)
  }
}
