public import Database

/// All SQL on which subscriptions Stripe runs.
public struct StripeRunningStore: Sendable {
  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// Those that have not ended, with Stripe's names, by id.
  public func running(
    after id: Int64, limit: Int
  ) async throws(DatabaseError) -> [(id: Int64, reference: String)] {
    let rows = try await database.query(
      """
      SELECT id, provider_reference FROM license.subscriptions
      WHERE provider = 'stripe' AND provider_reference IS NOT NULL AND id > \(id)
        AND status NOT IN ('canceled', 'expired')
      ORDER BY id LIMIT \(limit)
      """)
    var found: [(id: Int64, reference: String)] = []
    for row in rows { found.append((try row.get("id"), try row.get("provider_reference"))) }
    return found
  }
}
