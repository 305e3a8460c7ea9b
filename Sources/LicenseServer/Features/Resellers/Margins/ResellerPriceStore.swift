import Billing
import Core
import Database

/// What a reseller asks of its customers for one period of a plan.
struct RetailPrice: Sendable, Hashable {
  let plan: String
  let period: BillingPeriod
  let amount: Money
}

/// What a reseller may sell at which prices.
struct ResellerOffer: Sendable {
  let plan: Plan
  let period: BillingPeriod
  /// What it pays us.
  let wholesale: Money
  /// What it has set for its customers; nil as long as it has set nothing.
  let retail: Money?

  var json: JSONValue {
    [
      "plan": .string(plan.slug), "interval": .string(period.rawValue), "wholesale": .string(wholesale.decimal),
      "retail": JSONValue(retail?.decimal), "currency": .string(wholesale.currency.code),
    ]
  }
}

/// All SQL on retail prices, and the offers that come of them and the agreement.
struct ResellerPriceStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func save(_ prices: [RetailPrice], of reseller: Int64) async throws(DatabaseError) {
    for price in prices {
      try await database.execute(
        """
        INSERT INTO license.reseller_retail_prices (reseller_id, plan_id, period, amount)
        SELECT \(reseller), p.id, \(price.period), \(price.amount.minorUnits) FROM license.plans p
        WHERE p.slug = \(price.plan)
        ON CONFLICT (reseller_id, plan_id, period) DO UPDATE SET amount = EXCLUDED.amount
        """)
    }
  }

  /// Everything the reseller may sell now, the smallest plan first.
  func offers(of reseller: Reseller) async throws -> [ResellerOffer] {
    let agreement = reseller.agreement
    let plans = PlanStore(database)
    let retail = try await retailPrices(of: reseller)
    var offers: [ResellerOffer] = []
    for plan in try await plans.all() where agreement.plans.contains(plan.slug) {
      for period in BillingPeriod.allCases {
        let list = try await plans.activePrice(of: plan, period: period, currency: agreement.currency)?.amount
        guard
          let wholesale = try agreement.wholesale.price(of: plan.slug, period, list: list, in: agreement.currency)
        else { continue }
        let asked = retail.first { $0.plan == plan.slug && $0.period == period }?.amount
        offers.append(ResellerOffer(plan: plan, period: period, wholesale: wholesale, retail: asked))
      }
    }
    return offers
  }

  private func retailPrices(of reseller: Reseller) async throws(DatabaseError) -> [RetailPrice] {
    let rows = try await database.query(
      """
      SELECT p.slug, t.period, t.amount FROM license.reseller_retail_prices t JOIN license.plans p ON p.id = t.plan_id
      WHERE t.reseller_id = \(reseller.id)
      """)
    var prices: [RetailPrice] = []
    for row in rows {
      prices.append(
        RetailPrice(
          plan: try row.get("slug"), period: try row.get("period"),
          amount: Money(minorUnits: try row.get("amount"), currency: reseller.agreement.currency)))
    }
    return prices
  }
}
