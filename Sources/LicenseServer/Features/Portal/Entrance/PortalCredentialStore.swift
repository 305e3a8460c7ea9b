import Core
import Database
import Security

/// All SQL on what portal users prove themselves with.
struct PortalCredentialStore: Sendable {
  struct Credentials: Sendable {
    let userID: Int64
    let email: EmailAddress
    /// A PHC string; nil for who signs in by mailed link only.
    let passwordHash: String?
    /// In a ``SecretBox``; nil without second factor.
    let sealedTOTP: String?
    let lastStep: Int64?
    let recoveryHashes: [TokenHash]
  }

  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func find(email: EmailAddress) async throws(DatabaseError) -> Credentials? {
    try await credentials("email = \(email)")
  }

  func find(_ user: Int64) async throws(DatabaseError) -> Credentials? {
    try await credentials("id = \(user)")
  }

  private func credentials(_ condition: SQL) async throws(DatabaseError) -> Credentials? {
    let row = try await database.first(
      """
      SELECT id, email, password_hash, totp_secret, totp_last_step, recovery_hashes
      FROM license.portal_users WHERE \(condition)
      """)
    guard let row else { return nil }
    let hashes: [String] = try row.get("recovery_hashes")
    return Credentials(
      userID: try row.get("id"), email: try row.get("email"), passwordHash: try row.get("password_hash"),
      sealedTOTP: try row.get("totp_secret"), lastStep: try row.get("totp_last_step"),
      recoveryHashes: hashes.compactMap { [UInt8](hex: $0).flatMap(TokenHash.init(bytes:)) })
  }

  func setPassword(of user: Int64, hash: String) async throws(DatabaseError) {
    try await database.execute("UPDATE license.portal_users SET password_hash = \(hash) WHERE id = \(user)")
  }

  /// Turns the second factor on with `secret`, or off with nil.
  func setTOTP(
    of user: Int64, sealed secret: String?, lastStep: Int64? = nil, recovery codes: [RecoveryCode] = []
  ) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.portal_users SET totp_secret = \(secret), totp_last_step = \(lastStep),
        recovery_hashes = \(codes.map(\.hash.bytes.hex))
      WHERE id = \(user)
      """)
  }

  /// Uses a time step up. False when it, or a later one, was used before: of several at once, one succeeds.
  func use(step: Int64, of user: Int64) async throws(DatabaseError) -> Bool {
    try await database.execute(
      """
      UPDATE license.portal_users SET totp_last_step = \(step)
      WHERE id = \(user) AND COALESCE(totp_last_step, -1) < \(step)
      """) == 1
  }

  /// Uses a recovery code up.
  func use(recovery hash: TokenHash, of user: Int64) async throws(DatabaseError) -> Bool {
    let text = hash.bytes.hex
    return try await database.execute(
      """
      UPDATE license.portal_users SET recovery_hashes = array_remove(recovery_hashes, \(text))
      WHERE id = \(user) AND \(text) = ANY(recovery_hashes)
      """) == 1
  }
}
