public import Core
public import Database

/// All SQL on the checkouts that customers were sent to.
public struct StripeCheckoutStore: Sendable {
  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// The newest checkout of a subscription.
  public func newest(for subscription: Int64) async throws(DatabaseError) -> String? {
    try await database.scalar(
      """
      SELECT stripe_id FROM license.stripe_checkouts
      WHERE subscription_id = \(subscription) ORDER BY created_at DESC, expires_at DESC LIMIT 1
      """)
  }

  /// How many there have been: each gets a key of its own.
  public func count(for subscription: Int64) async throws(DatabaseError) -> Int {
    try await database.scalar(
      "SELECT count(*) FROM license.stripe_checkouts WHERE subscription_id = \(subscription)") ?? 0
  }

  public func add(
    _ checkout: StripeCheckout, for subscription: Int64, at now: Timestamp
  ) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.stripe_checkouts (stripe_id, subscription_id, created_at, expires_at)
      VALUES (\(checkout.id), \(subscription), \(now), \(checkout.expiresAt)) ON CONFLICT DO NOTHING
      """)
  }
}
