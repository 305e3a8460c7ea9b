import Billing
import Core
import Database
import Web

/// The part of a form that says what is bought: plan, period, currency, coupon.
struct OrderForm: Sendable {
  let plan: String
  let period: BillingPeriod
  let currency: Currency
  let coupon: String?

  func request(for email: EmailAddress) -> OrderRequest {
    OrderRequest(plan: plan, period: period, currency: currency, email: email, coupon: coupon)
  }

  /// Nil when a field was wrong; the reader has the faults.
  init?(reading fields: inout FieldReader) {
    let plan = fields.string("plan", length: 1...50)
    let period = fields.oneOf("interval", BillingPeriod.allCases.map(\.rawValue)).flatMap(BillingPeriod.init)
    let currency = fields.currency("currency")
    coupon = fields.optionalString("coupon", length: 1...50) ?? nil
    guard let plan, let period, let currency else { return nil }
    self.plan = plan
    self.period = period
    self.currency = currency
  }

  /// - Parameter typed: what a field holds already, or its standard.
  static func inputs(in database: any SQLExecutor, typed: (_ name: String, _ standard: String) -> String) async throws
    -> HTML
  {
    let plans = try await PlanStore(database).all()
    let prices = try await PlanStore(database).activePrices()
    let options = plans.filter { plan in prices.contains { $0.planID == plan.id } }.map { plan in
      (value: plan.slug, title: plan.name)
    }
    let currencies = Set(prices.map(\.amount.currency.code)).sorted().map { (value: $0, title: $0) }
    let rows = plans.flatMap { plan in
      prices.filter { $0.planID == plan.id }.map { price -> HTML in
        """
        <tr><td>\(plan.name)</td><td>\(price.period == .month ? "Month" : "Year")</td>\
        <td class="num">\(price.amount)</td></tr>
        """
      }
    }
    return """
      \(PageParts.select("plan", "Plan", options, selected: typed("plan", "pro")))
      \(PageParts.select(
        "interval", "Paid by the", [(value: "month", title: "Month"), (value: "year", title: "Year")],
        selected: typed("interval", "month")))
      \(PageParts.select("currency", "Currency", currencies, selected: typed("currency", "USD")))
      <details class="ty-details mb-3"><summary>Prices</summary>\(PageParts.table(
        "Prices", ["Plan", "Paid by the", "#Price"], rows, empty: "Nothing is sold just now."))</details>
      \(PageParts.input("coupon", "Coupon", value: typed("coupon", ""), required: false))
      """
  }
}
