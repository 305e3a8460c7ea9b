import Core
import Database
import Web

/// All SQL on users.
struct UserStore: Sendable {
  static let list = ListColumns("users", as: "u", name: "email", ids: ["role_id"], texts: ["name", "role", "status"])

  private static func columns(_ scope: TenantScope) -> SQL {
    """
    u.id, u.email, u.name, u.role, u.role_id, u.permissions, u.status, u.paused_by_license, u.must_change_password,
    u.totp_secret IS NOT NULL AS uses_totp, u.last_login_at, u.created_at,
    (SELECT r.permissions FROM \(scope.schema).roles r WHERE r.id = u.role_id) AS role_permissions
    """
  }

  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<User> {
    let search: SQL = "(u.email ILIKE \(request.pattern) OR u.name ILIKE \(request.pattern))"
    let rows = try await scope.query(
      """
      SELECT \(Self.columns(scope)) FROM \(scope.schema).users u
      WHERE \(request.condition(Self.list, of: scope)) AND \(search)
      ORDER BY \(request.order(Self.list)) LIMIT \(request.limit + 1)
      """)
    let matching = [search] + request.filterConditions(Self.list)
    let total = try await scope.query(
      "SELECT count(1) AS users FROM \(scope.schema).users u WHERE \(SQL.joined(matching, separator: " AND "))"
    ).first?.get("users", as: Int.self)
    return Page(fetched: try rows.map(Self.user), limit: request.limit, total: total) { "\($0.id)" }
  }

  func find(_ id: Int64, of scope: TenantScope, in executor: (any SQLExecutor)? = nil) async throws -> User? {
    try await (executor ?? scope).query(
      "SELECT \(Self.columns(scope)) FROM \(scope.schema).users u WHERE u.id = \(id)"
    ).first.map(Self.user)
  }

  func find(_ email: EmailAddress, of scope: TenantScope) async throws -> User? {
    try await scope.query(
      "SELECT \(Self.columns(scope)) FROM \(scope.schema).users u WHERE u.email = \(email)"
    ).first.map(Self.user)
  }

  /// What signing in needs beside the user.
  struct Credentials: Sendable {
    let user: User
    let passwordHash: String?
    let totpSecret: String?
    let totpLastStep: Int64?
    let recoveryHashes: [String]
  }

  func credentials(_ email: EmailAddress, of scope: TenantScope) async throws -> Credentials? {
    try await credentials(where: "u.email = \(email)", of: scope)
  }

  func credentials(id: Int64, of scope: TenantScope) async throws -> Credentials? {
    try await credentials(where: "u.id = \(id)", of: scope)
  }

  private func credentials(where condition: SQL, of scope: TenantScope) async throws -> Credentials? {
    let row = try await scope.query(
      """
      SELECT \(Self.columns(scope)), u.password_hash, u.totp_secret, u.totp_last_step, u.recovery_hashes
      FROM \(scope.schema).users u WHERE \(condition)
      """
    ).first
    guard let row else { return nil }
    return Credentials(
      user: try Self.user(row), passwordHash: try row.get("password_hash"), totpSecret: try row.get("totp_secret"),
      totpLastStep: try row.get("totp_last_step"), recoveryHashes: try row.get("recovery_hashes"))
  }

  /// Everybody who has a seat: invited, active, and those paused for want of one.
  func count(in scope: TenantScope, executor: (any SQLExecutor)? = nil) async throws -> Int {
    let rows = try await (executor ?? scope).query(
      "SELECT count(1) AS seats FROM \(scope.schema).users WHERE status <> 'disabled'")
    return try rows.first?.get("seats") ?? 0
  }

  struct New: Sendable {
    var email: EmailAddress
    var name: String
    var role: Role
    var roleID: Int64?
    var permissions: Permissions?
    var passwordHash: String?
    var mustChangePassword: Bool
  }

  /// Adds the user; the caller holds the seat lock. Nil when the e-mail address is taken.
  func insert(_ new: New, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws
    -> Int64?
  {
    let status = new.passwordHash == nil ? User.Status.invited : .active
    let rows = try await executor.query(
      """
      INSERT INTO \(scope.schema).users
        (email, name, role, role_id, permissions, password_hash, status, must_change_password, created_at, updated_at)
      VALUES (\(new.email), \(new.name), \(new.role.rawValue), \(new.roleID), \(new.permissions?.json),
        \(new.passwordHash), \(status.rawValue), \(new.mustChangePassword), \(time), \(time))
      ON CONFLICT (email) DO NOTHING RETURNING id
      """)
    return try rows.first?.get("id")
  }

  struct Change: Sendable {
    var email: EmailAddress?
    var name: String?
    var role: Role?
    var roleID: Int64??
    var permissions: Permissions??
    var status: User.Status?
  }

  func update(
    _ id: Int64, _ change: Change, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    var assignments: [SQL] = ["updated_at = \(time)"]
    if let email = change.email { assignments.append("email = \(email)") }
    if let name = change.name { assignments.append("name = \(name)") }
    if let role = change.role { assignments.append("role = \(role.rawValue)") }
    if let roleID = change.roleID { assignments.append("role_id = \(roleID)") }
    if let permissions = change.permissions { assignments.append("permissions = \(permissions?.json)") }
    if let status = change.status { assignments.append("status = \(status.rawValue)") }
    try await executor.execute(
      "UPDATE \(scope.schema).users SET \(SQL.joined(assignments, separator: ", ")) WHERE id = \(id)")
  }

  func setPassword(
    _ id: Int64, hash: String, mustChange: Bool, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      """
      UPDATE \(scope.schema).users SET password_hash = \(hash), must_change_password = \(mustChange),
        status = CASE status WHEN 'invited' THEN 'active' ELSE status END, updated_at = \(time)
      WHERE id = \(id)
      """)
  }

  func noteLogin(_ id: Int64, rehash: String?, at time: Timestamp, of scope: TenantScope) async throws {
    try await scope.execute(
      """
      UPDATE \(scope.schema).users SET last_login_at = \(time), password_hash = COALESCE(\(rehash), password_hash)
      WHERE id = \(id)
      """)
  }

  /// - Parameter lastStep: the step of the code that confirmed the secret: it is used up.
  func setTOTP(
    _ id: Int64, secret: String?, lastStep: Int64? = nil, recoveryHashes: [String], of scope: TenantScope,
    in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      """
      UPDATE \(scope.schema).users SET totp_secret = \(secret), totp_last_step = \(lastStep),
        recovery_hashes = \(recoveryHashes) WHERE id = \(id)
      """)
  }

  /// Notes a one-time code's step. False when that step or a later one was used already: each code works once.
  func useTOTPStep(_ step: Int64, by id: Int64, of scope: TenantScope) async throws -> Bool {
    try await scope.execute(
      """
      UPDATE \(scope.schema).users SET totp_last_step = \(step)
      WHERE id = \(id) AND COALESCE(totp_last_step, -1) < \(step)
      """) == 1
  }

  /// Takes a recovery code out. False when it was used already.
  func useRecoveryCode(hash: String, by id: Int64, of scope: TenantScope) async throws -> Bool {
    try await scope.execute(
      """
      UPDATE \(scope.schema).users SET recovery_hashes = pg_catalog.array_remove(recovery_hashes, \(hash))
      WHERE id = \(id) AND \(hash) = ANY (recovery_hashes)
      """) == 1
  }

  func delete(_ id: Int64, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("DELETE FROM \(scope.schema).users WHERE id = \(id)")
  }

  /// How many active admins there are beside `id`: the last one can't be removed.
  func otherActiveAdmins(than id: Int64, of scope: TenantScope, in executor: any SQLExecutor) async throws -> Int {
    let rows = try await executor.query(
      """
      SELECT count(1) AS admins FROM \(scope.schema).users
      WHERE role = 'admin' AND status = 'active' AND NOT paused_by_license AND id <> \(id)
      """)
    return try rows.first?.get("admins") ?? 0
  }

  private static func user(_ row: Row) throws -> User {
    let paused = try row.get("paused_by_license", as: Bool.self)
    guard let role = Role(rawValue: try row.get("role")), let status = User.Status(rawValue: try row.get("status")),
      let email = EmailAddress(try row.get("email", as: String.self))
    else { throw AccessError.corruptUser }
    let stored: JSONValue? = try row.get("role_permissions") ?? row.get("permissions")
    let permissions = role.permissions ?? Permissions(stored: stored)
    return User(
      id: try row.get("id"), email: email, name: try row.get("name"), role: role, roleID: try row.get("role_id"),
      permissions: paused ? permissions.readOnly : permissions, grantedPermissions: permissions, status: status,
      pausedByLicense: paused,
      mustChangePassword: try row.get("must_change_password"), usesTOTP: try row.get("uses_totp"),
      lastLoginAt: try row.get("last_login_at"), createdAt: try row.get("created_at"))
  }
}

enum AccessError: Error { case corruptUser }
