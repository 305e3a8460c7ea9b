import Billing
import Core
import Database
import Licensing

/// Changes and ends what a customer's licence is paid by: first as a question, then for good.
struct PortalPlanDesk: Sendable {
  let database: ConnectionPool
  let subscriptions: SubscriptionRegister
  /// Nil: there are no subscriptions that Stripe runs.
  let stripe: StripeDesk?
  let clock: any WallClock

  /// What a change would do to features, seats and money.
  struct Preview: Sendable {
    let effect: PlanChange
    let plan: Plan
    /// What is paid from the next period on.
    let price: Price
    /// Nil for a subscription that Stripe runs: Stripe works the difference out.
    let quote: PlanChangeQuote?
  }

  /// A licence with what pays it.
  struct Paid: Sendable {
    let license: License
    let subscription: Subscription
    let price: Price
  }

  /// - Throws: 404 for a licence of another customer.
  /// - Returns: nil for a licence that the vendor gave without a subscription.
  func paid(_ call: PortalCall) async throws -> Paid? {
    let license = try await LicenseStore(database).own(call)
    guard let id = license.subscriptionID, let subscription = try await SubscriptionStore(database).find(id),
      let price = try await PlanStore(database).price(subscription.priceID)
    else { return nil }
    return Paid(license: license, subscription: subscription, price: price)
  }

  /// The prices that it could change to: those of its currency.
  func offers(for paid: Paid) async throws -> [(plan: Plan, price: Price)] {
    let plans = PlanStore(database)
    let all = try await plans.all()
    return try await plans.activePrices().filter { $0.amount.currency == paid.price.amount.currency }.compactMap {
      price in
      all.first { $0.id == price.planID }.map { ($0, price) }
    }
  }

  /// What `target` would do. Nothing is changed.
  func preview(_ paid: Paid, _ target: PlanTarget) async throws -> Preview {
    let offer = try await offers(for: paid).first {
      $0.plan.slug == target.plan && $0.price.period == (target.period ?? paid.subscription.period)
    }
    guard let offer else { throw BillingError.noSuchPlan(target.plan) }
    var quote: PlanChangeQuote?
    if paid.subscription.provider == .manual {
      quote = try await subscriptions.quote(paid.subscription.id, to: target)
    } else if offer.price.id == paid.price.id, paid.subscription.scheduled == nil {
      throw BillingError.unchanged
    }
    return Preview(
      effect: try await effect(on: paid.license, of: offer.plan, in: database), plan: offer.plan,
      price: quote?.toPrice ?? offer.price, quote: quote)
  }

  /// Changes the plan.
  /// - Parameter shown: what the customer was told is due now, in minor units.
  /// - Returns: the invoice to pay, if there is one.
  /// - Throws: 409 when more is in use than the plan allows, and when it costs more by now than was shown.
  func change(_ paid: Paid, to target: PlanTarget, shown: Int64?, by actor: Actor) async throws -> Invoice? {
    if let stripe, paid.subscription.provider == .stripe {
      let plan = try await preview(paid, target).plan
      try refuseExcess(try await effect(on: paid.license, of: plan, in: database))
      _ = try await stripe.change(paid.subscription.id, to: target, by: actor)
      return nil
    }
    return try await database.transaction(retries: 3) { connection in
      // Takes the subscription's row first, as everything does that has a licence follow its subscription.
      let quote = try await SubscriptionDesk(connection).quote(paid.subscription.id, to: target, at: clock.now())
      try refuseExcess(try await effect(on: paid.license, of: quote.to, in: connection))
      guard quote.due.minorUnits <= Self.tolerated(shown ?? 0) else {
        throw Problem.conflict("What is due now has changed to \(quote.due). Look at it again.", field: "plan")
      }
      return try await subscriptions.change(paid.subscription.id, to: target, in: connection, by: actor).invoice
    }
  }

  /// The rest of a period shrinks by the second, and with it a credit: a hundredth more than was shown is the same.
  private static func tolerated(_ shown: Int64) -> Int64 {
    let bounded = min(max(shown, 0), Int64.max / 2)
    return bounded + bounded / 100
  }

  private func refuseExcess(_ effect: PlanChange) throws(Problem) {
    if !effect.excess.isEmpty { throw effect.refusal }
  }

  private func effect(on license: License, of plan: Plan, in database: any SQLExecutor) async throws -> PlanChange {
    PlanChange(of: license, to: plan, instances: try await InstanceStore(database).all(of: [license.id]))
  }

  /// Lets it run out with its period.
  func cancel(_ paid: Paid, by actor: Actor) async throws -> Subscription {
    if let stripe, paid.subscription.provider == .stripe {
      return try await stripe.cancel(paid.subscription.id, atPeriodEnd: true, by: actor)
    }
    return try await subscriptions.cancel(paid.subscription.id, .atPeriodEnd, by: actor).subscription
  }

  /// Takes back a cancellation, and a downgrade that has not come yet.
  func resume(_ paid: Paid, by actor: Actor) async throws {
    if let stripe, paid.subscription.provider == .stripe {
      _ = try await stripe.resume(paid.subscription.id, by: actor)
    } else {
      _ = try await subscriptions.resume(paid.subscription.id, by: actor)
    }
  }
}
