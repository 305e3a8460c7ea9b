public import Core
public import Database

/// Whom we sell to and what we sell, under Stripe's names. What Stripe does not have yet is made there when it is first
/// needed, and remembered.
public struct StripeRegister: Sendable {
  private let client: StripeClient
  private let database: any SQLExecutor

  /// - Parameter database: with no transaction open: Stripe is asked in between.
  public init(client: StripeClient, database: any SQLExecutor) {
    self.client = client
    self.database = database
  }

  private var mode: StripeAccount.Mode { client.account.mode }

  /// Stripe's id of a customer.
  public func customer(_ customer: Customer, at now: Timestamp) async throws -> String {
    if let known = try await knownCustomer(customer.id) { return known }
    let id = try await client.createCustomer(customer)
    // Of two at once both got the same one, for their keys were the same.
    try await database.execute(
      """
      INSERT INTO license.stripe_customers (mode, customer_id, stripe_id, created_at)
      VALUES (\(mode.rawValue), \(customer.id), \(id), \(now)) ON CONFLICT (mode, customer_id) DO NOTHING
      """)
    return try await knownCustomer(customer.id) ?? id
  }

  /// The same; nil for one that Stripe has not heard of.
  public func knownCustomer(_ customer: Int64) async throws(DatabaseError) -> String? {
    try await database.scalar(
      """
      SELECT stripe_id FROM license.stripe_customers
      WHERE mode = \(mode.rawValue) AND customer_id = \(customer)
      """)
  }

  /// Stripe's id of a price, with the product that it is of.
  public func price(_ price: Price, of plan: Plan, at now: Timestamp) async throws -> String {
    try await remembered(.price, price.id, at: now) {
      let product = try await remembered(.product, plan.id, at: now) { try await client.createProduct(plan) }
      return try await client.createPrice(price, product: product)
    }
  }

  /// Which of our prices one of Stripe's stands for; nil for one that we did not make.
  public func ourPrice(_ stripeID: String) async throws(DatabaseError) -> Int64? {
    try await database.scalar(
      """
      SELECT our_id FROM license.stripe_catalogue
      WHERE mode = \(mode.rawValue) AND kind = 'price' AND stripe_id = \(stripeID)
      """)
  }

  /// Stripe's id of a tax rate.
  public func taxRate(_ rate: TaxRate, at now: Timestamp) async throws -> String {
    try await remembered(.taxRate, rate.id, at: now) { try await client.createTaxRate(rate) }
  }

  /// Stripe's id of a coupon for a subscription by the month or by the year.
  public func coupon(_ coupon: Coupon, period: BillingPeriod, at now: Timestamp) async throws -> String {
    try await remembered(period == .month ? .couponByMonth : .couponByYear, coupon.id, at: now) {
      try await client.createCoupon(coupon, period: period)
    }
  }

  private enum Kind: String {
    case product, price
    case taxRate = "tax_rate"
    case couponByMonth = "coupon_month"
    case couponByYear = "coupon_year"
  }

  private func remembered(
    _ kind: Kind, _ ours: Int64, at now: Timestamp, make: () async throws -> String
  ) async throws -> String {
    if let known = try await known(kind, ours) { return known }
    let id = try await make()
    try await database.execute(
      """
      INSERT INTO license.stripe_catalogue (mode, kind, our_id, stripe_id, created_at)
      VALUES (\(mode.rawValue), \(kind.rawValue), \(ours), \(id), \(now)) ON CONFLICT (mode, kind, our_id) DO NOTHING
      """)
    return try await known(kind, ours) ?? id
  }

  private func known(_ kind: Kind, _ ours: Int64) async throws(DatabaseError) -> String? {
    try await database.scalar(
      """
      SELECT stripe_id FROM license.stripe_catalogue
      WHERE mode = \(mode.rawValue) AND kind = \(kind.rawValue) AND our_id = \(ours)
      """)
  }
}
