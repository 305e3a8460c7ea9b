import Core
import Database
import Security
import Web

/// All SQL on the staff's sessions. A token is never stored, only its hash.
struct StaffSessionStore: Sendable {
  enum Kind: String, Sendable, SQLValue, SQLDecodable { case browser, bearer }

  /// A session ends by itself after this.
  static let lifetime = Duration.days(7)
  private static let touchInterval = Duration.minutes(5)

  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func start(
    for member: Int64, kind: Kind, from head: RequestHead, at now: Timestamp
  ) async throws(DatabaseError) -> SecretToken {
    let token = SecretToken.make(prefix: "tly_staff")
    try await database.execute(
      """
      INSERT INTO license.staff_sessions
        (id, token_hash, staff_id, kind, address, user_agent, created_at, last_seen_at, expires_at)
      VALUES (\(UUIDv7(at: now)), \(token.hash.bytes), \(member), \(kind), \(head.clientAddress),
        \(String((head.header("User-Agent") ?? "").prefix(255))), \(now), \(now), \(now + Self.lifetime))
      """)
    return token
  }

  /// Whose token it is; nil when it is nobody's any more.
  func find(token: String, kind: Kind, at now: Timestamp) async throws(DatabaseError) -> StaffSession? {
    let hash = TokenHash(of: token).bytes
    let row = try await database.first(
      """
      SELECT \(StaffMember.columns), t.last_seen_at
      FROM license.staff_sessions t JOIN license.staff s ON s.id = t.staff_id
      WHERE t.token_hash = \(hash) AND t.kind = \(kind) AND t.expires_at > \(now) AND s.status = 'active'
      """)
    guard let row else { return nil }
    if now - (try row.get("last_seen_at", as: Timestamp.self)) > Self.touchInterval {
      try await database.execute(
        "UPDATE license.staff_sessions SET last_seen_at = \(now) WHERE token_hash = \(hash)")
    }
    return StaffSession(member: try StaffMember(row), tokenHash: hash)
  }

  func end(_ tokenHash: [UInt8]) async throws(DatabaseError) {
    try await database.execute("DELETE FROM license.staff_sessions WHERE token_hash = \(tokenHash)")
  }

  /// Ends one of a member's sessions by its name outside. False when there is no such session.
  func end(_ id: UUIDv7, of member: Int64) async throws(DatabaseError) -> Bool {
    try await database.execute("DELETE FROM license.staff_sessions WHERE id = \(id) AND staff_id = \(member)") == 1
  }

  /// A member's open sessions, the latest used first.
  func list(of member: Int64, at now: Timestamp) async throws(DatabaseError) -> [StaffSessionView] {
    let rows = try await database.query(
      """
      SELECT id, token_hash, kind, address, user_agent, created_at, last_seen_at, expires_at
      FROM license.staff_sessions WHERE staff_id = \(member) AND expires_at > \(now)
      ORDER BY last_seen_at DESC, id LIMIT 500
      """)
    var sessions: [StaffSessionView] = []
    for row in rows {
      sessions.append(
        StaffSessionView(
          id: try row.get("id"), tokenHash: try row.get("token_hash"), kind: try row.get("kind"),
          address: try row.get("address"), userAgent: try row.get("user_agent"), createdAt: try row.get("created_at"),
          lastSeenAt: try row.get("last_seen_at"), expiresAt: try row.get("expires_at")))
    }
    return sessions
  }

  /// Ends all sessions of a member but one.
  func endAll(of member: Int64, but tokenHash: [UInt8]? = nil) async throws(DatabaseError) {
    try await database.execute(
      """
      DELETE FROM license.staff_sessions
      WHERE staff_id = \(member) AND (\(tokenHash)::bytea IS NULL OR token_hash <> \(tokenHash))
      """)
  }
}
