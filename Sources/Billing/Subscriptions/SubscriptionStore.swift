public import Core
public import Database

/// Reads and writes subscriptions.
public struct SubscriptionStore: Sendable {
  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// A subscription that waits for its first payment.
  func create(customer: Customer, price: Price, at now: Timestamp) async throws(DatabaseError) -> Subscription {
    let row = try await database.one(
      """
      INSERT INTO license.subscriptions
        (customer_id, plan_id, price_id, status, provider, created_at, updated_at)
      VALUES (\(customer.id), \(price.planID), \(price.id), \(Subscription.Status.incomplete), 'manual', \(now), \(now))
      RETURNING id
      """)
    return Subscription(
      id: try row.get("id"), customerID: customer.id, planID: price.planID, priceID: price.id, period: price.period,
      status: .incomplete, anchor: nil, current: nil, createdAt: now)
  }

  public func find(_ id: Int64) async throws(DatabaseError) -> Subscription? {
    try await subscriptions("WHERE s.id = \(id)").first
  }

  /// The same, and nobody else changes it until the transaction ends.
  func lock(_ id: Int64) async throws(DatabaseError) -> Subscription? {
    try await subscriptions("WHERE s.id = \(id) FOR UPDATE OF s").first
  }

  func save(_ subscription: Subscription, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.subscriptions SET status = \(subscription.status), anchor_at = \(subscription.anchor),
        period_start = \(subscription.current?.start), period_end = \(subscription.current?.end), updated_at = \(now)
      WHERE id = \(subscription.id)
      """)
  }

  /// The subscriptions a request asks for (`customer_id=`, `status=`), the newest first; the cursor is an id.
  public func list(_ page: PageRequest) async throws(DatabaseError) -> Page<Subscription> {
    let after = page.cursor.flatMap { Int64($0) }
    let customer = page.filters["customer_id"].map { Int64($0) ?? 0 }
    let found = try await subscriptions(
      """
      WHERE (\(after)::bigint IS NULL OR s.id < \(after))
        AND (\(customer)::bigint IS NULL OR s.customer_id = \(customer))
        AND (\(page.filters["status"])::text IS NULL OR s.status = \(page.filters["status"]))
      ORDER BY s.id DESC LIMIT \(page.limit + 1)
      """)
    return Page(fetched: found, limit: page.limit) { String($0.id) }
  }

  private func subscriptions(_ condition: SQL) async throws(DatabaseError) -> [Subscription] {
    let rows = try await database.query(
      """
      SELECT s.id, s.customer_id, s.plan_id, s.price_id, c.period, s.status, s.anchor_at, s.period_start,
        s.period_end, s.created_at
      FROM license.subscriptions s JOIN license.prices c ON c.id = s.price_id
      \(condition)
      """)
    var subscriptions: [Subscription] = []
    for row in rows { subscriptions.append(try Subscription(row)) }
    return subscriptions
  }
}

extension Subscription {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    let start: Timestamp? = try row.get("period_start")
    let end: Timestamp? = try row.get("period_end")
    var current: Span?
    if let start, let end { current = Span(start: start, end: end) }
    self.init(
      id: try row.get("id"), customerID: try row.get("customer_id"), planID: try row.get("plan_id"),
      priceID: try row.get("price_id"), period: try row.get("period"), status: try row.get("status"),
      anchor: try row.get("anchor_at"), current: current, createdAt: try row.get("created_at"))
  }
}
