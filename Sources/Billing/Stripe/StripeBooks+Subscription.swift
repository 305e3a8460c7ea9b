public import Core
import Database

extension StripeBooks {
  /// Our subscription becomes what Stripe says that it is.
  func take(_ theirs: StripeSubscription, at now: Timestamp) async throws -> StripeChange {
    guard let known = try await links.subscription(theirs), var former = try await subscriptions.lock(known.id) else {
      return .nothing
    }
    if former.provider == .manual {
      // Somebody else may have been faster: the lock tells.
      guard former.current == nil, try await handOver(former.id, to: theirs.id, at: now),
        let adopted = try await subscriptions.lock(former.id)
      else { return .nothing }
      former = adopted
    }
    guard former.providerReference == theirs.id else { return .nothing }
    var subscription = former
    let price = try await price(of: theirs, now: former)
    // What was to come has come, or something else has instead.
    if price.id != former.priceID { subscription.scheduled = nil }
    subscription.mirror(theirs.facts(price: price, paidUntil: former.paidUntil), at: now)
    guard subscription != former else { return .nothing }
    try await subscriptions.save(subscription, at: now)
    return .subscription(former: former, subscription)
  }

  /// Notes what Stripe is about to be told: that the next period is to be at this price. Nil takes it back.
  /// - Throws: ``BillingError`` when its state does not allow it.
  public func schedule(_ id: Int64, _ price: Price?, at now: Timestamp) async throws -> Subscription {
    guard var subscription = try await subscriptions.lock(id) else { throw BillingError.noSuchSubscription }
    try subscription.schedule(price)
    try await subscriptions.save(subscription, at: now)
    return subscription
  }

  /// From now on Stripe runs it.
  private func handOver(_ id: Int64, to reference: String, at now: Timestamp) async throws -> Bool {
    try await connection.execute(
      """
      UPDATE license.subscriptions SET provider = 'stripe', provider_reference = \(reference), updated_at = \(now)
      WHERE id = \(id) AND provider = 'manual'
      """) == 1
  }

  /// The price that acts now. A lower one that was chosen for the next period Stripe has already, for it will invoice at
  /// that; what was paid for lasts to the period's end. One that we do not sell (somebody chose it at Stripe) leaves the
  /// plan as it is.
  private func price(of theirs: StripeSubscription, now former: Subscription) async throws -> Price {
    let plans = PlanStore(connection)
    let current = try await plans.sold(former.priceID).price
    guard let id = try await links.register.ourPrice(theirs.price), let price = try await plans.price(id) else {
      return current
    }
    let isSamePeriod = former.current?.start == theirs.periodStart
    return former.scheduled?.priceID == id && isSamePeriod ? current : price
  }
}

extension StripeSubscription {
  /// - Parameter paidUntil: as our books have it; Stripe tells it by invoices.
  fileprivate func facts(price: Price, paidUntil: Timestamp?) -> Subscription.ProviderFacts {
    let owes = status == .pastDue || status == .unpaid
    return Subscription.ProviderFacts(
      status: ourStatus, price: price,
      current: periodStart < periodEnd ? Subscription.Span(start: periodStart, end: periodEnd) : nil,
      paidUntil: paidUntil, trialEnd: trialEnd, cancelsAtPeriodEnd: endsWithPeriod, canceledAt: canceledAt,
      endedAt: endedAt, unpaidSince: owes ? periodStart : nil)
  }

  private var ourStatus: Subscription.Status {
    switch status {
    case .incomplete: .incomplete
    case .incompleteExpired: .expired
    case .trialing: .trialing
    case .active: .active
    case .pastDue: .pastDue
    // Stripe has given up to collect, or was told to pause: nothing is paid for.
    case .unpaid, .paused: .suspended
    case .canceled: endedUnpaid ? .expired : .canceled
    }
  }
}
