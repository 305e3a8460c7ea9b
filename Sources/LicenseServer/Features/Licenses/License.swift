import Billing
import Core
import Database
import Licensing

/// A customer's right to run trackers with a plan's features, until it ends.
struct License: Sendable, Identifiable {
  /// What the vendor decided. Time and payment have their own say; ``status(at:)`` is what comes of all three.
  enum Standing: String, Sendable, SQLValue, SQLDecodable {
    case active, suspended, revoked
  }

  let id: Int64
  let customerID: Int64
  let customerEmail: EmailAddress
  let plan: Plan
  let subscriptionID: Int64?
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
  let keyLastFour: String
  let activeInstances: Int
  let createdAt: Timestamp
  let updatedAt: Timestamp

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

  /// Everything but the key, as staff see it.
  func json(at now: Timestamp) -> JSONValue {
    [
      "id": .int(id), "plan": .string(plan.slug), "status": .string(status(at: now).rawValue),
      "customer_id": .int(customerID), "customer_email": .string(customerEmail.description),
      "key_last_four": .string(keyLastFour), "expires_at": JSONValue(expiresAt),
      "overdue_until": JSONValue(overdueUntil), "max_instances": .int(maxInstances),
      "active_instances": .int(activeInstances), "transfer_allowance": .int(transferAllowance),
      "features": entitlements.featuresJSON, "limits": entitlements.limitsJSON, "overrides": overrides.json,
      "subscription_id": JSONValue(subscriptionID), "created_at": JSONValue(createdAt),
      "updated_at": JSONValue(updatedAt),
    ]
  }
}

/// A licence with its key in full: only right after the key was made.
struct IssuedLicense: Sendable {
  let license: License
  let key: LicenseKey

  func json(at now: Timestamp) -> JSONValue {
    var object = license.json(at: now).objectValue ?? [:]
    object["key"] = .string(key.text)
    return .object(object)
  }
}
