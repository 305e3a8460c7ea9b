import Billing
import Core
import Database
import Licensing
import Web

/// The portal's first page: the customer's licences with their instances, and what was billed last.
struct PortalPages: Sendable {
  let database: ConnectionPool
  let layout: Layout
  let clock: any WallClock

  static let path = "/portal"

  func register(in table: inout PortalTable) {
    table.page("/", .signedIn, "Licences and invoices", handler: page)
  }

  @Sendable private func page(_ call: PortalCall) async throws -> Reply {
    guard let membership = call.session.membership else { return nobodysPage(call) }
    let now = clock.now()
    let owned = try await LicenseStore(database).all(ofCustomers: [membership.customerID])
    let instances = Dictionary(
      grouping: try await InstanceStore(database).all(of: owned.map(\.id)), by: \.licenseID)
    let cards = owned.map { card($0, instances[$0.id] ?? [], now) }
    let none: HTML = "<p>You have no licence yet. One appears here as soon as its invoice is paid.</p>"
    var invoices = HTML.empty
    if call.session.allows(.portalRead(.billing)) {
      let request = PageRequest(limit: 5, filters: ["customer_id": String(membership.customerID)])
      let latest = try await InvoiceStore(database).list(request).items
      invoices = "<h2 class=\"ty-heading\">Latest invoices</h2>\(PortalInvoicePages.table(latest))"
    }
    let order: HTML = "<a class=\"btn\" href=\"\(PortalOrderPages.path)\">Buy a licence</a>"
    return layout.portalPage(
      Layout.Frame(
        title: "Your licences", current: Self.path,
        actions: call.session.allows(.portalWrite(.billing)) ? order : .empty), call,
      "\(cards.isEmpty ? PageParts.card("Licences", none) : cards.joined())\(invoices)")
  }

  private func nobodysPage(_ call: PortalCall) -> Reply {
    layout.portalPage(
      Layout.Frame(title: "Your licences", current: Self.path), call,
      PageParts.card(
        "No team",
        """
        <p>You belong to no customer's team any more. Ask for an invitation, or buy a licence of your own.</p>
        \(if: call.place.host.resellerID == nil,
          "<a class=\"btn btn-primary\" href=\"/portal/sign-up\">Buy a licence</a>")
        """))
  }

  private func card(_ license: License, _ instances: [Instance], _ now: Timestamp) -> HTML {
    let running = instances.filter { $0.state == .active }.map { "\($0.hostname) (\($0.version))" }
    return """
      <section class="card" aria-label="\(license.plan.name) licence ending in \(license.keyLastFour)">
      <div class="card-header"><h2 class="card-title">\
      <a href="\(PortalLicensePages.path)/\(license.id)">\(license.plan.name)</a></h2>\
      \(PageParts.status(license.status(at: now).rawValue))</div><div class="card-body"><dl class="ty-facts">
      <div><dt>Licence key</dt><dd><code>\(LicenseKey.masked(lastFour: license.keyLastFour))</code></dd></div>
      <div><dt>Expires</dt><dd>\(PageParts.time(license.expiresAt, never: "never"))</dd></div>
      <div><dt>Instances</dt><dd>\(license.activeInstances) of \(license.maxInstances)\
      \(if: !running.isEmpty, ": \(running.joined(separator: ", "))")</dd></div></dl>
      <a class="btn btn-primary" href="\(PortalLicensePages.path)/\(license.id)">Manage</a></div></section>
      """
  }
}
