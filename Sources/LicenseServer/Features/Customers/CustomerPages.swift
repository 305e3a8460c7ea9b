import Billing
import Core
import Database
import Licensing
import Web

/// The staff's pages on customers.
struct CustomerPages: Sendable {
  let database: ConnectionPool
  let layout: Layout
  let clock: any WallClock

  private static let path = "/admin/customers"

  func register(in table: inout StaffTable) {
    table.page("/customers", .read(.customers), "Customers", handler: list)
    table.page("/customers/{id}", .read(.customers), "One customer", handler: page)
  }

  @Sendable private func list(_ call: StaffCall) async throws -> Reply {
    let request = try call.listRequest
    let page = try await CustomerStore(database).list(request)
    let rows = page.items.map { customer -> HTML in
      """
      <tr><td><a href="\(Self.path)/\(customer.id)">\(customer.email)</a></td><td>\(customer.name)</td>\
      <td>\(PageParts.time(customer.createdAt))</td></tr>
      """
    }
    let search = request.q ?? ""
    return layout.staffPage(
      Layout.Frame(title: "Customers", current: Self.path), call,
      """
      \(PageParts.search("E-mail or name", search, icon: layout.icons("search")))
      \(PageParts.table(
        "Customers", ["E-mail", "Name", "Since"], rows,
        empty: search.isEmpty ? "There is no customer yet." : "No customer fits.",
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      """)
  }

  @Sendable private func page(_ call: StaffCall) async throws -> Reply {
    let now = clock.now()
    guard let customer = try await CustomerStore(database).find(call.id()) else { throw Problem.notFound("customer") }
    var sections: [HTML] = []
    if call.session.allows(.read(.licences)) {
      let rows = try await LicenseStore(database).all(ofCustomers: [customer.id]).map { license -> HTML in
        """
        <tr><td><a href="/admin/licenses/\(license.id)">\(license.plan.name)</a></td>\
        <td>\(PageParts.status(license.status(at: now).rawValue))</td>\
        <td>\(PageParts.time(license.expiresAt, never: "never"))</td></tr>
        """
      }
      sections.append(PageParts.table("Licences", ["Plan", "Status", "Expires"], rows, empty: "No licence yet."))
    }
    if call.session.allows(.read(.billing)) {
      let rows = try await InvoiceStore(database).all(ofCustomers: [customer.id]).map { invoice -> HTML in
        """
        <tr><td>\(invoice.number)</td><td class="num">\(invoice.total)</td>\
        <td>\(PageParts.status(invoice.status.rawValue))</td></tr>
        """
      }
      sections.append(PageParts.table("Invoices", ["Invoice", "#Total", "Status"], rows, empty: "No invoice yet."))
    }
    let details = try await BillingDetailsStore(database).find(customer: customer.id)
    let place = [
      details.street, "\(details.postalCode) \(details.city)".trimmed, details.region, details.country ?? "",
    ]
    .filter { !$0.isEmpty }.joined(separator: ", ")
    let team = try await TeamStore(database).members(of: customer.id).map { member -> HTML in
      """
      <tr><td>\(member.email)</td><td>\(member.role.title)</td><td>\(PageParts.time(member.joinedAt))</td>\
      <td>\(PageParts.time(member.lastSignInAt, never: "never"))</td></tr>
      """
    }
    sections.append(
      PageParts.table(
        "Team", ["Portal user", "Role", "Since", "Last signed in"], team, empty: "Nobody signs in to the portal."))
    return layout.staffPage(
      Layout.Frame(title: customer.email.description, current: Self.path), call,
      PageParts.facts([
        ("Name", "\(customer.name)"), ("Company", "\(details.company)"), ("Address", "\(place)"),
        ("VAT id", "\(details.vatID ?? "–")"), ("Since", PageParts.time(customer.createdAt)),
      ]) + sections.joined())
  }
}
