import Core
import Database

/// How the monthly recurring revenue moves. ``SubscriptionStore/save(_:at:)`` writes each move; nothing else does.
struct RecurringRevenue: Sendable {
  /// Why it moved.
  enum Movement: String, Sendable, CaseIterable, SQLValue, SQLDecodable {
    case new, expansion, contraction, churn, reactivation
  }

  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// What a subscription brings a month as it stands, at the list price, without tax: nothing while it is tried out,
  /// suspended or over.
  func amount(of subscription: Int64) async throws -> Money {
    let row = try await database.one(
      """
      SELECT s.status, s.paid_until, c.period, c.currency, c.amount
      FROM license.subscriptions s JOIN license.prices c ON c.id = s.price_id WHERE s.id = \(subscription)
      """)
    let amount = Money(minorUnits: try row.get("amount"), currency: try row.get("currency"))
    switch try row.get("status", as: Subscription.Status.self) {
    case .active: break
    // Whoever never paid was no customer yet.
    case .pastDue: if try row.get("paid_until", as: Timestamp?.self) == nil { return .zero(amount.currency) }
    case .incomplete, .trialing, .suspended, .canceled, .expired: return .zero(amount.currency)
    }
    return try row.get("period", as: BillingPeriod.self) == .month ? amount : amount.share(1, of: 12)
  }

  func move(_ subscription: Int64, from former: Money, at now: Timestamp) async throws {
    let current = try await amount(of: subscription)
    let change = try current.subtracting(former)
    guard !change.isZero else { return }
    let movement: Movement
    if former.isZero {
      let before: Int64? = try await database.scalar(
        "SELECT id FROM license.revenue_movements WHERE subscription_id = \(subscription) LIMIT 1")
      movement = before == nil ? .new : .reactivation
    } else {
      movement = current.isZero ? .churn : change.isPositive ? .expansion : .contraction
    }
    try await database.execute(
      """
      INSERT INTO license.revenue_movements (subscription_id, at, kind, currency, amount)
      VALUES (\(subscription), \(now), \(movement), \(change.currency), \(change.minorUnits))
      """)
  }
}
