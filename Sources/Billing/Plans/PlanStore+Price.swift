import Core
public import Database

extension PlanStore {
  /// A price, also one that is not sold any more.
  public func price(_ id: Int64) async throws(DatabaseError) -> Price? {
    let row = try await database.first(
      "SELECT id, plan_id, period, currency, amount FROM license.prices WHERE id = \(id)")
    guard let row else { return nil }
    return try Price(row)
  }

  /// The price that a subscription at `price` would have on another plan or for another period: in the same currency.
  func price(
    of slug: String, period: BillingPeriod, currency: Currency
  ) async throws -> (plan: Plan, price: Price) {
    guard let plan = try await find(slug: slug) else { throw BillingError.noSuchPlan(slug) }
    guard let price = try await activePrice(of: plan, period: period, currency: currency) else {
      throw BillingError.noSuchPrice(plan: plan.slug, period: period, currency: currency)
    }
    return (plan, price)
  }

  /// The plan and price that something was sold at.
  func sold(_ priceID: Int64) async throws -> (plan: Plan, price: Price) {
    guard let price = try await price(priceID), let plan = try await find(id: price.planID) else {
      throw BillingError.noSuchPlan("price \(priceID)")
    }
    return (plan, price)
  }
}
