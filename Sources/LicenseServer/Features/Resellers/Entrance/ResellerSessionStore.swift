import Core
import Database
import Security
import Web

/// All SQL on resellers' sessions and API keys. Tokens are never stored, only their hashes.
struct ResellerSessionStore: Sendable {
  /// A session ends by itself after this.
  static let lifetime = Duration.days(7)
  /// How old an API key's `last_used_at` may get before it is written again.
  private static let touchInterval = Duration.minutes(5)

  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func start(for user: Int64, from head: RequestHead, at now: Timestamp) async throws(DatabaseError) -> SecretToken {
    let token = SecretToken.make(prefix: "tly_reseller")
    try await database.execute(
      """
      INSERT INTO license.reseller_sessions (token_hash, user_id, address, user_agent, created_at, expires_at)
      VALUES (\(token.hash.bytes), \(user), \(head.clientAddress),
        \(String((head.header("User-Agent") ?? "").prefix(255))), \(now), \(now + Self.lifetime))
      """)
    return token
  }

  /// Who is signed in with a browser; nil when nobody is any more.
  func find(cookie token: String, at now: Timestamp) async throws(DatabaseError) -> ResellerSession? {
    let hash = TokenHash(of: token).bytes
    let row = try await database.first(
      """
      SELECT \(ResellerUser.columns) FROM license.reseller_sessions t JOIN license.reseller_users u ON u.id = t.user_id
      WHERE t.token_hash = \(hash) AND t.expires_at > \(now) AND u.status = 'active'
      """)
    guard let row else { return nil }
    let user = try ResellerUser(row)
    guard let reseller = try await ResellerStore(database).find(user.resellerID) else { return nil }
    return ResellerSession(reseller: reseller, credential: .user(user), tokenHash: hash)
  }

  func end(_ tokenHash: [UInt8]) async throws(DatabaseError) {
    try await database.execute("DELETE FROM license.reseller_sessions WHERE token_hash = \(tokenHash)")
  }

  /// Ends all sessions of a user but one.
  func endAll(of user: Int64, but tokenHash: [UInt8]? = nil) async throws(DatabaseError) {
    try await database.execute(
      """
      DELETE FROM license.reseller_sessions
      WHERE user_id = \(user) AND (\(tokenHash)::bytea IS NULL OR token_hash <> \(tokenHash))
      """)
  }

  // API keys

  func makeKey(
    _ name: String, _ access: AccessLevel, of reseller: Int64, at now: Timestamp
  ) async throws(DatabaseError) -> (key: ResellerAPIKey, token: SecretToken) {
    let token = SecretToken.make(prefix: "tly_key")
    let row = try await database.one(
      """
      INSERT INTO license.reseller_api_keys (reseller_id, name, token_hash, hint, access, created_at)
      VALUES (\(reseller), \(name), \(token.hash.bytes), \(token.hint), \(access.rawValue), \(now)) RETURNING id
      """)
    let key = ResellerAPIKey(
      id: try row.get("id"), name: name, hint: token.hint, access: access, createdAt: now, lastUsedAt: nil)
    return (key, token)
  }

  /// - Returns: whether there was such a key.
  func revokeKey(_ id: Int64, of reseller: Int64, at now: Timestamp) async throws(DatabaseError) -> Bool {
    try await database.execute(
      """
      UPDATE license.reseller_api_keys SET revoked_at = \(now)
      WHERE id = \(id) AND reseller_id = \(reseller) AND revoked_at IS NULL
      """) == 1
  }

  /// Those that work, the newest first.
  func keys(of reseller: Int64) async throws(DatabaseError) -> [ResellerAPIKey] {
    let rows = try await database.query(
      """
      SELECT \(ResellerAPIKey.columns) FROM license.reseller_api_keys k
      WHERE k.reseller_id = \(reseller) AND k.revoked_at IS NULL ORDER BY k.id DESC LIMIT 100
      """)
    var keys: [ResellerAPIKey] = []
    for row in rows { keys.append(try ResellerAPIKey(row)) }
    return keys
  }

  /// Whose key it is; nil when it is nobody's any more.
  func find(key token: String, at now: Timestamp) async throws(DatabaseError) -> ResellerSession? {
    let hash = TokenHash(of: token).bytes
    let row = try await database.first(
      """
      SELECT \(ResellerAPIKey.columns), k.reseller_id FROM license.reseller_api_keys k
      WHERE k.token_hash = \(hash) AND k.revoked_at IS NULL
      """)
    guard let row, let reseller = try await ResellerStore(database).find(try row.get("reseller_id")) else { return nil }
    let key = try ResellerAPIKey(row)
    if key.lastUsedAt.map({ now - $0 > Self.touchInterval }) ?? true {
      try await database.execute("UPDATE license.reseller_api_keys SET last_used_at = \(now) WHERE id = \(key.id)")
    }
    return ResellerSession(reseller: reseller, credential: .apiKey(key), tokenHash: hash)
  }

  func forget(before now: Timestamp) async throws(DatabaseError) {
    try await database.execute("DELETE FROM license.reseller_sessions WHERE expires_at < \(now)")
    try await database.execute("DELETE FROM license.reseller_invitations WHERE expires_at < \(now)")
  }
}

extension ResellerAPIKey {
  /// Of `license.reseller_api_keys k`.
  fileprivate static let columns: SQL = "k.id, k.name, k.hint, k.access, k.created_at, k.last_used_at"

  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      id: try row.get("id"), name: try row.get("name"), hint: try row.get("hint"),
      access: AccessLevel(rawValue: try row.get("access")) ?? .read, createdAt: try row.get("created_at"),
      lastUsedAt: try row.get("last_used_at"))
  }
}
