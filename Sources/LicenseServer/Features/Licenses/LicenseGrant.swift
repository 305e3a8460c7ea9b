import Billing
import Core
import Database
import Licensing

/// What a licence gives and for how long: all that a decision on it is made from.
struct LicenseGrant: Sendable, Identifiable {
  /// What the vendor decided. Time and payment have their own say; ``status(at:)`` is what comes of all three.
  enum Standing: String, Sendable, SQLValue, SQLDecodable {
    case active, suspended, revoked
  }

  let id: Int64
  let plan: Plan
  let standing: Standing
  /// Nil: never.
  let expiresAt: Timestamp?
  /// Not renewed in time, it stays usable from `expiresAt` to here.
  let overdueUntil: Timestamp?
  let maxInstances: Int
  /// How many moves to another machine or address it has in any 30 days.
  let transferAllowance: Int
  let overrides: LicenseOverrides
  /// The number of its newest lease; rises by one with each.
  let sequence: Int64

  var entitlements: Entitlements {
    overrides.applied(plan: plan.slug, features: plan.features, users: plan.users)
  }

  func status(at now: Timestamp) -> LicenseStatus {
    switch standing {
    case .revoked: return .revoked
    case .suspended: return .suspended
    case .active: break
    }
    guard let expiresAt, expiresAt <= now else { return .active }
    if let overdueUntil, now < overdueUntil { return .overdue }
    return .expired
  }

  /// The moment after which nobody may use it without another payment; nil for none.
  var lastUsableAt: Timestamp? { overdueUntil ?? expiresAt }

  /// How long after its end an unpaid subscription's licence stays usable.
  static let overdueGrace = Duration.days(14)
}

extension LicenseGrant {
  /// Of `license.licenses l`.
  static let columns: SQL = """
    l.id, l.plan_id, l.status, l.expires_at, l.overdue_until, l.max_instances, l.transfer_allowance, l.overrides, l.seq
    """

  init(_ row: Row, plan: Plan) throws(DatabaseError) {
    self.init(
      id: try row.get("id"), plan: plan, standing: try row.get("status"), expiresAt: try row.get("expires_at"),
      overdueUntil: try row.get("overdue_until"), maxInstances: try row.get("max_instances"),
      transferAllowance: try row.get("transfer_allowance"),
      overrides: LicenseOverrides(stored: try row.get("overrides")), sequence: try row.get("seq"))
  }
}
