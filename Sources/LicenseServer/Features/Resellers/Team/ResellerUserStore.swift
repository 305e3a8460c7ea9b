import Core
import Database
import Security
import Web

/// All SQL on the people who sign in for resellers, and their invitations.
struct ResellerUserStore: Sendable {
  static let invitationLifetime = Duration.days(7)

  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  struct Draft: Sendable {
    let reseller: Int64
    let email: EmailAddress
    let name: String
    let role: ResellerRole
    /// Nil until the invitation is taken up.
    var passwordHash: String?
  }

  /// Nil when somebody has this address already.
  func insert(_ draft: Draft, at now: Timestamp) async throws(DatabaseError) -> Int64? {
    try await database.scalar(
      """
      INSERT INTO license.reseller_users
        (reseller_id, email, name, password_hash, role, status, created_at, updated_at)
      VALUES (\(draft.reseller), \(draft.email), \(draft.name), \(draft.passwordHash), \(draft.role), 'active', \(now),
        \(now))
      ON CONFLICT (email) DO NOTHING RETURNING id
      """)
  }

  func find(_ id: Int64, of reseller: Int64) async throws(DatabaseError) -> ResellerUser? {
    try await users("WHERE u.id = \(id) AND u.reseller_id = \(reseller)").first
  }

  func find(_ id: Int64) async throws(DatabaseError) -> ResellerUser? {
    try await users("WHERE u.id = \(id)").first
  }

  /// The user and the stored password, for the sign-in.
  func find(email: EmailAddress) async throws(DatabaseError) -> (user: ResellerUser, passwordHash: String?)? {
    let row = try await database.first(
      "SELECT \(ResellerUser.columns) FROM license.reseller_users u WHERE u.email = \(email)")
    guard let row else { return nil }
    return (try ResellerUser(row), try row.get("password_hash"))
  }

  /// All of a reseller's; locked to the end of the transaction, so that two owners cannot go at once.
  func all(of reseller: Int64, isLocked: Bool = false) async throws(DatabaseError) -> [ResellerUser] {
    try await users("WHERE u.reseller_id = \(reseller) ORDER BY u.id LIMIT 500\(isLocked ? " FOR UPDATE" : "" as SQL)")
  }

  func save(_ user: ResellerUser, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.reseller_users SET name = \(user.name), role = \(user.role), status = \(user.status),
        updated_at = \(now)
      WHERE id = \(user.id)
      """)
  }

  func setPassword(of id: Int64, hash: String, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      "UPDATE license.reseller_users SET password_hash = \(hash), updated_at = \(now) WHERE id = \(id)")
  }

  func noteSignIn(of id: Int64, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute("UPDATE license.reseller_users SET last_login_at = \(now) WHERE id = \(id)")
  }

  /// A link with which the user sets a password, once. Former ones stop working.
  func invite(_ user: Int64, at now: Timestamp) async throws(DatabaseError) -> SecretToken {
    let token = SecretToken.make(prefix: "tly_invite")
    try await database.execute("DELETE FROM license.reseller_invitations WHERE user_id = \(user)")
    try await database.execute(
      """
      INSERT INTO license.reseller_invitations (token_hash, user_id, expires_at)
      VALUES (\(token.hash.bytes), \(user), \(now + Self.invitationLifetime))
      """)
    return token
  }

  /// Whose invitation it is; nil when it is unknown, used or too old.
  func invited(by token: String, at now: Timestamp) async throws(DatabaseError) -> Int64? {
    try await database.scalar(
      """
      SELECT i.user_id FROM license.reseller_invitations i JOIN license.reseller_users u ON u.id = i.user_id
      WHERE i.token_hash = \(TokenHash(of: token).bytes) AND i.used_at IS NULL AND i.expires_at > \(now)
        AND u.status = 'active'
      """)
  }

  /// Uses the invitation up. Of several at once, one succeeds.
  func redeem(_ token: String, at now: Timestamp) async throws(DatabaseError) -> Int64? {
    try await database.scalar(
      """
      UPDATE license.reseller_invitations SET used_at = \(now)
      WHERE token_hash = \(TokenHash(of: token).bytes) AND used_at IS NULL AND expires_at > \(now)
        AND user_id IN (SELECT u.id FROM license.reseller_users u WHERE u.status = 'active')
      RETURNING user_id
      """)
  }

  private func users(_ condition: SQL) async throws(DatabaseError) -> [ResellerUser] {
    let rows = try await database.query("SELECT \(ResellerUser.columns) FROM license.reseller_users u \(condition)")
    var users: [ResellerUser] = []
    for row in rows { users.append(try ResellerUser(row)) }
    return users
  }
}

extension ResellerUser {
  /// Of `license.reseller_users u`.
  static let columns: SQL = """
    u.id, u.reseller_id, u.email, u.name, u.role, u.status, u.password_hash, u.last_login_at, u.created_at
    """

  init(_ row: Row) throws(DatabaseError) {
    self.init(
      id: try row.get("id"), resellerID: try row.get("reseller_id"), email: try row.get("email"),
      name: try row.get("name"), role: try row.get("role"), status: try row.get("status"),
      hasPassword: try row.get("password_hash", as: String?.self) != nil, lastLoginAt: try row.get("last_login_at"),
      createdAt: try row.get("created_at"))
  }
}
