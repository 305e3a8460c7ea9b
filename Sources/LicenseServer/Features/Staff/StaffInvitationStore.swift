import Core
import Database
import Security

/// All SQL on the links by which new members of the staff set their first password.
struct StaffInvitationStore: Sendable {
  static let lifetime = Duration.days(7)

  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// Another link; those before it stay good, as one may be in a mail and one with whoever invited them.
  func make(for member: Int64, at now: Timestamp) async throws(DatabaseError) -> SecretToken {
    let token = SecretToken.make(prefix: "tly_invite")
    try await database.execute(
      """
      INSERT INTO license.staff_invitations (token_hash, staff_id, created_at, expires_at)
      VALUES (\(token.hash.bytes), \(member), \(now), \(now + Self.lifetime))
      """)
    return token
  }

  /// Whose it is, as long as it can be used.
  func member(token: String, at now: Timestamp) async throws(DatabaseError) -> Int64? {
    try await database.first(
      """
      SELECT staff_id FROM license.staff_invitations
      WHERE token_hash = \(TokenHash(of: token).bytes) AND expires_at > \(now)
      """
    )?.get("staff_id")
  }

  /// Uses the link up, and with it all others of the same member.
  func redeem(token: String, at now: Timestamp) async throws(DatabaseError) -> Int64? {
    let row = try await database.first(
      """
      DELETE FROM license.staff_invitations
      WHERE token_hash = \(TokenHash(of: token).bytes) AND expires_at > \(now) RETURNING staff_id
      """)
    guard let member: Int64 = try row?.get("staff_id") else { return nil }
    try await removeAll(of: member)
    return member
  }

  func removeAll(of member: Int64) async throws(DatabaseError) {
    try await database.execute("DELETE FROM license.staff_invitations WHERE staff_id = \(member)")
  }
}
