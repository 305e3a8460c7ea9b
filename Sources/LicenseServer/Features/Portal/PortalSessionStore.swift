import Core
import Database
import Security
import Web

/// All SQL on sign-in links and portal sessions. Tokens are never stored, only their hashes.
struct PortalSessionStore: Sendable {
  /// What a mailed link is good for.
  enum LinkPurpose: String, Sendable, SQLValue {
    case signIn = "sign_in"
    case resetPassword = "reset_password"
  }

  static let linkLifetime = Duration.minutes(20)
  static let lifetime = Duration.days(7)
  /// How long a password waits for its one-time code.
  static let secondFactorPatience = Duration.minutes(10)
  private static let touchInterval = Duration.minutes(5)

  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// A link that works once.
  func makeLink(
    for user: Int64, purpose: LinkPurpose = .signIn, at now: Timestamp
  ) async throws(DatabaseError) -> SecretToken {
    let token = SecretToken.make(prefix: "tly_link")
    try await database.execute(
      """
      INSERT INTO license.sign_in_links (token_hash, portal_user_id, purpose, created_at, expires_at)
      VALUES (\(token.hash.bytes), \(user), \(purpose), \(now), \(now + Self.linkLifetime))
      """)
    return token
  }

  /// Uses the link up. Of several at once, one succeeds.
  /// - Returns: whose link it was; nil when it is unknown, used, too old or for something else.
  func redeem(
    link token: String, for purpose: LinkPurpose = .signIn, at now: Timestamp
  ) async throws(DatabaseError) -> Int64? {
    try await database.scalar(
      """
      UPDATE license.sign_in_links SET used_at = \(now)
      WHERE token_hash = \(TokenHash(of: token).bytes) AND purpose = \(purpose) AND used_at IS NULL
        AND expires_at > \(now)
      RETURNING portal_user_id
      """)
  }

  /// Whether the link could be redeemed now.
  func isGood(link token: String, for purpose: LinkPurpose, at now: Timestamp) async throws(DatabaseError) -> Bool {
    try await database.first(
      """
      SELECT created_at FROM license.sign_in_links
      WHERE token_hash = \(TokenHash(of: token).bytes) AND purpose = \(purpose) AND used_at IS NULL
        AND expires_at > \(now)
      """) != nil
  }

  /// - Parameter lacksSecondFactor: it opens nothing until ``complete(_:from:at:)``.
  func start(
    for user: Int64, from head: RequestHead, lacksSecondFactor: Bool = false, at now: Timestamp
  ) async throws(DatabaseError) -> SecretToken {
    let token = SecretToken.make(prefix: "tly_portal")
    let end = now + (lacksSecondFactor ? Self.secondFactorPatience : Self.lifetime)
    try await database.execute(
      """
      INSERT INTO license.portal_sessions (token_hash, portal_user_id, address, user_agent, lacks_second_factor,
        created_at, verified_at, last_seen_at, expires_at)
      VALUES (\(token.hash.bytes), \(user), \(head.clientAddress),
        \(String((head.header("User-Agent") ?? "").prefix(255))), \(lacksSecondFactor), \(now), \(now), \(now), \(end))
      """)
    return token
  }

  /// Whose password was right and whose one-time code is awaited.
  func awaitingSecondFactor(token: String, at now: Timestamp) async throws(DatabaseError) -> Int64? {
    try await database.scalar(
      """
      SELECT portal_user_id FROM license.portal_sessions
      WHERE token_hash = \(TokenHash(of: token).bytes) AND lacks_second_factor AND expires_at > \(now)
      """)
  }

  func find(token: String, at now: Timestamp) async throws(DatabaseError) -> PortalSession? {
    let hash = TokenHash(of: token).bytes
    let row = try await database.first(
      """
      SELECT id, portal_user_id, customer_id, verified_at, last_seen_at FROM license.portal_sessions
      WHERE token_hash = \(hash) AND NOT lacks_second_factor AND expires_at > \(now)
      """)
    guard let row, let user = try await PortalUserStore(database).find(row.get("portal_user_id")) else { return nil }
    if now - (try row.get("last_seen_at", as: Timestamp.self)) > Self.touchInterval {
      try await database.execute(
        "UPDATE license.portal_sessions SET last_seen_at = \(now) WHERE token_hash = \(hash)")
    }
    let chosen: Int64? = try row.get("customer_id")
    return PortalSession(
      id: try row.get("id"), user: user, tokenHash: hash, verifiedAt: try row.get("verified_at"),
      membership: user.memberships.first { $0.customerID == chosen } ?? user.memberships.first)
  }

  /// Whom they act for from now on.
  func choose(customer: Int64, in session: Int64) async throws(DatabaseError) {
    try await database.execute(
      "UPDATE license.portal_sessions SET customer_id = \(customer) WHERE id = \(session)")
  }

  /// They have proved anew who they are.
  func verify(_ session: Int64, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute("UPDATE license.portal_sessions SET verified_at = \(now) WHERE id = \(session)")
  }

  func end(_ tokenHash: [UInt8]) async throws(DatabaseError) {
    try await database.execute("DELETE FROM license.portal_sessions WHERE token_hash = \(tokenHash)")
  }

  /// Ends one of a user's sessions. False when it is not theirs.
  func end(_ id: Int64, of user: Int64) async throws(DatabaseError) -> Bool {
    try await database.execute(
      "DELETE FROM license.portal_sessions WHERE id = \(id) AND portal_user_id = \(user)") > 0
  }

  /// Ends all sessions of a user but one, and makes their mailed links void.
  func endAll(of user: Int64, but session: Int64? = nil) async throws(DatabaseError) {
    try await database.execute(
      """
      DELETE FROM license.portal_sessions
      WHERE portal_user_id = \(user) AND (\(session)::bigint IS NULL OR id <> \(session))
      """)
    try await database.execute("DELETE FROM license.sign_in_links WHERE portal_user_id = \(user)")
  }

  /// A session as its owner sees it.
  struct Listed: Sendable, Identifiable {
    let id: Int64
    let address: IPAddress?
    let userAgent: String
    let createdAt: Timestamp
    let lastSeenAt: Timestamp
  }

  /// A user's sessions, the latest used first.
  func all(of user: Int64, at now: Timestamp) async throws(DatabaseError) -> [Listed] {
    let rows = try await database.query(
      """
      SELECT id, address, user_agent, created_at, last_seen_at FROM license.portal_sessions
      WHERE portal_user_id = \(user) AND NOT lacks_second_factor AND expires_at > \(now)
      ORDER BY last_seen_at DESC, id DESC LIMIT 100
      """)
    var sessions: [Listed] = []
    for row in rows {
      sessions.append(
        Listed(
          id: try row.get("id"), address: try row.get("address"), userAgent: try row.get("user_agent"),
          createdAt: try row.get("created_at"), lastSeenAt: try row.get("last_seen_at")))
    }
    return sessions
  }
}
