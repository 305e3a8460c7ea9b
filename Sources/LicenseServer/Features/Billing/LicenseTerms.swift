import Billing
import Core
import Database

/// What a subscription's licence is to be, by how its payments stand.
struct LicenseTerms: Sendable, Hashable {
  let planID: Int64
  let expiresAt: Timestamp
  /// Nil: it stops at its end.
  let overdueUntil: Timestamp?
  let isSuspended: Bool

  /// Nil for a subscription that has not begun.
  init?(_ subscription: Subscription) {
    guard subscription.status != .incomplete, let current = subscription.current else { return nil }
    planID = subscription.planID
    isSuspended = subscription.status == .suspended
    let stops = subscription.cancelsAtPeriodEnd
    switch subscription.status {
    case .incomplete, .trialing:
      expiresAt = current.end
      overdueUntil = nil
    case .active:
      expiresAt = current.end
      // Until a run has renewed it, a moment after its end, it is merely late.
      overdueUntil = stops ? nil : current.end + LicenseGrant.overdueGrace
    case .pastDue, .suspended:
      guard subscription.paidUntil != nil else {
        // Whoever never paid is given no grace.
        expiresAt = current.start
        overdueUntil = nil
        return
      }
      let unpaid = subscription.unpaidSince ?? current.start
      let last = stops ? current.end : unpaid + Dunning.suspends
      expiresAt = min(unpaid + Dunning.graceBegins, last)
      overdueUntil = min(unpaid + Dunning.suspends, last)
    case .canceled, .expired:
      expiresAt = subscription.endedAt ?? current.end
      overdueUntil = nil
    }
  }
}

/// The SQL that has a licence follow its payments.
struct LicenseTermsStore: Sendable {
  let database: any SQLExecutor

  /// A suspension by staff stays; one for want of payment comes and goes.
  func apply(_ terms: LicenseTerms, to license: Int64, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.licenses SET plan_id = \(terms.planID), expires_at = \(terms.expiresAt),
        overdue_until = \(terms.overdueUntil),
        status = CASE WHEN status = 'active' AND \(terms.isSuspended) THEN 'suspended'
          WHEN status = 'suspended' AND suspended_for = 'unpaid' AND NOT \(terms.isSuspended) THEN 'active'
          ELSE status END,
        suspended_for = CASE WHEN status = 'active' AND \(terms.isSuspended) THEN 'unpaid'
          WHEN \(terms.isSuspended) THEN suspended_for END,
        updated_at = \(now)
      WHERE id = \(license)
      """)
  }
}
