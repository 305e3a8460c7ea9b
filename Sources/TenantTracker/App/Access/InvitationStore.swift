import Core
import Database

/// Single-use links by which somebody sets a password: an invitation or a reset.
struct InvitationStore: Sendable {
  enum Purpose: String, Sendable {
    case invitation
    case passwordReset = "password_reset"

    var lifetime: Duration { self == .invitation ? .days(7) : .hours(2) }
  }

  func insert(
    tokenHash: [UInt8], user: Int64, purpose: Purpose, at time: Timestamp, of scope: TenantScope,
    in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      """
      INSERT INTO \(scope.schema).invitations (token_hash, user_id, purpose, created_at, expires_at)
      VALUES (\(tokenHash), \(user), \(purpose.rawValue), \(time), \(time + purpose.lifetime))
      """)
  }

  /// Whose link it is, as long as it can be used.
  func user(tokenHash: [UInt8], at time: Timestamp, of scope: TenantScope) async throws -> Int64? {
    try await scope.query(
      """
      SELECT user_id FROM \(scope.schema).invitations
      WHERE token_hash = \(tokenHash) AND used_at IS NULL AND expires_at > \(time)
      """
    ).first?.get("user_id")
  }

  /// Uses the link up; of several at once one gets the user's id.
  func redeem(
    tokenHash: [UInt8], at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64? {
    try await executor.query(
      """
      UPDATE \(scope.schema).invitations SET used_at = \(time)
      WHERE token_hash = \(tokenHash) AND used_at IS NULL AND expires_at > \(time) RETURNING user_id
      """
    ).first?.get("user_id")
  }
}
