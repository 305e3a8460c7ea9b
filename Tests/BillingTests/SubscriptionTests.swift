import Core
import Testing

@testable import Billing

@Suite struct SubscriptionTests {
  private let now = BillingDatabase.now

  private func subscription(_ status: Subscription.Status) -> Subscription {
    var subscription = Subscription(
      id: 1, customerID: 1, planID: 1, priceID: 1, period: .month, status: status, createdAt: now)
    guard status != .incomplete else { return subscription }
    subscription.anchor = now
    subscription.current = Subscription.Span(start: now, end: BillingPeriod.month.end(of: 1, from: now))
    subscription.paidUntil = status == .trialing ? nil : subscription.current?.end
    return subscription
  }

  private let yearly = Price(
    id: 9, planID: 3, period: .year, amount: Money(minorUnits: 249_000, currency: .usd))

  @Test func theFirstPaymentStartsTheFirstPeriod() throws {
    var subscription = subscription(.incomplete)
    try subscription.start(at: now)
    #expect(subscription.status == .active)
    #expect(subscription.current?.start == now)
    #expect(subscription.current?.end.rfc3339 == "2026-12-21T10:00:00.000Z")
    #expect(subscription.paidUntil == subscription.current?.end)
  }

  @Test func periodsFollowEachOtherWheneverTheyArePaid() throws {
    var subscription = subscription(.active)
    for delay: Int64 in [30, 75, 76] {
      let span = try subscription.renew(unpaidSince: now + .days(delay))
      #expect(subscription.status == .pastDue)
      subscription.paid(through: span.end)
      try subscription.clear()
    }
    #expect(subscription.current?.start.rfc3339 == "2027-02-21T10:00:00.000Z")
    #expect(subscription.current?.end.rfc3339 == "2027-03-21T10:00:00.000Z")
    #expect(subscription.paidUntil == subscription.current?.end)
  }

  @Test func aTrialBecomesThePeriodThatFollowsIt() throws {
    var subscription = subscription(.incomplete)
    try subscription.startTrial(at: now, until: now + .days(14))
    let span = try subscription.renew(unpaidSince: now + .days(14))
    #expect(span.start == now + .days(14) && span.end == BillingPeriod.month.end(of: 1, from: now + .days(14)))
    #expect(subscription.status == .pastDue && subscription.paidUntil == nil)
  }

  @Test func aScheduledPriceBeginsWithTheNextPeriod() throws {
    var subscription = subscription(.active)
    try subscription.schedule(yearly)
    #expect(subscription.priceID == 1)
    let span = try subscription.renew(unpaidSince: now + .days(30))
    #expect(subscription.priceID == 9 && subscription.period == .year && subscription.scheduled == nil)
    #expect(span.end.rfc3339 == "2027-12-21T10:00:00.000Z")
  }

  @Test func anotherPeriodBeginsAtOnce() throws {
    var subscription = subscription(.active)
    try subscription.change(to: yearly, at: now + .days(10), restarting: true)
    #expect(subscription.current?.start == now + .days(10))
    #expect(subscription.current?.end.rfc3339 == "2027-12-01T10:00:00.000Z")
  }

  @Test func theOldestUnpaidInvoiceCounts() throws {
    var subscription = subscription(.active)
    subscription.owe(since: now + .days(3))
    subscription.owe(since: now + .days(9))
    #expect(subscription.unpaidSince == now + .days(3))
    try subscription.suspend()
    try subscription.clear()
    #expect(subscription.status == .active && subscription.unpaidSince == nil)
  }

  @Test(arguments: Subscription.Status.allCases)
  func whatTheStateDoesNotAllowIsRefused(status: Subscription.Status) {
    func allows(_ change: (inout Subscription) throws -> Void) -> Bool {
      var copy = subscription(status)
      do {
        try change(&copy)
        return true
      } catch {
        #expect(error as? BillingError == .illegalTransition(from: status))
        return false
      }
    }
    let runs: Set<Subscription.Status> = [.trialing, .active, .pastDue]
    #expect(allows { try $0.start(at: now) } == (status == .incomplete))
    #expect(allows { try $0.startTrial(at: now, until: now + .days(1)) } == (status == .incomplete))
    #expect(allows { _ = try $0.renew(unpaidSince: now) } == runs.contains(status))
    #expect(allows { try $0.change(to: yearly, at: now, restarting: false) } == [.trialing, .active].contains(status))
    #expect(allows { try $0.schedule(yearly) } == [.trialing, .active].contains(status))
    #expect(allows { try $0.suspend() } == (status == .pastDue))
    #expect(allows { try $0.clear() } == [.active, .pastDue, .suspended].contains(status))
    #expect(allows { try $0.cancelAtPeriodEnd(at: now) } == runs.contains(status))
    #expect(allows { try $0.resume() } == runs.contains(status))
    #expect(allows { try $0.cancel(at: now) } == !status.hasEnded)
    #expect(allows { try $0.expire(at: now) } == !status.hasEnded)
  }

  @Test(arguments: [(0, 1), (1, 2), (2, 2), (3, 3), (4, 3), (5, 4), (6, 4), (7, 5), (60, 5)])
  func attemptsAreMadeOnTheirDays(days: Int64, attempt: Int) {
    #expect(Dunning.attempt(at: now + .days(days), since: now) == attempt)
    #expect(Dunning.attempt(at: now - .seconds(1), since: now) == 0)
    #expect(Dunning.nextAttempt(after: 1, since: now) == now + .days(1))
    #expect(Dunning.nextAttempt(after: 5, since: now) == nil)
  }
}
