import Core
import Web

/// Somebody with a seat in a tenant.
struct User: Sendable {
  enum Status: String, Sendable { case active, invited, disabled }

  let id: Int64
  var email: EmailAddress
  var name: String
  var role: Role
  /// The shared custom role, when there is one.
  var roleID: Int64?
  /// What the user may do after role, custom role and licence are taken together.
  var permissions: Permissions
  /// What role or custom role give, whatever the licence says today.
  var grantedPermissions: Permissions
  var status: Status
  /// Read-only because the licence has fewer seats than there are users.
  var pausedByLicense: Bool
  var mustChangePassword: Bool
  var usesTOTP: Bool
  var lastLoginAt: Timestamp?
  var createdAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "email": .string(email.description), "name": .string(name), "role": .string(role.rawValue),
      "role_id": JSONValue(roleID), "permissions": permissions.json, "status": .string(status.rawValue),
      "paused_by_license": .bool(pausedByLicense), "must_change_password": .bool(mustChangePassword),
      "totp": .bool(usesTOTP), "last_login_at": JSONValue(lastLoginAt), "created_at": JSONValue(createdAt),
    ]
  }
}

extension Permissions {
  /// What is left to a user whose seat is not licensed: to look.
  var readOnly: Permissions {
    Permissions(Section.allCases.filter { allows(.read($0)) }.map { ($0, .read) })
  }
}
