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
  /// Nil: never. Later than what is paid for when ``LicenseOverrides/expiresAt`` is.
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
  /// ``expiresAt`` in SQL.
  static let end: SQL = """
    CASE WHEN l.expires_at IS NULL THEN NULL
      ELSE greatest(l.expires_at, (l.overrides->>'expires_at')::timestamptz) END
    """

  /// ``status(at:)`` in SQL.
  static func status(at now: Timestamp) -> SQL {
    """
    CASE WHEN l.status <> 'active' THEN l.status
      WHEN l.expires_at IS NULL OR l.expires_at > \(now) OR (l.overrides->>'expires_at')::timestamptz > \(now)
        THEN 'active'
      WHEN l.overdue_until > \(now) THEN 'overdue' ELSE 'expired' END
    """
  }

  /// How many users it allows, null for unlimited: ``entitlements`` in SQL.
  static let userLimit: SQL = """
    (CASE WHEN l.overrides #> '{limits,users}' IS NOT NULL THEN (l.overrides #>> '{limits,users}')::bigint
      ELSE (SELECT u.value FROM license.plan_limits u WHERE u.plan_id = l.plan_id AND u.name = 'users') END
      + coalesce((l.overrides->>'extra_users')::bigint, 0))
    """

  /// Of `license.licenses l`.
  static let columns: SQL = """
    l.id, l.plan_id, l.status, l.expires_at, l.overdue_until, l.max_instances, l.transfer_allowance, l.overrides, l.seq
    """

  init(_ row: Row, plan: Plan) throws(DatabaseError) {
    let overrides = LicenseOverrides(stored: try row.get("overrides"))
    let paidUntil: Timestamp? = try row.get("expires_at")
    let end = paidUntil.map { max($0, overrides.expiresAt ?? $0) }
    var overdueUntil: Timestamp? = try row.get("overdue_until")
    if let end, let until = overdueUntil, until < end { overdueUntil = nil }
    self.init(
      id: try row.get("id"), plan: plan, standing: try row.get("status"), expiresAt: end, overdueUntil: overdueUntil,
      maxInstances: try row.get("max_instances"), transferAllowance: try row.get("transfer_allowance"),
      overrides: overrides, sequence: try row.get("seq"))
  }
}
