import Billing
import Core
import Testing

@Suite struct SubscriptionTests {
  private func subscription(_ status: Subscription.Status) -> Subscription {
    Subscription(
      id: 1, customerID: 1, planID: 1, priceID: 1, period: .month, status: status, anchor: nil, current: nil,
      createdAt: BillingDatabase.now)
  }

  @Test func theFirstPaymentStartsTheFirstPeriod() throws {
    var subscription = subscription(.incomplete)
    try subscription.paid(at: BillingDatabase.now)
    #expect(subscription.status == .active)
    #expect(subscription.current?.start == BillingDatabase.now)
    #expect(subscription.current?.end.rfc3339 == "2026-12-21T10:00:00.000Z")
  }

  @Test func laterPaymentsGoOnWhereThePeriodEndedWhenEverTheyCome() throws {
    var subscription = subscription(.incomplete)
    for delay in [0, 3, 40, 41] { try subscription.paid(at: BillingDatabase.now + .seconds(Int64(delay) * 86_400)) }
    #expect(subscription.current?.start.rfc3339 == "2027-02-21T10:00:00.000Z")
    #expect(subscription.current?.end.rfc3339 == "2027-03-21T10:00:00.000Z")
  }

  @Test(arguments: Subscription.Status.allCases)
  func onlyWhatHasEndedTakesNoPayment(status: Subscription.Status) throws {
    var subscription = subscription(status)
    if status == .canceled || status == .expired {
      #expect(throws: BillingError.illegalTransition(from: status)) { try subscription.paid(at: BillingDatabase.now) }
    } else {
      try subscription.paid(at: BillingDatabase.now)
      #expect(subscription.status == .active)
    }
  }
}
