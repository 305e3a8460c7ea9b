import Billing
import Core
import Database

/// What staff and customers do with subscriptions, by whatever way they come: API, pages, the portal. Each act is one
/// transaction with its entry in the audit log; the licence follows in it. Whether `actor` may is for the caller.
struct SubscriptionRegister: Sendable {
  let database: ConnectionPool
  let news: BillingNews
  let clock: any WallClock

  func quote(_ id: Int64, to target: PlanTarget) async throws -> PlanChangeQuote {
    try await database.transaction(retries: 3) { connection in
      try await SubscriptionDesk(connection).quote(id, to: target, at: clock.now())
    }
  }

  func change(_ id: Int64, to target: PlanTarget, by actor: Actor) async throws -> PlanChangeOutcome {
    try await database.transaction(retries: 3) { connection in
      try await change(id, to: target, in: connection, by: actor)
    }
  }

  /// The same as a part of the caller's transaction.
  func change(
    _ id: Int64, to target: PlanTarget, in connection: Connection, by actor: Actor
  ) async throws -> PlanChangeOutcome {
    let now = clock.now()
    let former = try await SubscriptionStore(connection).find(id)
    let outcome = try await SubscriptionDesk(connection).change(id, to: target, at: now)
    if let invoice = outcome.invoice {
      try await news.issued(invoice, in: connection, at: now)
      if invoice.status == .paid { try await news.paid(invoice, in: connection, at: now) }
      if invoice.status == .open { try await BillingJobs.enqueue(in: news.mail.queue, connection) }
    }
    try await tell(outcome.subscription, "subscription.change_plan", former, in: connection, by: actor, at: now)
    return outcome
  }

  func cancel(_ id: Int64, _ cancellation: Cancellation, by actor: Actor) async throws -> CancelOutcome {
    try await database.transaction(retries: 3) { connection in
      let now = clock.now()
      let former = try await SubscriptionStore(connection).find(id)
      let outcome = try await SubscriptionDesk(connection).cancel(id, cancellation, at: now)
      if outcome.refund != nil { try await BillingJobs.enqueue(in: news.mail.queue, connection) }
      try await tell(outcome.subscription, "subscription.cancel", former, in: connection, by: actor, at: now)
      return outcome
    }
  }

  /// Takes back a cancellation at the period's end, and a scheduled downgrade.
  func resume(_ id: Int64, by actor: Actor) async throws -> Subscription {
    try await database.transaction(retries: 3) { connection in
      let now = clock.now()
      let former = try await SubscriptionStore(connection).find(id)
      let subscription = try await SubscriptionDesk(connection).resume(id, at: now)
      try await tell(subscription, "subscription.resume", former, in: connection, by: actor, at: now)
      return subscription
    }
  }

  func startTrial(_ request: OrderRequest, days: Int64, by actor: Actor) async throws -> Subscription {
    try await database.transaction(retries: 3) { connection in
      let now = clock.now()
      let subscription = try await ManualBilling(connection).startTrial(request, until: now + .days(days), at: now)
      try await PortalUserStore(connection).makeOwner(request.email, of: subscription.customerID, at: now)
      try await news.begun(subscription, in: connection, at: now)
      if let license = try await news.follower.follow(subscription, in: connection, at: now) {
        try await news.mail.enqueue(
          LicenseReadyMail(plan: license.plan.name), to: request.email, customer: subscription.customerID,
          in: connection)
      }
      try await AuditStore(connection).append(
        AuditEntry(
          action: "subscription.start_trial", subject: Self.subject(subscription.id), after: subscription.json),
        by: actor, at: now)
      return subscription
    }
  }

  private func tell(
    _ subscription: Subscription, _ action: String, _ former: Subscription?, in connection: Connection, by actor: Actor,
    at now: Timestamp
  ) async throws {
    try await news.follower.follow(subscription, in: connection, at: now)
    if subscription.status.hasEnded {
      try await news.ended(subscription, in: connection, at: now)
    } else {
      try await news.changed(subscription, in: connection, at: now)
    }
    try await AuditStore(connection).append(
      AuditEntry(
        action: action, subject: Self.subject(subscription.id), before: .optional(former?.json),
        after: subscription.json),
      by: actor, at: now)
  }

  private static func subject(_ id: Int64) -> String { "subscription:\(id)" }
}
