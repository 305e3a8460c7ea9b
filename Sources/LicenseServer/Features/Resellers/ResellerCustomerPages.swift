import Billing
import Core
import Database
import HTTPTypes
import Web

/// The reseller's pages on its customers.
struct ResellerCustomerPages: Sendable {
  static let path = "/reseller/customers"

  let database: ConnectionPool
  let sales: ResellerSales
  let licenses: ResellerLicensePages
  let layout: Layout

  func register(in table: inout ResellerTable) {
    table.page("/customers", .resellerRead(.customers), "One's customers") { call in try await list(call, nil) }
    table.action("/customers", .resellerWrite(.customers), "Adds a customer", handler: add)
    table.page("/customers/{id}", .resellerRead(.customers), "One customer") { call in
      try await page(call, id: call.id(), sold: nil, nil)
    }
    table.action("/customers/{id}", .resellerWrite(.customers), "Changes a customer's name", handler: rename)
    table.action("/customers/{id}/licenses", .resellerWrite(.licences), "Sells the customer a licence", handler: sell)
  }

  private func list(_ call: ResellerCall, _ problem: Problem?) async throws -> Reply {
    let request = try call.listRequest
    let page = try await ResellerCustomerStore(database).list(request, of: call.resellerID)
    let rows = page.items.map { customer -> HTML in
      """
      <tr><td><a href="\(Self.path)/\(customer.id)">\(customer.email)</a></td><td>\(customer.name)</td>\
      <td class="num">\(customer.licenses)</td><td>\(PageParts.time(customer.createdAt))</td></tr>
      """
    }
    let search = request.q ?? ""
    return layout.resellerPage(
      Layout.Frame(title: "Customers", current: Self.path), call, status: problem?.status ?? 200,
      """
      \(PageParts.search("E-mail or name", search, icon: layout.icons("search")))
      \(PageParts.table(
        "Customers", ["E-mail", "Name", "#Licences", "Since"], rows,
        empty: search.isEmpty ? "You have no customer yet. Add the first one below." : "No customer fits.",
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      \(call.session.allows(.resellerWrite(.customers)) ? newCustomer(call, problem) : .empty)
      """)
  }

  private func newCustomer(_ call: ResellerCall, _ problem: Problem?) -> HTML {
    PageParts.card(
      "New customer",
      """
      \(PageParts.faults(problem))<form method="post" action="\(Self.path)">\(call.csrfField)
      \(PageParts.input("email", "E-mail", type: "email", value: call.form["email"] ?? "", hint: "They sign in to the portal with it."))
      \(PageParts.input("name", "Name", value: call.form["name"] ?? "", required: false))
      <button class="btn btn-primary">Add customer</button></form>
      """)
  }

  @Sendable private func add(_ call: ResellerCall) async throws -> Reply {
    do {
      var fields = try FieldReader(.object(call.form.json()))
      let email = fields.email("email")
      let name = (fields.optionalString("name") ?? nil) ?? ""
      try fields.finish()
      guard let email else { throw Problem.internalError() }
      let customer = try await sales.addCustomer(email, name: name, of: call.resellerID, by: call.actor)
      return .redirect(to: "\(Self.path)/\(customer.id)", flash: Flash(.success, "The customer is added."))
    } catch let problem as Problem where problem.status == 422 || problem.status == 409 {
      return try await list(call, problem)
    }
  }

  /// - Parameter sold: a licence whose key is shown, right after it was made.
  private func page(
    _ call: ResellerCall, id: Int64, sold: (license: ResellerLicense, key: LicenseKey)?, _ problem: Problem?
  ) async throws -> Reply {
    guard let customer = try await ResellerCustomerStore(database).find(id, of: call.resellerID) else {
      throw Problem.notFound("customer")
    }
    var content: HTML = sold.map { shown($0.license, $0.key) } ?? .empty
    content =
      content
      + PageParts.facts([
        ("Name", "\(customer.name.isEmpty ? "–" : customer.name)"), ("Since", PageParts.time(customer.createdAt)),
      ])
    if call.session.allows(.resellerRead(.licences)) {
      let request = PageRequest(limit: 100, filters: ["customer_id": "\(id)"])
      let page = try await ResellerLicenseStore(database).list(request, of: call.resellerID)
      let next = page.nextCursor.map { "\(ResellerLicensePages.path)?customer_id=\(id)&cursor=\($0)" }
      content = content + licenses.table(page, call, empty: "This customer has no licence yet.", next: next)
    }
    if call.session.allows(.resellerWrite(.licences)) {
      content = content + PageParts.card("Sell a licence", try await sellForm(call, customer: id, problem))
    }
    if call.session.allows(.resellerWrite(.customers)) {
      content =
        content
        + PageParts.card(
          "Change",
          """
          <form method="post" action="\(Self.path)/\(id)">\(call.csrfField)
          \(PageParts.input("name", "Name", value: customer.name, required: false))
          <button class="btn">Save</button></form>
          """)
    }
    return layout.resellerPage(
      Layout.Frame(title: customer.email.description, current: Self.path), call, status: problem?.status ?? 200, content
    ).with(header: .cacheControl, "no-store")
  }

  private func shown(_ license: ResellerLicense, _ key: LicenseKey) -> HTML {
    """
    <div class="ty-note success" role="status"><div>The \(license.license.plan.name) licence is sold. Its key, shown \
    only now: <code id="license-key">\(key.text)</code> \
    <button class="btn btn-sm" type="button" data-copy="license-key">Copy</button></div></div>
    """
  }

  private func sellForm(_ call: ResellerCall, customer: Int64, _ problem: Problem?) async throws -> HTML {
    let offers = try await ResellerPriceStore(database).offers(of: call.session.reseller)
    guard !offers.isEmpty else { return "<p>Your agreement has no plan with a price yet.</p>" }
    let options = offers.map { offer in
      (
        value: "\(offer.plan.slug) \(offer.period.rawValue)",
        title: "\(offer.plan.name) by the \(offer.period.rawValue): you pay \(offer.wholesale)"
          + (offer.retail.map { ", your customer \($0)" } ?? "")
      )
    }
    let currency = call.session.reseller.agreement.currency
    // After a sale the form is fresh again.
    let typed = problem == nil ? FormBody() : call.form
    return """
      \(PageParts.faults(problem))<form method="post" action="\(Self.path)/\(customer)/licenses">\(call.csrfField)
      \(PageParts.select("offer", "Plan", options, selected: typed["offer"] ?? ""))
      \(PageParts.input("max_instances", "Instances", type: "number", value: typed["max_instances"] ?? "1"))
      \(PageParts.input(
        "retail", "What the customer pays you (\(currency.code))", value: typed["retail"] ?? "", required: false,
        hint: "For one period. Empty: the price you have set for the plan."))
      <button class="btn btn-primary">Sell licence</button></form>
      """
  }

  @Sendable private func sell(_ call: ResellerCall) async throws -> Reply {
    let id = try call.id()
    do {
      var object = call.form.json(numbers: ["max_instances"])
      let offer = (call.form["offer"] ?? "").split(separator: " ").map(String.init)
      object["offer"] = nil
      object["customer_id"] = .int(id)
      object["plan"] = JSONValue(offer.first)
      object["interval"] = JSONValue(offer.last)
      var fields = try FieldReader(.object(object))
      let sale = ResellerSales.Sale.read(from: &fields, in: call.session.reseller.agreement.currency)
      try fields.finish()
      guard let sale else { throw Problem.internalError() }
      return try await page(call, id: id, sold: try await sales.sell(sale, of: call.resellerID, by: call.actor), nil)
    } catch let problem as Problem where [403, 409, 422].contains(problem.status) {
      return try await page(call, id: id, sold: nil, problem)
    }
  }

  @Sendable private func rename(_ call: ResellerCall) async throws -> Reply {
    let id = try call.id()
    var fields = try FieldReader(.object(call.form.json()))
    let name = (fields.optionalString("name") ?? nil) ?? ""
    try fields.finish()
    try await sales.rename(id, to: name, of: call.resellerID, by: call.actor)
    return .redirect(to: "\(Self.path)/\(id)", flash: Flash(.success, "The name is changed."))
  }
}
