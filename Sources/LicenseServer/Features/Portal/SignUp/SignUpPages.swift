import Billing
import Core
import Database
import Security
import Web

/// Buying a licence without being a customer yet: a form, an order, and a page that says how to pay it.
struct SignUpPages: Sendable {
  let database: ConnectionPool
  let orders: OrderDesk
  let box: SecretBox
  /// Nil: orders are paid by transfer only.
  let stripe: StripeDesk?
  let layout: Layout
  let limits: PortalLimits

  static let path = "/portal/sign-up"

  func register(in table: inout PortalTable) {
    table.openPage("/sign-up", "What can be bought") { call in try await formPage(call, nil) }
    table.openAction("/sign-up", "Orders a plan", bodyLimit: 16_384, handler: order)
    table.openPage("/checkout/{order}", "How to pay an order", handler: checkout)
    // A link and no form: a form may not lead to another site.
    if let stripe {
      table.openPage("/checkout/{order}/card", "Leads to the payment by card") { call in
        try limits.perAddress?.admit(call.clientAddress.limitKey)
        guard let subscription = try await SubscriptionStore(database).find(placed(call).subscriptionID) else {
          throw Problem.notFound("order")
        }
        return .redirect(to: try await stripe.checkoutURL(for: subscription))
      }
    }
  }

  /// On a reseller's host licences come from the reseller, not from us at our price.
  private func refuseResold(_ call: OpenCall<Vendor>) throws(Problem) {
    guard call.place.host.resellerID == nil else { throw .notFound("page") }
  }

  @Sendable private func order(_ call: OpenCall<Vendor>) async throws -> Reply {
    try refuseResold(call)
    do {
      var fields = try FieldReader(.object(call.form.json()))
      let name = fields.string("name", length: 1...200)
      let email = fields.email("email")
      let form = OrderForm(reading: &fields)
      try fields.finish()
      guard let name, let email, let form else { throw Problem.internalError() }
      try limits.perAddress?.admit(call.clientAddress.limitKey)
      let order = try await orders.place(form.request(for: email), customerName: name)
      return .redirect(to: "/portal/checkout/\(try box.seal(String(order.id), for: Self.sealingContext))")
    } catch let error as BillingError {
      return try await formPage(call, ErrorTranslation.problem(for: error) ?? .internalError())
    } catch let problem as Problem where problem.status == 422 {
      return try await formPage(call, problem)
    }
  }

  /// An order's page has its sealed number for an address: who ordered has it, nobody else can make it up.
  private static let sealingContext = "portal.checkout"

  /// 404 unless the address is one that we gave out.
  private func placed(_ call: OpenCall<Vendor>) async throws -> OrderStore.Placed {
    guard let text = try? box.openText(call.parameter("order"), for: Self.sealingContext), let id = Int64(text),
      let order = try await OrderStore(database).find(id)
    else { throw Problem.notFound("order") }
    return order
  }

  @Sendable private func checkout(_ call: OpenCall<Vendor>) async throws -> Reply {
    let order = try await placed(call)
    guard let invoice = try await InvoiceStore(database).find(order.invoiceID) else { throw Problem.notFound("order") }
    let facts: HTML = """
      <dl class="ty-facts"><div><dt>Order</dt><dd>\(invoice.lines.map(\.description).joined(separator: ", "))</dd></div>
      <div><dt>Invoice</dt><dd>\(invoice.number)</dd></div><div><dt>Total</dt><dd>\(invoice.total)</dd></div>
      <div><dt>Status</dt><dd>\(PageParts.status(invoice.status.rawValue))</dd></div></dl>
      """
    let way = invoice.status == .open ? try await howToPay(invoice, call) : HTML.empty
    return .html(
      layout.plain(
        invoice.status == .open ? "Thank you" : "Your order", host: call.place.host,
        """
        \(facts)\(way)
        <p>A link that signs you in to the portal is on its way to the address you gave. Invoice and licence key wait \
        for you there.</p><a class="btn w-100" href="/portal/login">Go to the portal</a>
        """))
  }

  private func howToPay(_ invoice: Invoice, _ call: OpenCall<Vendor>) async throws -> HTML {
    let seller = try await SellerStore(database).load()
    let card: HTML = """
      <a class="btn btn-primary w-100 mb-3" href="\(href: "/portal/checkout/\(call.parameter("order"))/card")">\
      Pay by card</a><p>Or pay by transfer:</p>
      """
    return """
      \(if: stripe != nil, card)<p>Please transfer <strong>\(invoice.due)</strong> by \(invoice.dueAt.day) and name \
      <strong>\(invoice.number)</strong>. Your licence is issued as soon as the money is here.</p>
      <p>\(seller.bankDetails.isEmpty ? "Ask us for our bank details." : PortalParts.lines(seller.bankDetails))</p>
      """
  }

  private func formPage(_ call: OpenCall<Vendor>, _ problem: Problem?) async throws -> Reply {
    try refuseResold(call)
    func typed(_ name: String, _ standard: String = "") -> String { call.form[name] ?? call.query(name) ?? standard }
    let inputs = try await OrderForm.inputs(in: database) { typed($0, $1) }
    return .html(
      layout.plain(
        "Buy a licence", host: call.place.host,
        """
        \(PageParts.faults(problem))<form method="post" action="\(Self.path)">
        \(PageParts.input("name", "Name", value: typed("name"), autocomplete: "name"))
        \(PageParts.input("email", "E-mail", type: "email", value: typed("email"), autocomplete: "email"))
        \(inputs)
        <button class="btn btn-primary w-100">Order</button></form>
        <p class="mt-3">A customer already? <a href="/portal/login">Sign in</a></p>
        """), status: problem?.status ?? 200)
  }
}
