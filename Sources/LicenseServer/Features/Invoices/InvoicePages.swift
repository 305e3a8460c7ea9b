import Billing
import Core
import Database
import Web

/// The staff's page on invoices.
struct InvoicePages: Sendable {
  let database: ConnectionPool
  let cashier: Cashier
  let layout: Layout

  private static let path = "/admin/invoices"

  func register(in table: inout StaffTable) {
    table.page("/invoices", .read(.billing), "Invoices", handler: list)
    table.action("/invoices/{id}/mark-paid", .write(.billing), "Books a payment", handler: markPaid)
  }

  @Sendable private func list(_ call: StaffCall) async throws -> Reply {
    let page = try await InvoiceStore(database).list(call.listRequest)
    let rows = page.items.map { invoice -> HTML in
      """
      <tr><td class="text-nowrap">\(invoice.number)</td><td>\(invoice.lines.map(\.description).joined(separator: ", "))</td>\
      <td class="num">\(invoice.total)</td><td>\(PageParts.status(invoice.status.rawValue))</td>\
      <td>\(PageParts.time(invoice.issuedAt))</td><td>\(payment(invoice, call))</td></tr>
      """
    }
    return layout.staffPage(
      Layout.Frame(title: "Invoices", current: Self.path), call,
      PageParts.table(
        "Invoices", ["Number", "For", "#Total", "Status", "Issued", "Payment"], rows,
        empty: "Nothing has been ordered yet.", next: page.nextCursor.map { "\(Self.path)?cursor=\($0)" }))
  }

  private func payment(_ invoice: Invoice, _ call: StaffCall) -> HTML {
    guard invoice.status == .open else { return PageParts.time(invoice.paidAt) }
    guard call.session.allows(.write(.billing)) else { return "–" }
    return """
      <form class="ty-copy" method="post" action="\(Self.path)/\(invoice.id)/mark-paid">\(call.csrfField)\
      <input class="form-control" name="reference" required maxlength="200" placeholder="Bank reference" \
      aria-label="Reference of the payment of \(invoice.number)"><button class="btn">Mark paid</button></form>
      """
  }

  @Sendable private func markPaid(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try FieldReader(.object(call.form.json()))
    let reference = fields.string("reference", length: 1...200)
    try fields.finish()
    guard let reference else { throw Problem.internalError() }
    let (invoice, license) = try await cashier.markPaid(invoice: id, reference: reference, by: call.actor)
    let outcome = license == nil ? "" : " The licence is issued."
    return .redirect(to: Self.path, flash: Flash(.success, "Invoice \(invoice.number) is paid.\(outcome)"))
  }
}
