import Core
import Database
import Licensing
import Security
import Web

/// Users and custom roles of a tenant, and its audit log.
struct UsersAPI: Sendable {
  let accounts: Accounts
  let seats: Seats
  let roles: RoleStore
  let audit: AuditLog
  let clock: any WallClock

  private var users: UserStore { accounts.users }

  func register(in table: inout TrackerTable) {
    table.define("User", .any)
    table.define("Role", .any)
    table.on(
      .get, "/users", .read(.users), "Users", query: UserStore.list.parameters, answer: .page(of: .ref("User")),
      handler: list)
    table.on(
      .post, "/users", .write(.users), "Add a user; without a password the answer holds an invitation link",
      body: .json(Self.newUserSchema), answer: .ref("User"), status: 201, creates: true, handler: create)
    table.on(.get, "/users/{id}", .read(.users), "A user", answer: .ref("User")) {
      .json(try await find($0.id(), $0.place.scope).json)
    }
    table.on(
      .patch, "/users/{id}", .write(.users), "Change a user", body: .json(.any), answer: .ref("User"), handler: update)
    table.on(.delete, "/users/{id}", .write(.users), "Remove a user", status: 204, handler: delete)
    table.on(
      .post, "/users/{id}/invite", .write(.users), "A new link by which the user sets a password", answer: .any,
      status: 201, handler: invite)
    table.on(.get, "/roles", .read(.users), "Roles, the documented ones first", answer: .page(of: .ref("Role"))) {
      let custom = try await roles.all(of: $0.place.scope)
      return .json(["items": .array(Self.builtInRoles + custom.map(\.json)), "next_cursor": nil])
    }
    table.on(
      .post, "/roles", .write(.users), "Add a custom role", body: .json(.any), answer: .ref("Role"), status: 201,
      creates: true, handler: createRole)
    table.on(.get, "/roles/{id}", .read(.users), "A custom role", answer: .ref("Role")) {
      .json(try await findRole($0.id(), $0.place.scope).json)
    }
    table.on(
      .patch, "/roles/{id}", .write(.users), "Change a custom role", body: .json(.any), answer: .ref("Role"),
      handler: updateRole)
    table.on(.delete, "/roles/{id}", .write(.users), "Remove a custom role", status: 204, handler: deleteRole)
    table.on(.get, "/audit-log", .read(.settings), "Who changed what, newest first", answer: .page(of: .any)) {
      .json(try await audit.page($0.page, of: $0.place.scope).json { $0 })
    }
    table.on(.get, "/audit-log/verify", .read(.settings), "Check the audit log's hash chain", answer: .any) {
      let fault = try await audit.firstFault(of: $0.place.scope)
      return .json([
        "intact": .bool(fault == nil), "first_fault": JSONValue(fault?.sequence),
        "kind": JSONValue(fault?.kind.rawValue),
      ])
    }
  }

  private static let newUserSchema = Schema.object([
    .required("email", .email), .optional("name", .string), .optional("role", .choice(Role.allCases.map(\.rawValue))),
    .optional("role_id", .integer), .optional("permissions", .map(.choice(["read", "write"]))),
    .optional("password", .string),
  ])

  private static let builtInRoles: [JSONValue] = Role.allCases.compactMap { role in
    role.permissions.map {
      ["id": nil, "name": .string(role.rawValue), "permissions": $0.json, "users": nil, "built_in": true]
    }
  }

  // Users

  private func list(_ call: TrackerCall) async throws -> Reply {
    .json(try await users.page(call.page.checked(for: UserStore.list), of: call.place.scope).json(\.json))
  }

  private func create(_ call: TrackerCall) async throws -> Reply {
    let (user, link) = try await create(call.json, by: call)
    var answer = user.json.objectValue ?? [:]
    if let link { answer["invitation_url"] = .string(link) }
    return .created(.object(answer), location: "/admin/api/users/\(user.id)")
  }

  /// Adds the user; for pages too.
  /// - Returns: with the link by which the user sets a password, unless one was given.
  func create(_ body: JSONValue, by call: TrackerCall) async throws -> (user: User, invitationURL: String?) {
    var fields = try FieldReader(body)
    let email = fields.email("email")
    let name = fields.optionalString("name", length: 0...100) ?? nil
    let role = fields.optionalOneOf("role", Role.allCases.map(\.rawValue))?.flatMap(Role.init(rawValue:)) ?? .viewer
    let roleID = fields.optionalInt("role_id", range: 1...Int64.max) ?? nil
    let permissions = Permissions.read("permissions", from: &fields) ?? nil
    let password = fields.optionalString("password", length: 1...256, trim: false) ?? nil
    if role != .custom, roleID != nil || permissions != nil {
      fields.fault("role", "choice", "must be custom when role_id or permissions are given")
    }
    try fields.finish()
    guard let email else { throw Problem.internalError() }
    let scope = call.place.scope
    try guardEscalation(role: role, permissions: permissions, by: call.session)
    if let roleID { _ = try await findSharedRole(roleID, by: call.session, scope) }
    let hash: String? =
      if let password { try await accounts.hashNew(password, field: "password", email: email) } else { nil }
    let new = UserStore.New(
      email: email, name: name ?? "", role: role, roleID: roleID, permissions: permissions, passwordHash: hash,
      mustChangePassword: false)
    let (user, token) = try await seats.withSeat(scope, call.session.entitlements) { connection in
      guard let id = try await users.insert(new, at: clock.now(), of: scope, in: connection),
        let user = try await users.find(id, of: scope, in: connection)
      else { throw Problem.conflict("There is a user with this e-mail address.", field: "email") }
      let token = hash == nil ? try await accounts.invite(id, .invitation, of: scope, in: connection) : nil
      try await audit.append("user.create", "user:\(id)", after: user.json, by: call, in: connection)
      return (user, token)
    }
    return (user, token.map { invitationURL($0.text, call) })
  }

  private func update(_ call: TrackerCall) async throws -> Reply {
    .json(try await update(call.id(), call.json, by: call).json)
  }

  func update(_ id: Int64, _ body: JSONValue, by call: TrackerCall) async throws -> User {
    let scope = call.place.scope
    let before = try await find(id, scope)
    var fields = try FieldReader(body)
    var change = UserStore.Change()
    if let email = fields.optionalEmail("email") { change.email = email }
    if let name = fields.optionalString("name", length: 0...100) { change.name = name ?? "" }
    if let role = fields.optionalOneOf("role", Role.allCases.map(\.rawValue)) {
      change.role = role.flatMap(Role.init(rawValue:))
    }
    if let roleID = fields.optionalInt("role_id", range: 1...Int64.max) { change.roleID = roleID }
    if let permissions = Permissions.read("permissions", from: &fields) { change.permissions = permissions }
    if let status = fields.optionalOneOf("status", ["active", "disabled"]) {
      change.status = status.flatMap(User.Status.init(rawValue:))
    }
    try fields.finish()
    try guardEscalation(
      role: change.role ?? before.role, permissions: change.permissions ?? nil, by: call.session, over: before)
    if let roleID = change.roleID ?? nil { _ = try await findSharedRole(roleID, by: call.session, scope) }
    if before.status == .invited { change.status = change.status == .active ? nil : change.status }
    let wakes = before.status == .disabled && change.status == .active
    let apply: @Sendable (Connection) async throws -> User = { [change] connection in
      if before.role == .admin, change.role.map({ $0 != .admin }) == true || change.status == .disabled {
        try await keepAnAdmin(besides: id, scope, connection)
      }
      do { try await users.update(id, change, at: clock.now(), of: scope, in: connection) } catch let error
        as DatabaseError where error.isUniqueViolation
      { throw Problem.conflict("There is a user with this e-mail address.", field: "email") }
      if change.status == .disabled { try await accounts.sessions.endAll(user: id, of: scope, in: connection) }
      guard let after = try await users.find(id, of: scope, in: connection) else { throw Problem.notFound("user") }
      // Permissions that were stored earlier come back with the role "custom".
      try guardEscalation(role: after.role, permissions: nil, by: call.session, over: after)
      try await audit.append(
        "user.update", "user:\(id)", before: before.json, after: after.json, by: call, in: connection)
      return after
    }
    if wakes { return try await seats.withSeat(scope, call.session.entitlements, apply) }
    let after = try await scope.transaction { try await apply($0) }
    if change.status == .disabled { try await seats.enforce(limit: call.session.entitlements.userLimit, scope) }
    return after
  }

  private func delete(_ call: TrackerCall) async throws -> Reply {
    try await delete(call.id(), by: call)
    return .noContent
  }

  func delete(_ id: Int64, by call: TrackerCall) async throws {
    let scope = call.place.scope
    let user = try await find(id, scope)
    guard id != call.session.user.id else { throw Problem.conflict("You can't remove yourself.") }
    try guardEscalation(role: user.role, permissions: nil, by: call.session, over: user)
    try await scope.transaction { connection in
      if user.role == .admin { try await keepAnAdmin(besides: id, scope, connection) }
      try await users.delete(id, of: scope, in: connection)
      try await audit.append("user.delete", "user:\(id)", before: user.json, by: call, in: connection)
    }
    try await seats.enforce(limit: call.session.entitlements.userLimit, scope)
  }

  private func invite(_ call: TrackerCall) async throws -> Reply {
    let (link, purpose) = try await invite(call.id(), by: call)
    return .json(["url": .string(link), "purpose": .string(purpose.rawValue)], status: 201)
  }

  func invite(
    _ id: Int64, by call: TrackerCall
  ) async throws -> (url: String, purpose: InvitationStore.Purpose) {
    let scope = call.place.scope
    let user = try await find(id, scope)
    try guardEscalation(role: user.role, permissions: nil, by: call.session, over: user)
    let purpose = user.status == .invited ? InvitationStore.Purpose.invitation : .passwordReset
    let token = try await scope.transaction { connection in
      try await audit.append("user.\(purpose.rawValue)", "user:\(user.id)", by: call, in: connection)
      return try await accounts.invite(user.id, purpose, of: scope, in: connection)
    }
    return (invitationURL(token.text, call), purpose)
  }

  /// The token rides in the fragment: it reaches no server log and no referrer.
  private func invitationURL(_ token: String, _ call: TrackerCall) -> String {
    "\(call.head.isHTTPS ? "https" : "http")://\(call.head.authority)/admin/invitation#\(token)"
  }

  func find(_ id: Int64, _ scope: TenantScope) async throws -> User {
    guard let user = try await users.find(id, of: scope) else { throw Problem.notFound("user") }
    return user
  }

  private func keepAnAdmin(besides id: Int64, _ scope: TenantScope, _ connection: Connection) async throws {
    try await seats.lock(scope, connection)
    guard try await users.otherActiveAdmins(than: id, of: scope, in: connection) > 0 else {
      throw Problem.conflict("This is the last admin.")
    }
  }

  /// Nobody gives more than they have: a custom user with write access to users can't make an admin.
  private func guardEscalation(
    role: Role, permissions: Permissions?, by session: TrackerSession, over user: User? = nil
  ) throws {
    for wanted in [role.permissions, permissions, user?.grantedPermissions] {
      guard let wanted, wanted.limited(to: session.permissions) != wanted else { continue }
      throw Problem.permissionDenied(section: Section.users.rawValue, access: "every permission concerned")
    }
  }

  // Roles

  func findRole(_ id: Int64, _ scope: TenantScope) async throws -> RoleStore.CustomRole {
    guard let role = try await roles.find(id, of: scope) else { throw Problem.notFound("role") }
    return role
  }

  private func findSharedRole(
    _ id: Int64, by session: TrackerSession, _ scope: TenantScope
  ) async throws -> RoleStore.CustomRole {
    guard let role = try await roles.find(id, of: scope) else {
      throw Problem.invalid("role_id", "unknown", "is no custom role")
    }
    try guardEscalation(role: .custom, permissions: role.permissions, by: session)
    return role
  }

  private func createRole(_ call: TrackerCall) async throws -> Reply {
    let role = try await createRole(call.json, by: call)
    return .created(role.json, location: "/admin/api/roles/\(role.id)")
  }

  func createRole(_ body: JSONValue, by call: TrackerCall) async throws -> RoleStore.CustomRole {
    let (name, permissions) = try readRole(body, by: call.session)
    let scope = call.place.scope
    let id = try await scope.transaction { connection in
      let id = try await roles.insert(name: name, permissions: permissions, at: clock.now(), of: scope, in: connection)
      guard let id else { throw Problem.conflict("There is a role with this name.", field: "name") }
      try await audit.append("role.create", "role:\(id)", after: permissions.json, by: call, in: connection)
      return id
    }
    return try await findRole(id, scope)
  }

  private func updateRole(_ call: TrackerCall) async throws -> Reply {
    .json(try await updateRole(call.id(), call.json, by: call).json)
  }

  func updateRole(_ id: Int64, _ body: JSONValue, by call: TrackerCall) async throws -> RoleStore.CustomRole {
    let scope = call.place.scope
    let before = try await findRole(id, scope)
    let (name, permissions) = try readRole(body, by: call.session, current: before)
    try guardEscalation(role: .custom, permissions: before.permissions, by: call.session)
    do {
      try await scope.transaction { connection in
        try await roles.update(
          before.id, name: name, permissions: permissions, at: clock.now(), of: scope, in: connection)
        try await audit.append(
          "role.update", "role:\(before.id)", before: before.json, after: permissions.json, by: call, in: connection)
      }
    } catch let error as DatabaseError where error.isUniqueViolation {
      throw Problem.conflict("There is a role with this name.", field: "name")
    }
    return try await findRole(before.id, scope)
  }

  private func deleteRole(_ call: TrackerCall) async throws -> Reply {
    try await deleteRole(call.id(), by: call)
    return .noContent
  }

  func deleteRole(_ id: Int64, by call: TrackerCall) async throws {
    let scope = call.place.scope
    let role = try await findRole(id, scope)
    guard role.users == 0 else { throw Problem.conflict("\(role.users) users have this role.") }
    try await scope.transaction { connection in
      try await roles.delete(role.id, of: scope, in: connection)
      try await audit.append("role.delete", "role:\(role.id)", before: role.json, by: call, in: connection)
    }
  }

  private func readRole(
    _ body: JSONValue, by session: TrackerSession, current: RoleStore.CustomRole? = nil
  ) throws -> (name: String, permissions: Permissions) {
    var fields = try FieldReader(body)
    let name = current != nil && !fields.has("name") ? current?.name : fields.string("name", length: 1...100)
    let permissions = Permissions.read("permissions", from: &fields) ?? current?.permissions
    if permissions == nil { fields.fault("permissions", "required", "is required") }
    if let name, Role(rawValue: name.lowercased()) != nil {
      fields.fault("name", "reserved", "is the name of a documented role")
    }
    try fields.finish()
    guard let name, let permissions else { throw Problem.internalError() }
    try guardEscalation(role: .custom, permissions: permissions, by: session)
    return (name, permissions)
  }
}
