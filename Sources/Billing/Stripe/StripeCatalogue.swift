import Core

extension StripeClient {
  /// - Returns: Stripe's id of the new customer.
  func createCustomer(_ customer: Customer) async throws -> String {
    var fields: JSONObject = ["email": .string(customer.email.description)]
    if !customer.name.isEmpty { fields["name"] = .string(customer.name) }
    fields["metadata"] = ["trackily_customer": .string(String(customer.id))]
    return try StripeFields(
      object: await post("/v1/customers", fields, key: "customer-\(customer.id)-\(customer.email)").object,
      noun: "customer"
    ).string("id")
  }

  /// - Returns: Stripe's id of the new product.
  func createProduct(_ plan: Plan) async throws -> String {
    let fields: JSONObject = [
      "name": .string("Trackily \(plan.name)"), "metadata": ["trackily_plan": .string(plan.slug)],
    ]
    return try StripeFields(
      object: await post("/v1/products", fields, key: "product-\(plan.id)-\(plan.slug)").object, noun: "product"
    ).string("id")
  }

  /// - Returns: Stripe's id of the new price.
  func createPrice(_ price: Price, product: String) async throws -> String {
    let fields: JSONObject = [
      "product": .string(product), "currency": .string(price.amount.currency.code.lowercased()),
      "unit_amount": .int(price.amount.minorUnits), "recurring": ["interval": .string(price.period.rawValue)],
      "metadata": ["trackily_price": .string(String(price.id))],
    ]
    return try StripeFields(
      object: await post("/v1/prices", fields, key: "price-\(price.id)-\(product)").object, noun: "price"
    ).string("id")
  }

  /// - Returns: Stripe's id of the new tax rate.
  func createTaxRate(_ rate: TaxRate) async throws -> String {
    let fields: JSONObject = [
      "display_name": .string(rate.name), "percentage": .string(rate.rate.percent),
      "inclusive": .bool(rate.isInclusive), "country": .string(rate.country),
      "metadata": ["trackily_tax_rate": .string(String(rate.id))],
    ]
    return try StripeFields(
      object: await post("/v1/tax_rates", fields, key: "tax-rate-\(rate.id)").object, noun: "tax_rate"
    ).string("id")
  }

  /// A coupon as it lowers the invoices of one subscription by the month or by the year: Stripe counts months.
  /// - Returns: Stripe's id of the new coupon.
  func createCoupon(_ coupon: Coupon, period: BillingPeriod) async throws -> String {
    var fields: JSONObject = ["name": .string(String(coupon.name.prefix(40)))]
    switch coupon.reduction {
    case .percent(let rate): fields["percent_off"] = .string(rate.percent)
    case .amount(let money):
      fields["amount_off"] = .int(money.minorUnits)
      fields["currency"] = .string(money.currency.code.lowercased())
    }
    fields["duration"] = coupon.periods.map { $0 == 1 ? "once" : "repeating" } ?? "forever"
    if let periods = coupon.periods, periods > 1 { fields["duration_in_months"] = .int(periods * period.months) }
    fields["metadata"] = ["trackily_coupon": .string(String(coupon.id))]
    return try StripeFields(
      object: await post("/v1/coupons", fields, key: "coupon-\(coupon.id)-\(period.rawValue)").object, noun: "coupon"
    ).string("id")
  }
}
