import Billing
import Core
import Database
import Licensing

extension LicenseRegister {
  /// Changes the plan, or says what that would do. Of a licence that is paid for, the subscription is what is changed:
  /// an upgrade now, a downgrade at its period's end. One that Stripe runs is changed at Stripe, which works the
  /// difference out itself: then there is no quote.
  /// - Parameter stripe: nil without Stripe; what it runs cannot be changed then.
  /// - Throws: 409 when more is in use than the plan allows, 402 when a card was declined; nothing has changed then.
  func changePlan(
    _ id: Int64, to slug: String, isDryRun: Bool, through subscriptions: SubscriptionRegister, stripe: StripeDesk?,
    by actor: Actor
  ) async throws -> PlanChange {
    if let stripe, let subscription = try await LicenseStore(database).find(id)?.subscriptionID,
      try await stripe.runs(subscription)
    {
      return try await changePlan(id, to: slug, isDryRun: isDryRun, of: subscription, at: stripe, by: actor)
    }
    return try await database.transaction { connection in
      let now = clock.now()
      let store = LicenseStore(connection)
      guard let license = try await store.lock(id) else { throw Problem.notFound("licence") }
      let (plan, effect) = try await planChange(of: license, to: slug, in: connection)
      var change = effect
      if isDryRun {
        if let subscription = license.subscriptionID {
          change.quote = try await SubscriptionDesk(connection)
            .quote(subscription, to: PlanTarget(plan: slug), at: now)
        }
        return change
      }
      try Self.refuse(license, change)
      if let subscription = license.subscriptionID {
        change.quote = try await subscriptions.change(
          subscription, to: PlanTarget(plan: slug), in: connection, by: actor
        ).quote
        guard let followed = try await store.find(id) else { throw Problem.notFound("licence") }
        return followed.plan.id == plan.id ? change.applied(as: followed) : change
      }
      try await store.set(id, plan: plan.id, at: now)
      guard let changed = try await store.find(id) else { throw Problem.notFound("licence") }
      try await AuditStore(connection).append(
        AuditEntry(
          action: "license.change_plan", subject: Self.subject(id), before: license.json(at: now),
          after: changed.json(at: now)),
        by: actor, at: now)
      try await LicenseHistory(connection).record(
        .planChanged, of: id, by: actor,
        data: ["from": .string(change.before.plan), "to": .string(change.after.plan)], at: now)
      return change.applied(as: changed)
    }
  }

  /// Stripe is asked with no transaction open; the licence follows in the one that takes its answer in.
  private func changePlan(
    _ id: Int64, to slug: String, isDryRun: Bool, of subscription: Int64, at stripe: StripeDesk, by actor: Actor
  ) async throws -> PlanChange {
    let store = LicenseStore(database)
    guard let license = try await store.find(id) else { throw Problem.notFound("licence") }
    let (plan, change) = try await planChange(of: license, to: slug, in: database)
    if isDryRun { return change }
    try Self.refuse(license, change)
    _ = try await stripe.change(subscription, to: PlanTarget(plan: slug), by: actor)
    guard let followed = try await store.find(id) else { throw Problem.notFound("licence") }
    return followed.plan.id == plan.id ? change.applied(as: followed) : change
  }

  /// - Throws: 422 for a plan that there is not, or that is not in the agreement of the licence's reseller.
  private func planChange(
    of license: License, to slug: String, in database: any SQLExecutor
  ) async throws -> (plan: Plan, change: PlanChange) {
    guard let plan = try await PlanStore(database).find(slug: slug) else { throw BillingError.noSuchPlan(slug) }
    let instances = try await InstanceStore(database).all(of: [license.id])
    if let agreed = try await ResellerLicenseStore(database).agreedPlans(of: license.id), !agreed.contains(slug) {
      throw Problem.beyondEntitlement([
        .init(field: "plan", code: "not_entitled", message: "\(slug) is not in the agreement of its reseller")
      ])
    }
    return (plan, PlanChange(of: license, to: plan, instances: instances))
  }

  private static func refuse(_ license: License, _ change: PlanChange) throws(Problem) {
    try refuseRevoked(license)
    guard change.excess.isEmpty else { throw change.refusal }
  }
}
