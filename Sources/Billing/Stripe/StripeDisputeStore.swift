import Core
public import Database

/// All SQL on disputes.
public struct StripeDisputeStore: Sendable {
  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// Notes the dispute as it is now.
  /// - Returns: its former status; nil for a new one.
  func save(_ dispute: StripeDispute, invoice: Int64, at now: Timestamp) async throws(DatabaseError) -> String? {
    let former: String? = try await database.scalar(
      "SELECT status FROM license.stripe_disputes WHERE stripe_id = \(dispute.id) FOR UPDATE")
    try await database.execute(
      """
      INSERT INTO license.stripe_disputes
        (stripe_id, invoice_id, status, reason, currency, amount, opened_at, updated_at)
      VALUES (\(dispute.id), \(invoice), \(dispute.status), \(dispute.reason), \(dispute.currency),
        \(dispute.amount), \(dispute.openedAt), \(now))
      ON CONFLICT (stripe_id) DO UPDATE SET status = EXCLUDED.status, reason = EXCLUDED.reason,
        amount = EXCLUDED.amount, updated_at = EXCLUDED.updated_at
      """)
    return former
  }
}
