import Billing
import Core
import Licensing

/// A customer's licence as staff and the customer see it: what it gives, whose it is, how it is used.
@dynamicMemberLookup
struct License: Sendable, Identifiable {
  let grant: LicenseGrant
  let customerID: Int64
  let customerEmail: EmailAddress
  let subscriptionID: Int64?
  let keyLastFour: String
  let activeInstances: Int
  let createdAt: Timestamp
  let updatedAt: Timestamp
  /// Staff's own words for finding it, in order.
  var tags: [String] = []
  var trial: LicenseTrial?
  /// Whether an alarm about a copy of one of its instances is open.
  var isCloneSuspected = false
  /// More instances run, or one of them has more users, than it allows.
  var isOverLimit = false

  var id: Int64 { grant.id }

  /// A licence has all that its grant has: `license.plan`, `license.expiresAt`.
  subscript<Value>(dynamicMember member: KeyPath<LicenseGrant, Value>) -> Value { grant[keyPath: member] }

  func status(at now: Timestamp) -> LicenseStatus { grant.status(at: now) }

  /// Everything but the key, as staff see it.
  func json(at now: Timestamp) -> JSONValue {
    let entitlements = grant.entitlements
    return [
      "id": .int(id), "plan": .string(grant.plan.slug), "status": .string(status(at: now).rawValue),
      "customer_id": .int(customerID), "customer_email": .string(customerEmail.description),
      "key_last_four": .string(keyLastFour), "expires_at": JSONValue(grant.expiresAt),
      "overdue_until": JSONValue(grant.overdueUntil), "max_instances": .int(grant.maxInstances),
      "active_instances": .int(activeInstances), "transfer_allowance": .int(grant.transferAllowance),
      "features": entitlements.featuresJSON, "limits": entitlements.limitsJSON, "overrides": grant.overrides.json,
      "tags": JSONValue(tags), "trial": .optional(trial?.json), "clone_suspected": .bool(isCloneSuspected),
      "over_limit": .bool(isOverLimit), "subscription_id": JSONValue(subscriptionID),
      "created_at": JSONValue(createdAt),
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
