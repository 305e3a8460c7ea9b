public import Core
public import Database

/// Reads plans and prices.
public struct PlanStore: Sendable {
  let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// All plans, the smallest first.
  public func all() async throws(DatabaseError) -> [Plan] {
    try await plans("ORDER BY p.rank")
  }

  public func find(slug: String) async throws(DatabaseError) -> Plan? {
    try await plans("WHERE p.slug = \(slug)").first
  }

  public func find(id: Int64) async throws(DatabaseError) -> Plan? {
    try await plans("WHERE p.id = \(id)").first
  }

  private func plans(_ condition: SQL) async throws(DatabaseError) -> [Plan] {
    let rows = try await database.query("SELECT \(Plan.joinedColumns) FROM license.plans p \(condition)")
    var plans: [Plan] = []
    for row in rows { plans.append(try Plan(joined: row)) }
    return plans
  }

  /// The prices that can be ordered now, of one plan or of all.
  public func activePrices(of planID: Int64? = nil) async throws(DatabaseError) -> [Price] {
    let rows = try await database.query(
      """
      SELECT c.id, c.plan_id, c.period, c.currency, c.amount
      FROM license.prices c JOIN license.plans p ON p.id = c.plan_id
      WHERE c.is_active AND (\(planID)::bigint IS NULL OR c.plan_id = \(planID))
      ORDER BY p.rank, c.id
      """)
    var prices: [Price] = []
    for row in rows { prices.append(try Price(row)) }
    return prices
  }

  public func activePrice(
    of plan: Plan, period: BillingPeriod, currency: Currency
  ) async throws(DatabaseError) -> Price? {
    let row = try await database.first(
      """
      SELECT id, plan_id, period, currency, amount FROM license.prices
      WHERE is_active AND plan_id = \(plan.id) AND period = \(period) AND currency = \(currency)
      """)
    guard let row else { return nil }
    return try Price(row)
  }
}

extension Plan {
  /// What a SELECT that has `license.plans p` in its FROM asks for, so that ``init(joined:)`` can read it.
  public static let joinedColumns: SQL = """
    p.id AS plan_id, p.slug AS plan_slug, p.name AS plan_name, p.rank AS plan_rank,
    ARRAY(SELECT f.feature FROM license.plan_features f WHERE f.plan_id = p.id ORDER BY f.position) AS plan_features,
    (SELECT jsonb_object_agg(m.name, m.value) FROM license.plan_limits m WHERE m.plan_id = p.id) AS plan_limits
    """

  public init(joined row: Row) throws(DatabaseError) {
    let limits = try row.get("plan_limits", as: JSONValue?.self)?.objectValue ?? [:]
    self.init(
      id: try row.get("plan_id"), slug: try row.get("plan_slug"), name: try row.get("plan_name"),
      rank: try row.get("plan_rank"), features: try row.get("plan_features"),
      limits: Dictionary(limits.members.map { ($0.key, $0.value.intValue) }) { first, _ in first })
  }
}

extension Price {
  init(_ row: Row) throws(DatabaseError) {
    self.init(
      id: try row.get("id"), planID: try row.get("plan_id"), period: try row.get("period"),
      amount: Money(minorUnits: try row.get("amount"), currency: try row.get("currency")))
  }
}
