public import Core
public import Database

/// What a subscription begins as.
public struct SubscriptionDraft: Sendable {
  public var customerID: Int64
  public var price: Price
  public var provider: Subscription.Provider
  public var providerReference: String?
  public var coupon: AppliedCoupon?

  public init(
    customerID: Int64, price: Price, provider: Subscription.Provider = .manual, providerReference: String? = nil,
    coupon: AppliedCoupon? = nil
  ) {
    self.customerID = customerID
    self.price = price
    self.provider = provider
    self.providerReference = providerReference
    self.coupon = coupon
  }
}

/// All SQL on subscriptions.
public struct SubscriptionStore: Sendable {
  let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// A subscription that waits for its first payment.
  public func create(_ draft: SubscriptionDraft, at now: Timestamp) async throws(DatabaseError) -> Subscription {
    let price = draft.price
    let row = try await database.one(
      """
      INSERT INTO license.subscriptions
        (customer_id, plan_id, price_id, status, provider, provider_reference, coupon_id, coupon_periods_left,
         created_at, updated_at)
      VALUES (\(draft.customerID), \(price.planID), \(price.id), \(Subscription.Status.incomplete), \(draft.provider),
        \(draft.providerReference), \(draft.coupon?.couponID), \(draft.coupon?.periodsLeft)::int, \(now), \(now))
      RETURNING id
      """)
    var subscription = Subscription(
      id: try row.get("id"), customerID: draft.customerID, provider: draft.provider,
      providerReference: draft.providerReference, planID: price.planID, priceID: price.id, period: price.period,
      status: .incomplete, createdAt: now)
    subscription.coupon = draft.coupon
    return subscription
  }

  public func find(_ id: Int64) async throws(DatabaseError) -> Subscription? {
    try await subscriptions("WHERE s.id = \(id)").first
  }

  public func find(
    provider: Subscription.Provider, reference: String
  ) async throws(DatabaseError) -> Subscription? {
    try await subscriptions("WHERE s.provider = \(provider) AND s.provider_reference = \(reference)").first
  }

  /// The same, and nobody else changes it until the transaction ends.
  public func lock(_ id: Int64) async throws(DatabaseError) -> Subscription? {
    try await subscriptions("WHERE s.id = \(id) FOR UPDATE OF s").first
  }

  /// Writes the subscription down and, when it brings another sum a month than before, that.
  public func save(_ subscription: Subscription, at now: Timestamp) async throws {
    let recurring = RecurringRevenue(database)
    let former = try await recurring.amount(of: subscription.id)
    try await database.execute(
      """
      UPDATE license.subscriptions SET plan_id = \(subscription.planID), price_id = \(subscription.priceID),
        status = \(subscription.status), provider = \(subscription.provider), provider_reference = \(subscription.providerReference),
        anchor_at = \(subscription.anchor), period_start = \(subscription.current?.start),
        period_end = \(subscription.current?.end), paid_until = \(subscription.paidUntil),
        trial_end = \(subscription.trialEnd), cancels_at_period_end = \(subscription.cancelsAtPeriodEnd),
        canceled_at = \(subscription.canceledAt), ended_at = \(subscription.endedAt),
        scheduled_price_id = \(subscription.scheduled?.priceID), unpaid_since = \(subscription.unpaidSince),
        coupon_id = \(subscription.coupon?.couponID),
        coupon_periods_left = \(subscription.coupon?.periodsLeft)::int, updated_at = \(now)
      WHERE id = \(subscription.id)
      """)
    try await recurring.move(subscription.id, from: former, at: now)
  }

  /// The subscriptions a request asks for (`customer_id=`, `status=`, `provider=`), the newest first; the cursor is an
  /// id.
  public func list(_ page: PageRequest) async throws(DatabaseError) -> Page<Subscription> {
    let after = page.cursor.flatMap { Int64($0) }
    let customer = page.filters["customer_id"].map { Int64($0) ?? 0 }
    let found = try await subscriptions(
      """
      WHERE (\(after)::bigint IS NULL OR s.id < \(after))
        AND (\(customer)::bigint IS NULL OR s.customer_id = \(customer))
        AND (\(page.filters["status"])::text IS NULL OR s.status = \(page.filters["status"]))
        AND (\(page.filters["provider"])::text IS NULL OR s.provider = \(page.filters["provider"]))
      ORDER BY s.id DESC LIMIT \(page.limit + 1)
      """)
    return Page(fetched: found, limit: page.limit) { String($0.id) }
  }

  /// All subscriptions of some customers, the newest first.
  public func all(ofCustomers customers: [Int64]) async throws(DatabaseError) -> [Subscription] {
    try await subscriptions("WHERE s.customer_id = ANY(\(customers)) ORDER BY s.id DESC LIMIT 500")
  }

  func subscriptions(_ condition: SQL) async throws(DatabaseError) -> [Subscription] {
    let rows = try await database.query(
      """
      SELECT s.id, s.customer_id, s.provider, s.provider_reference, s.plan_id, s.price_id, c.period, s.status,
        s.anchor_at, s.period_start, s.period_end, s.paid_until, s.trial_end, s.cancels_at_period_end, s.canceled_at,
        s.ended_at, s.scheduled_price_id, n.plan_id AS scheduled_plan_id, n.period AS scheduled_period,
        s.unpaid_since, s.coupon_id, s.coupon_periods_left, s.created_at
      FROM license.subscriptions s JOIN license.prices c ON c.id = s.price_id
      LEFT JOIN license.prices n ON n.id = s.scheduled_price_id
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
      id: try row.get("id"), customerID: try row.get("customer_id"), provider: try row.get("provider"),
      providerReference: try row.get("provider_reference"), planID: try row.get("plan_id"),
      priceID: try row.get("price_id"), period: try row.get("period"), status: try row.get("status"),
      anchor: try row.get("anchor_at"), current: current, createdAt: try row.get("created_at"))
    paidUntil = try row.get("paid_until")
    trialEnd = try row.get("trial_end")
    cancelsAtPeriodEnd = try row.get("cancels_at_period_end")
    canceledAt = try row.get("canceled_at")
    endedAt = try row.get("ended_at")
    unpaidSince = try row.get("unpaid_since")
    if let price = try row.get("scheduled_price_id", as: Int64?.self) {
      scheduled = ScheduledPrice(
        priceID: price, planID: try row.get("scheduled_plan_id"), period: try row.get("scheduled_period"))
    }
    if let coupon = try row.get("coupon_id", as: Int64?.self) {
      self.coupon = AppliedCoupon(couponID: coupon, periodsLeft: try row.get("coupon_periods_left"))
    }
  }
}
