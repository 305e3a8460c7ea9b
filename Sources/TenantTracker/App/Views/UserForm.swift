import Core
import Web

/// The fields of a user. One select offers the documented roles, the shared custom ones (`role:5`) and permissions of
/// the user's own.
struct UserForm: Sendable {
  let fields: FormFields
  let roles: [RoleStore.CustomRole]

  var html: HTML {
    let shared = roles.map { FormFields.Choice("role:\($0.id)", $0.name) }
    return """
      \(fields.input("email", "E-mail", .email, required: true))
      \(fields.input("name", "Name"))
      \(fields.select(
        "role", "Role", Self.documented + shared + [.init("custom", "Custom: chosen below")], reveals: true))
      \(FormFields.shown(for: "role", "custom", content: PermissionMatrix(fields: fields).html))
      """
  }

  private static let documented: [FormFields.Choice] = [
    .init("admin", "Admin: everything"),
    .init("manager", "Manager: campaigns, offers, landings, flows, sources, reports"),
    .init("viewer", "Viewer: may look at campaigns, offers, landings, reports"),
  ]

  static func values(of user: User) -> JSONObject {
    [
      "email": .string(user.email.description), "name": .string(user.name),
      "role": .string(user.roleID.map { "role:\($0)" } ?? user.role.rawValue),
      "permissions": user.grantedPermissions.json,
    ]
  }

  /// What was entered, for the form that comes back.
  static func values(of form: FormBody) -> JSONObject {
    var values = form.body(texts: ["email", "name", "role"])
    values["permissions"] = PermissionMatrix.permissions(of: form)
    return values
  }

  /// The API's body.
  static func body(of form: FormBody) -> JSONObject {
    var body = form.body(texts: ["email", "name"])
    let role = form["role"] ?? ""
    if role.hasPrefix("role:") {
      body["role"] = "custom"
      body["role_id"] = Int64(role.dropFirst(5)).map { .int($0) } ?? .string(role)
      body["permissions"] = .null
    } else {
      body["role"] = .string(role)
      body["role_id"] = .null
      body["permissions"] = role == "custom" ? PermissionMatrix.permissions(of: form) : .null
    }
    return body
  }
}
