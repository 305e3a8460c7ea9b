import Core
import Database
import HTTPTypes
import Web

// One hosted tenant: what it is, what is being done with it, what can be.
extension HostedTenantPages {
  func registerDetail(in table: inout StaffTable) {
    table.page("/tenants/{id}", .read(.tenants), "One hosted tenant") { try await page($0, nil) }
    act("suspend", "Closes the dashboard", "The dashboard is being closed.", in: &table) {
      try await desk.suspend($0, by: $1)
    }
    act("resume", "Opens the dashboard again", "The dashboard is being opened.", in: &table) {
      try await desk.resume($0, by: $1)
    }
    act("export", "Makes an archive", "The archive is being made.", in: &table) { try await desk.export($0, by: $1) }
    act("purge", "Drops its data for good", "Its data is being dropped.", in: &table) {
      try await desk.purge($0, by: $1)
    }
    act("turn-back", "Undoes what is being done", "It is being undone.", in: &table) {
      try await desk.turnBack($0, by: $1)
    }
    act("delete", "Closes it for good", "It is being closed for good.", in: &table) {
      try await desk.delete($0, withExport: true, by: $1)
    }
    act("delete-without-export", "Closes it for good without an archive", "It is being closed for good.", in: &table) {
      try await desk.delete($0, withExport: false, by: $1)
    }
    registerForms(in: &table)
  }

  private func registerForms(in table: inout StaffTable) {
    table.action("/tenants/{id}/move", .write(.tenants), "Moves it to another tracker") { call in
      try await onPage(call) {
        let tenant = try await desk.move(
          call.id(), to: call.form["tracker_id"].flatMap { Int64($0) }, by: call.actor)
        return Self.back(to: tenant, "It is being moved.")
      }
    }
    table.action("/tenants/{id}/retry", .write(.tenants), "Tries again to make it") { call in
      try await onPage(call) {
        var fields = try FieldReader(.object(Self.object(of: call.form)))
        return Self.back(to: try await desk.retry(call.id(), from: &fields, by: call.actor), "It is tried again.")
      }
    }
    table.action("/tenants/{id}/password-link", .write(.tenants), "A link by which its admin sets a password") { call in
      try await onPage(call) {
        let link = try await desk.passwordLink(call.id(), by: call.actor)
        return try await page(call, nil, link: link)
      }
    }
    table.page("/tenants/{id}/archive", .write(.tenants), "The newest archive, as a file") { call in
      try await desk.archive(of: found(call), by: call.actor)
    }
  }

  private func act(
    _ verb: String, _ summary: String, _ message: String, in table: inout StaffTable,
    _ act: @escaping @Sendable (Int64, Actor) async throws -> HostedTenant
  ) {
    table.action("/tenants/{id}/\(verb)", .write(.tenants), summary) { call in
      try await onPage(call) { Self.back(to: try await act(call.id(), call.actor), message) }
    }
  }

  /// What cannot be done is said on the page it was asked for on.
  private func onPage(_ call: StaffCall, _ work: () async throws -> Reply) async throws -> Reply {
    do {
      return try await work()
    } catch let problem as Problem where [409, 422, 503].contains(problem.status) {
      return try await page(call, problem)
    }
  }

  private func found(_ call: StaffCall) async throws -> HostedTenant {
    guard let tenant = try await HostedTenantStore(database).find(call.id()) else { throw Problem.notFound("tenant") }
    return tenant
  }

  private func page(_ call: StaffCall, _ problem: Problem?, link: String? = nil) async throws -> Reply {
    let tenant = try await found(call)
    let view = HostedTenantView(
      tenant: tenant, path: "\(Self.path)/\(tenant.id)", csrfField: call.csrfField,
      mayWrite: call.session.allows(.write(.tenants)))
    let history = try await TenantOperationStore(database).history(of: tenant.id)
    var reply = layout.staffPage(
      Layout.Frame(title: tenant.slug, current: Self.path, actions: view.acts(purges: true)), call,
      """
      \(PageParts.faults(problem))\(link.map(HostedTenantView.shown(passwordLink:)))
      \(view.progress)\(PageParts.facts(facts(of: view)))
      \(view.retryForm)\(try await moveForm(view))
      \(HostedTenantView.table(history))
      """)
    reply.status = problem?.status ?? 200
    return reply.refreshing(while: tenant.running != nil)
  }

  private func facts(of view: HostedTenantView) -> [(name: String, value: HTML)] {
    let tenant = view.tenant
    return [
      ("Status", HostedTenantView.badges(tenant)), ("Address", view.address), ("Name", "\(tenant.name)"),
      ("Customer", "<a href=\"/admin/customers/\(tenant.customerID)\">\(tenant.customerEmail)</a>"),
      ("Licence", "<a href=\"/admin/licenses/\(tenant.licenseID)\">No. \(tenant.licenseID)</a>"),
      ("Tracker", "\(tenant.trackerName ?? "–")"), ("Domains", "\(tenant.domains.joined(separator: ", "))"),
      ("First admin", "\(tenant.adminEmail)"), ("Users", "\(tenant.users.map(String.init) ?? "–")"),
      ("Clicks in 24 h", "\(tenant.clicks24h.map(String.init) ?? "–")"), ("Reported", PageParts.time(tenant.usageAt)),
      ("Archive", view.archive),
    ]
  }

  private func moveForm(_ view: HostedTenantView) async throws -> HTML {
    guard view.mayWrite, view.tenant.running == nil, view.tenant.status.isLive else { return .empty }
    let others = try await TrackerStore(database).all().filter { $0.id != view.tenant.trackerID }
    guard !others.isEmpty else { return .empty }
    let options = others.map { (value: "\($0.id)", title: "\($0.name) (\($0.load) of \($0.capacity))") }
    return PageParts.card(
      "Move to another tracker",
      """
      <p>Its dashboard is closed meanwhile. Point its domains to the new tracker afterwards; clicks that arrive at the old \
      one are not carried over.</p>
      <form method="post" action="\(view.path)/move">\(view.csrfField)
      \(PageParts.select("tracker_id", "To", [(value: "", title: "The least filled one")] + options))
      <button class="btn">Move</button></form>
      """)
  }
}

extension Reply {
  /// Loads itself again every few seconds, scripts or not, while something moves.
  func refreshing(while isMoving: Bool) -> Reply {
    guard isMoving, let name = HTTPField.Name("Refresh") else { return self }
    var reply = self
    reply.fields[name] = "3"
    return reply
  }
}
