import Billing
import Core
import Database
import Web

/// The staff's pages on hosted tenants: the list and the form for a new one.
struct HostedTenantPages: Sendable {
  let database: ConnectionPool
  let desk: HostedTenantDesk
  let layout: Layout

  static let path = "/admin/tenants"

  func register(in table: inout StaffTable) {
    table.page("/tenants", .read(.tenants), "Hosted tenants", handler: list)
    table.page("/tenants/new", .write(.tenants), "A new hosted tenant") { try await newPage($0, nil) }
    table.action("/tenants", .write(.tenants), "Provisions a tenant", handler: create)
    registerDetail(in: &table)
  }

  @Sendable private func list(_ call: StaffCall) async throws -> Reply {
    let request = try call.listRequest
    let page = try await HostedTenantStore(database).list(request)
    let rows = page.items.map { tenant -> HTML in
      """
      <tr><td><a href="\(Self.path)/\(tenant.id)">\(tenant.slug)</a></td><td>\(tenant.customerEmail)</td>\
      <td>\(tenant.trackerName ?? "–")</td><td>\(HostedTenantView.badges(tenant))</td>\
      <td class="num">\(tenant.users.map(String.init) ?? "–")</td>\
      <td class="num">\(tenant.clicks24h.map(String.init) ?? "–")</td></tr>
      """
    }
    let search = request.q ?? ""
    let add: HTML = """
      <a class="btn" href="\(TrackerPages.path)">Trackers</a>\
      \(if: call.session.allows(.write(.tenants)),
        "<a class=\"btn btn-primary\" href=\"\(Self.path)/new\">\(layout.icons("plus"))New tenant</a>")
      """
    return layout.staffPage(
      Layout.Frame(title: "Hosted tenants", current: Self.path, actions: add), call,
      """
      \(PageParts.search("Slug, name, domain or customer", search, icon: layout.icons("search")))
      \(PageParts.table(
        "Hosted tenants", ["Slug", "Customer", "Tracker", "Status", "#Users", "#Clicks in 24 h"], rows,
        empty: search.isEmpty ? "No tenant is hosted yet. Register a tracker, then provision one." : "No tenant fits.",
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      """)
  }

  private func newPage(_ call: StaffCall, _ problem: Problem?) async throws -> Reply {
    let plans = try await PlanStore(database).all().map { (value: $0.slug, title: "A new \($0.name) licence") }
    let form = call.form
    let trackers = try await TrackerStore(database).all()
    let hint: HTML =
      trackers.isEmpty
      ? """
      <div class="ty-note warning"><div>No tracker is registered yet, so the tenant would wait for one. \
      <a href="\(TrackerPages.path)/new">Register a tracker</a></div></div>
      """
      : .empty
    var reply = layout.staffPage(
      Layout.Frame(title: "New hosted tenant", current: Self.path), call,
      PageParts.card(
        "What to provision",
        """
        \(hint)\(PageParts.faults(problem))<form method="post" action="\(Self.path)">\(call.csrfField)
        \(PageParts.input("slug", "Slug", value: form["slug"] ?? "", hint: "Lower-case letters, digits and hyphens."))
        \(PageParts.input("name", "Name", value: form["name"] ?? ""))
        \(PageParts.input("customer_email", "Customer's e-mail", type: "email", value: form["customer_email"] ?? ""))
        \(PageParts.select(
          "plan", "Licence", plans + [(value: "", title: "One that the customer has, below")],
          selected: form["plan"] ?? "pro"))
        \(PageParts.input(
          "license_id", "Licence number", type: "number", value: form["license_id"] ?? "", required: false,
          hint: "Only to run on a licence that the customer has."))
        \(PageParts.input(
          "domains", "Domains", value: form["domains"] ?? "",
          hint: "One or several, with blanks between them; people sign in at the first."))
        \(PageParts.input("admin_email", "First admin's e-mail", type: "email", value: form["admin_email"] ?? ""))
        <button class="btn btn-primary">Provision</button></form>
        """))
    reply.status = problem?.status ?? 200
    return reply
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    do {
      var fields = try FieldReader(.object(Self.object(of: call.form)))
      let tenant = try await desk.provision(HostedTenantDesk.Request(from: &fields), by: call.actor)
      return Self.back(to: tenant, "\(tenant.slug) is being provisioned.")
    } catch let problem as Problem where [404, 409, 422].contains(problem.status) {
      return try await newPage(call, problem)
    }
  }

  /// A form as the API would get it: domains stand in one input.
  static func object(of form: FormBody) -> JSONObject {
    var object = form.json(numbers: ["license_id", "tracker_id"])
    if let domains = form["domains"] {
      object["domains"] = JSONValue(domains.split { $0.isWhitespace || $0 == "," }.map(String.init))
    }
    return object
  }

  static func back(to tenant: HostedTenant, _ message: String) -> Reply {
    .redirect(to: "\(path)/\(tenant.id)", flash: Flash(.success, message))
  }
}
