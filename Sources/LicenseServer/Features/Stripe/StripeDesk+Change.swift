import Billing
import Core
import Database

/// Changes to subscriptions that Stripe runs. Stripe is asked first or told what to do; our books follow its answer.
extension StripeDesk {
  /// Whether a subscription is one of them.
  func runs(_ id: Int64) async throws -> Bool {
    try await SubscriptionStore(database).find(id)?.provider == .stripe
  }

  /// More for the customer acts and is paid at once, by the difference for the rest of the period; less acts from the
  /// next period on.
  /// - Throws: 402 when the card was declined (then nothing changed), 409 when the state does not allow it.
  func change(_ id: Int64, to target: PlanTarget, by actor: Actor) async throws -> Subscription {
    let former = try await running(id)
    let plans = PlanStore(database)
    let from = try await sold(former.priceID)
    guard let plan = try await plans.find(slug: target.plan) else { throw BillingError.noSuchPlan(target.plan) }
    let period = target.period ?? former.period
    let currency = from.price.amount.currency
    guard let price = try await plans.activePrice(of: plan, period: period, currency: currency) else {
      throw BillingError.noSuchPrice(plan: plan.slug, period: period, currency: currency)
    }
    guard price.id != former.priceID || former.scheduled != nil else { throw BillingError.unchanged }
    let theirs = try await register.price(price, of: plan, at: clock.now())
    let subscription = try await client.subscription(former.reference).subscription
    if plan.rank > from.plan.rank || (plan.rank == from.plan.rank && period == .year && former.period == .month) {
      try await raise(former, from: from, to: theirs, subscription)
    } else {
      guard period == former.period else {
        throw Problem.conflict("Stripe begins a new period at once when its length changes: cancel at the end instead.")
      }
      try await lower(former, to: price.id == former.priceID ? nil : price, theirs, subscription)
    }
    return try await followed(former, "subscription.change_plan", by: actor)
  }

  /// With a lower price to come Stripe has that one already, and would credit the rest of the period at it: the price
  /// that was paid is set again before.
  private func raise(
    _ former: Running, from current: (plan: Plan, price: Price), to theirs: String, _ subscription: StripeSubscription
  ) async throws {
    guard former.scheduled != nil else {
      _ = try await client.change(subscription, toPrice: theirs, proration: .invoiceNow)
      return
    }
    let paid = try await register.price(current.price, of: current.plan, at: clock.now())
    let restored = try await client.change(subscription, toPrice: paid, proration: .none)
    do {
      _ = try await client.change(restored, toPrice: theirs, proration: .invoiceNow)
    } catch {
      // It stays as it was: lower from the next period on.
      _ = try? await client.change(restored, toPrice: subscription.price, proration: .none)
      throw error
    }
  }

  /// The next period's price is noted before Stripe is told, for its event may be here before its answer.
  private func lower(
    _ former: Running, to price: Price?, _ theirs: String, _ subscription: StripeSubscription
  ) async throws {
    try await note(price, for: former.id)
    do {
      _ = try await client.change(subscription, toPrice: theirs, proration: .none)
    } catch {
      try await note(nil, for: former.id)
      throw error
    }
  }

  private func note(_ price: Price?, for id: Int64) async throws {
    try await database.transaction { connection in
      _ = try await StripeBooks(connection, client: client).schedule(id, price, at: clock.now())
    }
  }

  /// Lets it run out with its period, or ends it now without giving anything back.
  func cancel(_ id: Int64, atPeriodEnd: Bool, by actor: Actor) async throws -> Subscription {
    let former = try await running(id)
    if atPeriodEnd {
      _ = try await client.setEndsWithPeriod(former.reference, true)
    } else {
      _ = try await client.cancel(former.reference)
    }
    return try await followed(former, "subscription.cancel", by: actor)
  }

  /// Takes back a cancellation at the period's end, and a lower price from then on.
  func resume(_ id: Int64, by actor: Actor) async throws -> Subscription {
    let former = try await running(id)
    if former.scheduled != nil {
      let (plan, price) = try await sold(former.priceID)
      let theirs = try await register.price(price, of: plan, at: clock.now())
      let subscription = try await client.subscription(former.reference).subscription
      _ = try await client.change(subscription, toPrice: theirs, proration: .none)
      try await note(nil, for: id)
    }
    if former.cancelsAtPeriodEnd { _ = try await client.setEndsWithPeriod(former.reference, false) }
    return try await followed(former, "subscription.resume", by: actor)
  }

  @dynamicMemberLookup
  private struct Running {
    let subscription: Subscription
    /// Stripe's name for it.
    let reference: String

    subscript<Value>(dynamicMember member: KeyPath<Subscription, Value>) -> Value { subscription[keyPath: member] }
  }

  private func running(_ id: Int64) async throws -> Running {
    guard let subscription = try await SubscriptionStore(database).find(id) else {
      throw BillingError.noSuchSubscription
    }
    guard subscription.provider == .stripe, let reference = subscription.providerReference else {
      throw BillingError.runByProvider(subscription.provider)
    }
    guard !subscription.status.hasEnded else { throw BillingError.illegalTransition(from: subscription.status) }
    return Running(subscription: subscription, reference: reference)
  }

  private func sold(_ priceID: Int64) async throws -> (plan: Plan, price: Price) {
    let plans = PlanStore(database)
    guard let price = try await plans.price(priceID), let plan = try await plans.find(id: price.planID) else {
      throw BillingError.noSuchPlan("price \(priceID)")
    }
    return (plan, price)
  }

  private func followed(_ former: Running, _ action: String, by actor: Actor) async throws -> Subscription {
    try await inbox.refresh(former.reference)
    guard let subscription = try await SubscriptionStore(database).find(former.id) else {
      throw BillingError.noSuchSubscription
    }
    try await database.transaction { connection in
      try await AuditStore(connection).append(
        AuditEntry(
          action: action, subject: "subscription:\(former.id)", before: former.subscription.json,
          after: subscription.json),
        by: actor, at: clock.now())
    }
    return subscription
  }
}
