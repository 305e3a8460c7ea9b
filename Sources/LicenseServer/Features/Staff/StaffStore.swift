import Core
import Database
import Web

/// All SQL on the vendor's staff and their sessions.
struct StaffStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func isEmpty() async throws(DatabaseError) -> Bool {
    try await database.first("SELECT id FROM license.staff LIMIT 1") == nil
  }

  /// Nil when somebody has this address already.
  /// - Parameter passwordHash: nil for somebody who is invited to set one.
  func insert(
    email: EmailAddress, name: String, passwordHash: String?, role: StaffRole, customGrants: StaffGrants?,
    mustChangePassword: Bool, at now: Timestamp
  ) async throws(DatabaseError) -> Int64? {
    try await database.scalar(
      """
      INSERT INTO license.staff
        (email, name, password_hash, role, permissions, status, must_change_password, created_at, updated_at)
      VALUES (\(email), \(name), \(passwordHash), \(role), \(Self.stored(customGrants, for: role)),
        \(passwordHash == nil ? StaffMember.Status.invited : .active), \(mustChangePassword), \(now), \(now))
      ON CONFLICT (email) DO NOTHING RETURNING id
      """)
  }

  /// Only a custom role has permissions of its own. (A plain nil would be JSON's null.)
  private static func stored(_ grants: StaffGrants?, for role: StaffRole) -> JSONValue? {
    role == .custom ? (grants ?? .none).json : Optional.none
  }

  /// Who is mailed alarms when the settings name nobody: at most 20.
  func activeAdmins() async throws(DatabaseError) -> [EmailAddress] {
    let rows = try await database.query(
      "SELECT email FROM license.staff WHERE role = 'admin' AND status = 'active' ORDER BY id LIMIT 20")
    var addresses: [EmailAddress] = []
    for row in rows { addresses.append(try row.get("email")) }
    return addresses
  }

  func find(_ id: Int64) async throws(DatabaseError) -> StaffMember? {
    try await members("WHERE s.id = \(id)").first
  }

  /// Takes the member's row for the rest of the transaction.
  func lock(_ id: Int64) async throws(DatabaseError) -> StaffMember? {
    try await database.execute("SELECT id FROM license.staff WHERE id = \(id) FOR UPDATE")
    return try await find(id)
  }

  /// With sessions and invitations.
  func delete(_ id: Int64) async throws(DatabaseError) {
    try await database.execute("DELETE FROM license.staff WHERE id = \(id)")
  }

  /// What signing in is checked against.
  struct Credentials: Sendable {
    let member: StaffMember
    /// Nil while the invitation is open.
    let passwordHash: String?
    let secondFactor: StaffSecondFactor?
  }

  func credentials(of email: EmailAddress) async throws(DatabaseError) -> Credentials? {
    let row = try await database.first(
      """
      SELECT \(StaffMember.columns), s.password_hash, s.totp_secret, s.totp_last_step, s.recovery_hashes
      FROM license.staff s WHERE s.email = \(email)
      """)
    guard let row else { return nil }
    var factor: StaffSecondFactor?
    if let sealed: String = try row.get("totp_secret") {
      factor = StaffSecondFactor(
        sealedSecret: sealed, lastStep: try row.get("totp_last_step"), recoveryHashes: try row.get("recovery_hashes"))
    }
    return Credentials(
      member: try StaffMember(row), passwordHash: try row.get("password_hash"), secondFactor: factor)
  }

  func passwordHash(of id: Int64) async throws(DatabaseError) -> String? {
    try await database.scalar("SELECT password_hash FROM license.staff WHERE id = \(id)")
  }

  func list(_ page: PageRequest) async throws(DatabaseError) -> Page<StaffMember> {
    let after = page.cursor.flatMap { Int64($0) }
    let found = try await members(
      "WHERE (\(after)::bigint IS NULL OR s.id < \(after)) ORDER BY s.id DESC LIMIT \(page.limit + 1)")
    return Page(fetched: found, limit: page.limit) { String($0.id) }
  }

  func save(_ member: StaffMember, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.staff SET name = \(member.name), role = \(member.role),
        permissions = \(Self.stored(member.customGrants, for: member.role)), status = \(member.status), updated_at = \(now)
      WHERE id = \(member.id)
      """)
  }

  /// Whether any other active admin is left. Locks the admins, so that two cannot go at once.
  func hasAdmin(besides id: Int64) async throws(DatabaseError) -> Bool {
    let rows = try await database.query(
      "SELECT id FROM license.staff WHERE role = 'admin' AND status = 'active' ORDER BY id FOR UPDATE")
    for row in rows where try row.get("id", as: Int64.self) != id { return true }
    return false
  }

  func setPassword(
    of id: Int64, hash: String, mustChange: Bool, at now: Timestamp
  ) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.staff SET password_hash = \(hash), must_change_password = \(mustChange), updated_at = \(now)
      WHERE id = \(id)
      """)
  }

  /// Sets the first password of somebody who was invited, who is active from now on.
  func admit(_ id: Int64, passwordHash: String, at now: Timestamp) async throws(DatabaseError) -> Bool {
    try await database.execute(
      """
      UPDATE license.staff SET password_hash = \(passwordHash), status = 'active', must_change_password = false,
        updated_at = \(now)
      WHERE id = \(id) AND status = 'invited'
      """) == 1
  }

  /// - Parameter sealedSecret: nil to end two-factor sign-in.
  func setSecondFactor(
    of id: Int64, sealedSecret: String?, lastStep: Int64?, recoveryHashes: [String], at now: Timestamp
  ) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.staff SET totp_secret = \(sealedSecret), totp_last_step = \(lastStep),
        recovery_hashes = \(recoveryHashes), updated_at = \(now)
      WHERE id = \(id)
      """)
  }

  /// Uses a one-time code up. False when it, or a later one, was used meanwhile.
  func useStep(_ step: Int64, of id: Int64) async throws(DatabaseError) -> Bool {
    try await database.execute(
      """
      UPDATE license.staff SET totp_last_step = \(step)
      WHERE id = \(id) AND (totp_last_step IS NULL OR totp_last_step < \(step))
      """) == 1
  }

  /// Uses a recovery code up. False when it was used meanwhile.
  func useRecoveryCode(hash: String, of id: Int64) async throws(DatabaseError) -> Bool {
    try await database.execute(
      """
      UPDATE license.staff SET recovery_hashes = array_remove(recovery_hashes, \(hash))
      WHERE id = \(id) AND \(hash) = ANY(recovery_hashes)
      """) == 1
  }

  func noteSignIn(of id: Int64, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute("UPDATE license.staff SET last_login_at = \(now) WHERE id = \(id)")
  }

  private func members(_ condition: SQL) async throws(DatabaseError) -> [StaffMember] {
    let rows = try await database.query("SELECT \(StaffMember.columns) FROM license.staff s \(condition)")
    var members: [StaffMember] = []
    for row in rows { members.append(try StaffMember(row)) }
    return members
  }
}

extension StaffMember {
  /// Of `license.staff s`.
  static let columns: SQL = """
    s.id, s.email, s.name, s.role, s.permissions, s.status, s.must_change_password,
    s.totp_secret IS NOT NULL AS uses_totp, s.last_login_at, s.created_at
    """

  init(_ row: Row) throws(DatabaseError) {
    self.init(
      id: try row.get("id"), email: try row.get("email"), name: try row.get("name"), role: try row.get("role"),
      customGrants: try row.get("permissions", as: JSONValue?.self).map { StaffGrants(stored: $0) },
      status: try row.get("status"), mustChangePassword: try row.get("must_change_password"),
      usesTOTP: try row.get("uses_totp"), lastLoginAt: try row.get("last_login_at"),
      createdAt: try row.get("created_at"))
  }
}
