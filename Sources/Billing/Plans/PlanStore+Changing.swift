public import Core
public import Database

extension PlanStore {
  /// The plan, and nobody else changes it until the transaction ends.
  public func lock(_ id: Int64) async throws(DatabaseError) -> Plan? {
    try await database.execute("SELECT id FROM license.plans WHERE id = \(id) FOR UPDATE")
    return try await find(id: id)
  }

  /// - Returns: its id; nil when another plan has the slug or the rank.
  public func insert(slug: String, name: String, rank: Int) async throws(DatabaseError) -> Int64? {
    try await database.scalar(
      """
      INSERT INTO license.plans (slug, name, rank) VALUES (\(slug), \(name), \(rank))
      ON CONFLICT DO NOTHING RETURNING id
      """)
  }

  public func rename(_ id: Int64, to name: String) async throws(DatabaseError) {
    try await database.execute("UPDATE license.plans SET name = \(name) WHERE id = \(id)")
  }

  /// - Parameter features: in the order they are listed in.
  public func set(features: [String], of id: Int64) async throws(DatabaseError) {
    try await database.execute("DELETE FROM license.plan_features WHERE plan_id = \(id)")
    try await database.execute(
      """
      INSERT INTO license.plan_features (plan_id, position, feature)
      SELECT \(id), f.position, f.feature FROM unnest(\(features)) WITH ORDINALITY AS f (feature, position)
      """)
  }

  /// - Parameter limit: nil for unlimited.
  public func set(_ name: String, limit: Int64?, of id: Int64) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.plan_limits (plan_id, name, value) VALUES (\(id), \(name), \(limit))
      ON CONFLICT (plan_id, name) DO UPDATE SET value = excluded.value
      """)
  }

  /// What new subscriptions pay from now on; what was sold before keeps its price. The plan has to be locked.
  /// - Parameter amount: nil when it is not sold for that period in that currency any more.
  public func setPrice(
    of id: Int64, period: BillingPeriod, currency: Currency, to amount: Money?
  ) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.prices SET is_active = false
      WHERE is_active AND plan_id = \(id) AND period = \(period) AND currency = \(currency)
      """)
    guard let amount else { return }
    try await database.execute(
      """
      INSERT INTO license.prices (plan_id, period, currency, amount)
      VALUES (\(id), \(period), \(currency), \(amount.minorUnits))
      """)
  }
}
