import Core
import Database
import Web

/// Somebody who works for the vendor.
struct StaffMember: Sendable, Identifiable {
  enum Status: String, CaseIterable, Sendable, SQLValue, SQLDecodable {
    /// Has not set a password yet.
    case invited
    case active, disabled
  }

  let id: Int64
  let email: EmailAddress
  var name: String
  var role: StaffRole
  /// Of a custom role.
  var customGrants: StaffGrants?
  var status: Status
  var mustChangePassword: Bool
  /// Whether signing in takes a one-time code as well.
  let usesTOTP: Bool
  let lastLoginAt: Timestamp?
  let createdAt: Timestamp

  var grants: StaffGrants { role.grants ?? customGrants ?? .none }

  var json: JSONValue {
    [
      "id": .int(id), "email": .string(email.description), "name": .string(name), "role": .string(role.rawValue),
      "permissions": grants.json, "status": .string(status.rawValue),
      "must_change_password": .bool(mustChangePassword), "totp": .bool(usesTOTP),
      "last_login_at": JSONValue(lastLoginAt),
      "created_at": JSONValue(createdAt),
    ]
  }

  static let schema = Schema.object([
    .required("id", .integer), .required("email", .email), .required("name", .string),
    .required("role", .choice(StaffRole.allCases.map(\.rawValue))), .required("permissions", .map(.string)),
    .required("status", .choice(Status.allCases.map(\.rawValue))), .required("must_change_password", .boolean),
    .required("totp", .boolean), .required("last_login_at", .timestamp.nullable), .required("created_at", .timestamp),
  ])
}

/// A member of the staff who is signed in. Read anew with each request, so a changed role or a disabled account acts on
/// the next one.
struct StaffSession: SignedInSession {
  let member: StaffMember
  let tokenHash: [UInt8]
  /// The API key that acts in the member's place; nil when they signed in themselves.
  var key: APIKeyUse?

  var actorID: String { key.map { "key:\($0.id)" } ?? "staff:\(member.id)" }
  var mustChangePassword: Bool { member.mustChangePassword }
  func allows(_ access: Access) -> Bool { member.grants.allows(access) && (key?.allows(access) ?? true) }
}

typealias StaffTable = RouteTable<Vendor, StaffSession>
typealias StaffCall = Call<Vendor, StaffSession>
