import Billing
import Core
import Database
import HTTPTypes
import Licensing
import Security
import Web

/// What a customer sees: licences with their keys and instances, invoices. Every look-up names the customers of the
/// session, so that another's id is no different from one that does not exist.
struct PortalPages: Sendable {
  let database: ConnectionPool
  let licenses: LicenseRegister
  let box: SecretBox
  let layout: Layout
  let clock: any WallClock

  func register(in table: inout PortalTable) {
    table.page("/", .signedIn, "Licences and invoices") { call in try await page(call, revealed: nil) }
    table.action("/licenses/{id}/reveal", .signedIn, "Shows a licence's key in full", handler: reveal)
    table.action(
      "/licenses/{id}/instances/{instance}/deactivate", .signedIn, "Frees an instance's slot", handler: deactivate)
  }

  /// 404 for a licence of somebody else.
  private func own(_ call: PortalCall) async throws -> License {
    guard let license = try await LicenseStore(database).find(call.id()),
      call.session.customers.contains(license.customerID)
    else { throw Problem.notFound("licence") }
    return license
  }

  @Sendable private func reveal(_ call: PortalCall) async throws -> Reply {
    let license = try await own(call)
    guard let sealed = try await LicenseStore(database).sealedKey(of: license.id) else {
      throw Problem.notFound("licence")
    }
    let key = LicenseKey(text: try box.openText(sealed, for: LicenseKey.sealingContext(license: license.id)))
    try await database.transaction { connection in
      try await AuditStore(connection).append(
        AuditEntry(action: "license.reveal_key", subject: LicenseRegister.subject(license.id)),
        by: .customer(call.session, from: call.clientAddress), at: clock.now())
    }
    return try await page(call, revealed: (license.id, key)).with(header: .cacheControl, "no-store")
  }

  @Sendable private func deactivate(_ call: PortalCall) async throws -> Reply {
    let license = try await own(call)
    _ = try await licenses.act(
      .deactivate, on: call.id("instance"), of: license.id,
      by: .customer(call.session, from: call.clientAddress))
    return .redirect(to: "/portal", flash: Flash(.success, "The instance is deactivated; its place is free."))
  }

  private func page(_ call: PortalCall, revealed: (license: Int64, key: LicenseKey)?) async throws -> Reply {
    let now = clock.now()
    let owned = try await LicenseStore(database).all(ofCustomers: call.session.customers)
    let instances = Dictionary(
      grouping: try await InstanceStore(database).all(of: owned.map(\.id)), by: \.licenseID)
    let cards = owned.map { license in
      card(
        license, instances[license.id] ?? [], key: revealed?.license == license.id ? revealed?.key : nil, call, now)
    }
    let none: HTML = "<p>You have no licence yet. One appears here as soon as its invoice is paid.</p>"
    let invoices = try await InvoiceStore(database).all(ofCustomers: call.session.customers)
    return layout.portalPage(
      Layout.Frame(title: "Your licences"), call,
      """
      \(cards.isEmpty ? PageParts.card("Licences", none) : cards.joined())
      <h2 class="ty-heading">Invoices</h2>\(invoiceTable(invoices))
      """)
  }

  private func card(
    _ license: License, _ instances: [Instance], key: LicenseKey?, _ call: PortalCall, _ now: Timestamp
  ) -> HTML {
    let field = "license-key-\(license.id)"
    let keyPart: HTML =
      if let key {
        """
        <code id="\(field)">\(key.text)</code> \
        <button class="btn btn-sm" type="button" data-copy="\(field)">Copy</button>
        """
      } else {
        """
        <code>\(LicenseKey.masked(lastFour: license.keyLastFour))</code> \
        \(PageParts.button("Show", post: "/portal/licenses/\(license.id)/reveal", call.csrfField, style: "btn btn-sm"))
        """
      }
    let facts = PageParts.facts([
      ("Plan", "\(license.plan.name)"), ("Status", PageParts.status(license.status(at: now).rawValue)),
      ("Licence key", keyPart), ("Expires", PageParts.time(license.expiresAt, never: "never")),
      ("Users", "\(license.entitlements.userLimit.map(String.init) ?? "unlimited")"),
      ("Instances", "\(license.activeInstances) of \(license.maxInstances)"),
    ])
    let rows = instances.filter { $0.state != .deactivated }.map { instance -> HTML in
      let path = "/portal/licenses/\(license.id)/instances/\(instance.id)/deactivate"
      let act =
        instance.state == .active
        ? PageParts.button(
          "Deactivate", post: path, call.csrfField, confirm: "Deactivate \(instance.hostname)? It falls to Starter.")
        : .empty
      return """
        <tr><td>\(instance.hostname)</td><td>\(instance.version)</td><td>\(PageParts.time(instance.lastSeenAt))</td>\
        <td>\(act)</td></tr>
        """
    }
    return """
      <section aria-label="\(license.plan.name) licence ending in \(license.keyLastFour)">\(facts)
      \(PageParts.table(
        "Instances of the \(license.plan.name) licence", ["Host", "Version", "Last seen", "Act"], rows,
        empty: "No tracker runs on this licence yet."))</section>
      """
  }

  private func invoiceTable(_ invoices: [Invoice]) -> HTML {
    let rows = invoices.map { invoice -> HTML in
      """
      <tr><td class="text-nowrap">\(invoice.number)</td><td>\(invoice.lines.map(\.description).joined(separator: ", "))</td>\
      <td class="num">\(invoice.total)</td><td>\(PageParts.status(invoice.status.rawValue))</td>\
      <td>\(PageParts.time(invoice.dueAt))</td></tr>
      """
    }
    return PageParts.table(
      "Invoices", ["Number", "For", "#Total", "Status", "Due"], rows, empty: "There is no invoice yet.")
  }
}
