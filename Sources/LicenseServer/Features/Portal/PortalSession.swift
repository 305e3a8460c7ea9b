import Core
import Database
import Security
import Web

/// A customer who is signed in. What they see is looked up with `customers` in the query, so nobody else's is found.
struct PortalSession: SignedInSession {
  let user: PortalUser
  let tokenHash: [UInt8]

  var email: EmailAddress { user.email }
  var customers: [Int64] { user.customers }

  var actorID: String { "customer:\(user.id)" }
  var mustChangePassword: Bool { false }

  func allows(_ access: Access) -> Bool {
    switch access {
    case .anyone, .signedIn: true
    case .section: false
    }
  }
}

typealias PortalTable = RouteTable<Vendor, PortalSession>
typealias PortalCall = Call<Vendor, PortalSession>

/// All SQL on sign-in links and portal sessions. Tokens are never stored, only their hashes.
struct PortalSessionStore: Sendable {
  static let linkLifetime = Duration.minutes(20)
  static let lifetime = Duration.days(7)

  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// A link that signs its holder in once.
  func makeLink(for user: Int64, at now: Timestamp) async throws(DatabaseError) -> SecretToken {
    let token = SecretToken.make(prefix: "tly_link")
    try await database.execute(
      """
      INSERT INTO license.sign_in_links (token_hash, portal_user_id, created_at, expires_at)
      VALUES (\(token.hash.bytes), \(user), \(now), \(now + Self.linkLifetime))
      """)
    return token
  }

  /// Uses the link up. Of several at once, one succeeds.
  /// - Returns: whose link it was; nil when it is unknown, used or too old.
  func redeem(link token: String, at now: Timestamp) async throws(DatabaseError) -> Int64? {
    try await database.scalar(
      """
      UPDATE license.sign_in_links SET used_at = \(now)
      WHERE token_hash = \(TokenHash(of: token).bytes) AND used_at IS NULL AND expires_at > \(now)
      RETURNING portal_user_id
      """)
  }

  func start(for user: Int64, from head: RequestHead, at now: Timestamp) async throws(DatabaseError) -> SecretToken {
    let token = SecretToken.make(prefix: "tly_portal")
    try await database.execute(
      """
      INSERT INTO license.portal_sessions (token_hash, portal_user_id, address, user_agent, created_at, expires_at)
      VALUES (\(token.hash.bytes), \(user), \(head.clientAddress),
        \(String((head.header("User-Agent") ?? "").prefix(255))), \(now), \(now + Self.lifetime))
      """)
    return token
  }

  func find(token: String, at now: Timestamp) async throws(DatabaseError) -> PortalSession? {
    let hash = TokenHash(of: token).bytes
    let user: Int64? = try await database.scalar(
      "SELECT portal_user_id FROM license.portal_sessions WHERE token_hash = \(hash) AND expires_at > \(now)")
    guard let user, let found = try await PortalUserStore(database).find(user) else { return nil }
    return PortalSession(user: found, tokenHash: hash)
  }

  func end(_ tokenHash: [UInt8]) async throws(DatabaseError) {
    try await database.execute("DELETE FROM license.portal_sessions WHERE token_hash = \(tokenHash)")
  }
}
