import Billing
import Core
import Database
import Web

/// Another licence for a customer who has signed in.
struct PortalOrderPages: Sendable {
  let database: ConnectionPool
  let orders: OrderDesk
  let layout: Layout
  /// Orders of one customer.
  let limiter: RateLimiter<Int64>

  static let path = "/portal/order"

  func register(in table: inout PortalTable) {
    table.page("/order", .portalWrite(.billing), "What can be bought") { call in try await page(call, nil) }
    table.action("/order", .portalWrite(.billing), "Orders another licence", bodyLimit: 16_384, handler: order)
  }

  @Sendable private func order(_ call: PortalCall) async throws -> Reply {
    let id = try call.session.customer
    do {
      var fields = try FieldReader(.object(call.form.json()))
      let form = OrderForm(reading: &fields)
      try fields.finish()
      guard let form, let customer = try await CustomerStore(database).find(id) else { throw Problem.internalError() }
      try limiter.admit(id)
      let invoice = try await orders.place(form.request(for: customer.email)).invoice
      let message =
        invoice.status == .open ? "Thank you. Please pay \(invoice.due) by \(invoice.dueAt.day)." : "Thank you."
      return .redirect(to: "\(PortalInvoicePages.path)/\(invoice.id)", flash: Flash(.success, message))
    } catch let error as BillingError {
      return try await page(call, ErrorTranslation.problem(for: error) ?? .internalError())
    } catch let problem as Problem where problem.status == 422 {
      return try await page(call, problem)
    }
  }

  private func page(_ call: PortalCall, _ problem: Problem?) async throws -> Reply {
    let inputs = try await OrderForm.inputs(in: database) { name, standard in call.form[name] ?? standard }
    var reply = layout.portalPage(
      Layout.Frame(title: "Buy a licence", current: PortalPages.path), call,
      PageParts.card(
        "What to buy",
        """
        \(PageParts.faults(problem))<form class="ty-form" method="post" action="\(Self.path)">\(call.csrfField)
        \(inputs)<button class="btn btn-primary">Order</button></form>
        """))
    reply.status = problem?.status ?? 200
    return reply
  }
}
