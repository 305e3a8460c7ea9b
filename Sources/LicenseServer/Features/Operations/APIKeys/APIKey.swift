import Core
import Web

/// A long-lived bearer token for programs: of a member of the staff, a customer or a reseller. It is shown once and
/// never allows more than its owner may do at that moment.
struct APIKey: Sendable, Identifiable {
  enum Owner: Sendable, Hashable {
    case staff(Int64)
    case customer(Int64)
    case reseller(Int64)

    /// How many keys it may have that are not revoked.
    static let limit = 50
  }

  let id: Int64
  let owner: Owner
  let name: String
  let lastFour: String
  /// Sections by name: `{"licences": "read"}`.
  let permissions: JSONValue
  /// Nil: never.
  let expiresAt: Timestamp?
  let lastUsedAt: Timestamp?
  let revokedAt: Timestamp?
  let createdAt: Timestamp

  /// Begins the token's text, by which it is told from a session's.
  static let prefix = "tly_key"

  func isUsable(at now: Timestamp) -> Bool { revokedAt == nil && expiresAt.map { now < $0 } ?? true }

  var json: JSONValue {
    let (staff, customer, reseller): (Int64?, Int64?, Int64?) =
      switch owner {
      case .staff(let id): (id, nil, nil)
      case .customer(let id): (nil, id, nil)
      case .reseller(let id): (nil, nil, id)
      }
    return [
      "id": .int(id), "staff_id": JSONValue(staff), "customer_id": JSONValue(customer),
      "reseller_id": JSONValue(reseller), "name": .string(name), "last_four": .string(lastFour),
      "permissions": permissions, "expires_at": JSONValue(expiresAt), "last_used_at": JSONValue(lastUsedAt),
      "revoked_at": JSONValue(revokedAt), "created_at": JSONValue(createdAt),
    ]
  }

  static let properties: [Schema.Property] = [
    .required("id", .integer), .required("staff_id", .integer.nullable), .required("customer_id", .integer.nullable),
    .required("reseller_id", .integer.nullable), .required("name", .string), .required("last_four", .string),
    .required("permissions", .map(.choice(AccessLevel.allCases.map(\.rawValue)))),
    .required("expires_at", .timestamp.nullable), .required("last_used_at", .timestamp.nullable),
    .required("revoked_at", .timestamp.nullable), .required("created_at", .timestamp),
  ]
}

/// The key that a request came with.
struct APIKeyUse: Sendable {
  let id: Int64
  let name: String
  let grants: StaffGrants

  /// What one has who signed in is not a key's: it cannot change how its owner signs in, nor make other keys.
  func allows(_ access: Access) -> Bool {
    if case .section = access { return grants.allows(access) }
    return access == .anyone
  }
}
