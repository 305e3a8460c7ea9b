public import Core
public import Database

/// All SQL on coupons.
public struct CouponStore: Sendable {
  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// A new coupon; nil when there is one with this code.
  public func create(
    code: String, name: String, reduction: Coupon.Reduction, periods: Int?, maxRedemptions: Int?,
    redeemableUntil: Timestamp?, at now: Timestamp
  ) async throws(DatabaseError) -> Coupon? {
    var percent: Int64?
    var amount: Money?
    switch reduction {
    case .percent(let rate): percent = rate.millionths
    case .amount(let money): amount = money
    }
    let row = try await database.first(
      """
      INSERT INTO license.coupons
        (code, name, percent_off, amount_off, currency, periods, max_redemptions, redeemable_until, created_at)
      VALUES (\(code), \(name), \(percent)::int, \(amount?.minorUnits), \(amount?.currency), \(periods)::int,
        \(maxRedemptions)::int, \(redeemableUntil), \(now))
      ON CONFLICT (code) DO NOTHING RETURNING \(Coupon.columns)
      """)
    guard let row else { return nil }
    return try Coupon(row)
  }

  public func find(_ id: Int64) async throws(DatabaseError) -> Coupon? { try await coupon("WHERE id = \(id)") }

  public func find(code: String) async throws(DatabaseError) -> Coupon? { try await coupon("WHERE code = \(code)") }

  /// Nobody redeems it any more, or again; subscriptions that have it keep it. Nil when there is none.
  public func set(_ id: Int64, isActive: Bool) async throws(DatabaseError) -> Coupon? {
    let row = try await database.first(
      "UPDATE license.coupons SET is_active = \(isActive) WHERE id = \(id) RETURNING \(Coupon.columns)")
    guard let row else { return nil }
    return try Coupon(row)
  }

  /// The coupons a request asks for (`q` in code and name), the newest first; the cursor is an id.
  public func list(_ page: PageRequest) async throws(DatabaseError) -> Page<Coupon> {
    let after = page.cursor.flatMap { Int64($0) }
    let pattern = page.q.map { "%\(LikePattern.escaped($0))%" }
    let rows = try await database.query(
      """
      SELECT \(Coupon.columns) FROM license.coupons
      WHERE (\(after)::bigint IS NULL OR id < \(after))
        AND (\(pattern)::text IS NULL OR code ILIKE \(pattern) OR name ILIKE \(pattern))
      ORDER BY id DESC LIMIT \(page.limit + 1)
      """)
    var coupons: [Coupon] = []
    for row in rows { coupons.append(try Coupon(row)) }
    return Page(fetched: coupons, limit: page.limit) { String($0.id) }
  }

  /// Finds the coupon for a purchase and holds its row to the end of the transaction, so that of many who redeem the
  /// last one exactly one gets it.
  /// - Throws: ``BillingError/coupon(_:)``
  func claim(_ code: String, for customer: Int64, currency: Currency, at now: Timestamp) async throws -> Coupon {
    guard let code = Coupon.code(code), let coupon = try await coupon("WHERE code = \(code) FOR UPDATE") else {
      throw BillingError.coupon(.unknown)
    }
    if let refusal = coupon.refusal(at: now, currency: currency) { throw BillingError.coupon(refusal) }
    let before: Int64? = try await database.scalar(
      """
      SELECT subscription_id FROM license.coupon_redemptions
      WHERE coupon_id = \(coupon.id) AND customer_id = \(customer)
      """)
    guard before == nil else { throw BillingError.coupon(.usedBefore) }
    return coupon
  }

  /// After ``claim(_:for:currency:at:)``, in the same transaction.
  func redeem(_ coupon: Coupon, by customer: Int64, on subscription: Int64, at now: Timestamp) async throws {
    try await database.execute(
      """
      INSERT INTO license.coupon_redemptions (coupon_id, customer_id, subscription_id, at)
      VALUES (\(coupon.id), \(customer), \(subscription), \(now))
      """)
    try await database.execute("UPDATE license.coupons SET redemptions = redemptions + 1 WHERE id = \(coupon.id)")
  }

  private func coupon(_ condition: SQL) async throws(DatabaseError) -> Coupon? {
    guard let row = try await database.first("SELECT \(Coupon.columns) FROM license.coupons \(condition)") else {
      return nil
    }
    return try Coupon(row)
  }
}

extension Coupon {
  fileprivate static let columns: SQL = """
    id, code, name, percent_off::bigint AS percent_off, amount_off, currency, periods, max_redemptions, redemptions,
    redeemable_until, is_active, created_at
    """

  fileprivate init(_ row: Row) throws(DatabaseError) {
    let amount: Int64? = try row.get("amount_off")
    let currency: Currency? = try row.get("currency")
    let percent: Int64? = try row.get("percent_off")
    var reduction = Reduction.percent(percent.flatMap { Rate(millionths: $0) } ?? .zero)
    if let amount, let currency { reduction = .amount(Money(minorUnits: amount, currency: currency)) }
    self.init(
      id: try row.get("id"), code: try row.get("code"), name: try row.get("name"), reduction: reduction,
      periods: try row.get("periods"), maxRedemptions: try row.get("max_redemptions"),
      redemptions: try row.get("redemptions"), redeemableUntil: try row.get("redeemable_until"),
      isActive: try row.get("is_active"), createdAt: try row.get("created_at"))
  }
}
