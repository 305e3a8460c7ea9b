import Billing
import Core
import Database
import Security

/// Licence follows payment: whoever changes a subscription calls this in the same transaction.
struct LicenseFollower: Sendable {
  let box: SecretBox

  /// Gives the subscription's licence what it has paid for: plan, end, grace, and a suspension for want of payment. The
  /// licence is made when the subscription has begun, by a payment or a trial.
  /// - Returns: the licence as it is now; nil as long as there is none.
  @discardableResult
  func follow(_ subscription: Subscription, in connection: Connection, at now: Timestamp) async throws -> License? {
    let store = LicenseStore(connection)
    let known = try await store.find(subscription: subscription.id)
    guard let terms = LicenseTerms(subscription) else { return known }
    guard let known, let former = try await store.lock(known.id) else {
      guard !subscription.status.hasEnded else { return nil }
      let draft = LicenseStore.Draft(
        customerID: subscription.customerID, planID: terms.planID, subscriptionID: subscription.id,
        expiresAt: terms.expiresAt, overdueUntil: terms.overdueUntil)
      return try await LicenseIssuer(connection: connection, box: box).issue(draft, at: now).license
    }
    guard former.standing != .revoked else { return former }
    try await LicenseTermsStore(database: connection).apply(terms, to: former.id, at: now)
    guard let license = try await store.find(former.id) else { return nil }
    try await tell(former, license, subscription, in: connection, at: now)
    return license
  }

  private func tell(
    _ former: License, _ license: License, _ subscription: Subscription, in connection: Connection, at now: Timestamp
  ) async throws {
    let history = LicenseHistory(connection)
    if former.plan.id != license.plan.id {
      try await history.record(
        .planChanged, of: license.id, by: .server,
        data: ["from": .string(former.plan.slug), "to": .string(license.plan.slug)], at: now)
    }
    if former.standing != license.standing {
      try await history.record(
        license.standing == .suspended ? .suspended : .reinstated, of: license.id, by: .server,
        data: ["reason": "payment"], at: now)
    }
    let isRunning = subscription.status == .active || subscription.status == .trialing
    if isRunning, let end = license.expiresAt, let before = former.expiresAt, end > before {
      try await history.record(
        .renewed, of: license.id, by: .server, data: ["expires_at": JSONValue(end)], at: now)
    }
  }
}
