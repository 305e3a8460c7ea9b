import Billing
import Core
import Database
import Licensing
import Web

/// The reseller's pages on hosted tenants: the list, the form for a new one, and each of them.
struct ResellerTenantPages: Sendable {
  static let path = "/reseller/tenants"

  let database: ConnectionPool
  let desk: ResellerTenantDesk
  let layout: Layout
  let clock: any WallClock

  func register(in table: inout ResellerTable) {
    table.page("/tenants", .resellerRead(.licences), "Hosted tenants of one's customers", handler: list)
    table.page("/tenants/new", .resellerWrite(.licences), "A new hosted tenant") { try await newPage($0, nil) }
    table.action("/tenants", .resellerWrite(.licences), "Provisions a tenant", handler: create)
    table.page("/tenants/{id}", .resellerRead(.licences), "One hosted tenant") { try await page($0, nil) }
    for act in ResellerTenantDesk.Act.allCases {
      table.action("/tenants/{id}/\(act.rawValue)", .resellerWrite(.licences), act.summary) { call in
        try await onPage(call) {
          let tenant = try await desk.act(act, on: call.id(), of: call.resellerID, by: call.actor)
          return Self.back(to: tenant, act.message)
        }
      }
    }
    table.action("/tenants/{id}/retry", .resellerWrite(.licences), "Tries again to make it") { call in
      try await onPage(call) {
        var fields = try FieldReader(.object(HostedTenantPages.object(of: call.form)))
        let tenant = try await desk.retry(call.id(), from: &fields, of: call.resellerID, by: call.actor)
        return Self.back(to: tenant, "It is tried again.")
      }
    }
    table.action("/tenants/{id}/password-link", .resellerWrite(.licences), "A link by which its admin sets a password")
    { call in
      try await onPage(call) {
        let tenant = try await desk.find(call.id(), of: call.resellerID)
        return try await page(call, nil, link: try await desk.tenants.passwordLink(tenant.id, by: call.actor))
      }
    }
    table.page("/tenants/{id}/archive", .resellerWrite(.licences), "The newest archive, as a file") { call in
      try await desk.tenants.archive(of: desk.find(call.id(), of: call.resellerID), by: call.actor)
    }
  }

  @Sendable private func list(_ call: ResellerCall) async throws -> Reply {
    let request = try call.listRequest
    let store = HostedTenantStore(database)
    let page = try await store.list(request, ofReseller: call.resellerID)
    let (hosted, allowed) = (
      try await store.count(ofReseller: call.resellerID), call.session.reseller.agreement.maxTenants
    )
    let rows = page.items.map { tenant -> HTML in
      """
      <tr><td><a href="\(Self.path)/\(tenant.id)">\(tenant.slug)</a></td><td>\(tenant.customerEmail)</td>\
      <td>\(HostedTenantView.badges(tenant))</td><td class="num">\(tenant.users.map(String.init) ?? "–")</td>\
      <td class="num">\(tenant.clicks24h.map(String.init) ?? "–")</td></tr>
      """
    }
    let search = request.q ?? ""
    let mayAdd = call.session.allows(.resellerWrite(.licences)) && hosted < allowed
    let none =
      allowed == 0
      ? "Your agreement has no hosted tenants. Ask your vendor for some."
      : "No tenant is hosted for your customers yet. A tenant runs on a licence that you have sold."
    return layout.resellerPage(
      Layout.Frame(
        title: "Hosted tenants", current: Self.path,
        actions: mayAdd
          ? "<a class=\"btn btn-primary\" href=\"\(Self.path)/new\">\(layout.icons("plus"))New tenant</a>" : .empty),
      call,
      """
      \(PageParts.facts([("Hosted", "\(hosted) of \(allowed)")]))
      \(PageParts.search("Slug, name, domain or customer", search, icon: layout.icons("search")))
      \(PageParts.table(
        "Hosted tenants", ["Slug", "Customer", "Status", "#Users", "#Clicks in 24 h"], rows,
        empty: search.isEmpty ? none : "No tenant fits.",
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      """)
  }

  private func newPage(_ call: ResellerCall, _ problem: Problem?) async throws -> Reply {
    let now = clock.now()
    let licenses = try await ResellerLicenseStore(database).list(PageRequest(limit: 500), of: call.resellerID).items
      .map(\.license)
      .filter { $0.activeInstances < $0.maxInstances && [.active, .overdue].contains($0.status(at: now)) }
    let form = call.form
    let content: HTML =
      licenses.isEmpty
      ? """
      <p>A tenant needs a licence with an instance that is not in use yet. \
      <a href="\(ResellerCustomerPages.path)">Open a customer</a> to sell one.</p>
      """
      : """
      <form method="post" action="\(Self.path)">\(call.csrfField)
      \(PageParts.select(
        "license_id", "Licence",
        licenses.map { (value: "\($0.id)", title: "\($0.customerEmail): \($0.plan.name), …\($0.keyLastFour)") },
        selected: form["license_id"] ?? ""))
      \(PageParts.input("slug", "Slug", value: form["slug"] ?? "", hint: "Lower-case letters, digits and hyphens."))
      \(PageParts.input("name", "Name", value: form["name"] ?? ""))
      \(PageParts.input(
        "domains", "Domains", value: form["domains"] ?? "",
        hint: "One or several, with blanks between them; people sign in at the first."))
      \(PageParts.input("admin_email", "First admin's e-mail", type: "email", value: form["admin_email"] ?? ""))
      <button class="btn btn-primary">Provision</button></form>
      """
    return layout.resellerPage(
      Layout.Frame(title: "New hosted tenant", current: Self.path), call, status: problem?.status ?? 200,
      PageParts.card("What to provision", "\(PageParts.faults(problem))\(content)"))
  }

  @Sendable private func create(_ call: ResellerCall) async throws -> Reply {
    do {
      var fields = try FieldReader(.object(HostedTenantPages.object(of: call.form)))
      let tenant = try await desk.provision(&fields, of: call.resellerID, by: call.actor)
      return Self.back(to: tenant, "\(tenant.slug) is being provisioned.")
    } catch let problem as Problem where [403, 404, 409, 422].contains(problem.status) {
      return try await newPage(call, problem)
    }
  }

  private func page(_ call: ResellerCall, _ problem: Problem?, link: String? = nil) async throws -> Reply {
    let tenant = try await desk.find(call.id(), of: call.resellerID)
    let view = HostedTenantView(
      tenant: tenant, path: "\(Self.path)/\(tenant.id)", csrfField: call.csrfField,
      mayWrite: call.session.allows(.resellerWrite(.licences)))
    let history = try await TenantOperationStore(database).history(of: tenant.id)
    return layout.resellerPage(
      Layout.Frame(title: tenant.slug, current: Self.path, actions: view.acts(purges: false)), call,
      status: problem?.status ?? 200,
      """
      \(PageParts.faults(problem))\(link.map(HostedTenantView.shown(passwordLink:)))
      \(view.progress)\(PageParts.facts([
        ("Status", HostedTenantView.badges(tenant)), ("Address", view.address), ("Name", "\(tenant.name)"),
        ("Customer", "<a href=\"\(ResellerCustomerPages.path)/\(tenant.customerID)\">\(tenant.customerEmail)</a>"),
        ("Domains", "\(tenant.domains.joined(separator: ", "))"), ("First admin", "\(tenant.adminEmail)"),
        ("Users", "\(tenant.users.map(String.init) ?? "–")"),
        ("Clicks in 24 h", "\(tenant.clicks24h.map(String.init) ?? "–")"), ("Archive", view.archive),
      ]))
      \(view.retryForm)\(HostedTenantView.table(history))
      """
    ).refreshing(while: tenant.running != nil)
  }

  /// What cannot be done is said on the page it was asked for on.
  private func onPage(_ call: ResellerCall, _ work: () async throws -> Reply) async throws -> Reply {
    do {
      return try await work()
    } catch let problem as Problem where [409, 422, 503].contains(problem.status) {
      return try await page(call, problem)
    }
  }

  private static func back(to tenant: HostedTenant, _ message: String) -> Reply {
    .redirect(to: "\(path)/\(tenant.id)", flash: Flash(.success, message))
  }
}
