import Billing
import Core
import Database
import Web

/// The reseller's page on prices: what it pays, what it asks for.
struct ResellerPricePages: Sendable {
  static let path = "/reseller/prices"

  let database: ConnectionPool
  let sales: ResellerSales
  let layout: Layout

  func register(in table: inout ResellerTable) {
    table.page("/prices", .resellerRead(.licences), "Wholesale and retail prices") { call in try await page(call, nil) }
    table.action("/prices", .resellerWrite(.licences), "Sets retail prices", handler: save)
  }

  private func page(_ call: ResellerCall, _ problem: Problem?) async throws -> Reply {
    let offers = try await ResellerPriceStore(database).offers(of: call.session.reseller)
    let mayChange = call.session.allows(.resellerWrite(.licences))
    var rows: [HTML] = []
    for offer in offers {
      let name = Self.field(offer)
      let margin = try offer.retail.map { retail throws(MoneyFault) in "\(try retail.subtracting(offer.wholesale))" }
      let value = call.form[name] ?? offer.retail?.decimal ?? ""
      let input: HTML =
        mayChange
        ? """
        <input class="form-control" form="prices" name="\(name)" value="\(value)" inputmode="decimal" \
        aria-label="Retail price of \(offer.plan.name) by the \(offer.period.rawValue)">
        """ : "\(offer.retail?.description ?? "–")"
      rows.append(
        """
        <tr><td>\(offer.plan.name)</td><td>One \(offer.period.rawValue)</td><td class="num">\(offer.wholesale)</td>\
        <td class="num">\(input)</td><td class="num">\(margin ?? "–")</td></tr>
        """)
    }
    let button: HTML = """
      <form id="prices" method="post" action="\(Self.path)">\(call.csrfField)\
      <button class="btn btn-primary">Save retail prices</button></form>
      """
    return layout.resellerPage(
      Layout.Frame(title: "Prices", current: Self.path), call, status: problem?.status ?? 200,
      """
      \(PageParts.faults(problem))
      \(PageParts.table(
        "Prices in \(call.session.reseller.agreement.currency.code)",
        ["Plan", "For", "#You pay", "#Your customer pays", "#Margin"], rows,
        empty: "Your agreement has no plan with a price yet."))
      \(mayChange && !offers.isEmpty ? button : .empty)
      """)
  }

  private static func field(_ offer: ResellerOffer) -> String { "\(offer.plan.slug) \(offer.period.rawValue)" }

  /// Those that are filled in; an empty one stays as it is.
  @Sendable private func save(_ call: ResellerCall) async throws -> Reply {
    do {
      let reseller = call.session.reseller
      var fields = try FieldReader(.object(call.form.json()))
      var prices: [RetailPrice] = []
      for offer in try await ResellerPriceStore(database).offers(of: reseller) {
        guard let amount = fields.optionalMinorUnits(Self.field(offer), in: reseller.agreement.currency) else {
          continue
        }
        prices.append(
          RetailPrice(
            plan: offer.plan.slug, period: offer.period,
            amount: Money(minorUnits: amount, currency: reseller.agreement.currency)))
      }
      try fields.finish()
      _ = try await sales.setPrices(prices, of: reseller.id, by: call.actor)
      return .redirect(to: Self.path, flash: Flash(.success, "The prices are saved. Licences sold before keep theirs."))
    } catch let problem as Problem where problem.status == 422 {
      return try await page(call, problem)
    }
  }
}
