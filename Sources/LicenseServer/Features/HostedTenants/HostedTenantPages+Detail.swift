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
    let mayWrite = call.session.allows(.write(.tenants))
    let history = try await TenantOperationStore(database).history(of: tenant.id)
    let trackers = mayWrite && tenant.running == nil ? try await TrackerStore(database).all() : []
    var reply = layout.staffPage(
      Layout.Frame(
        title: tenant.slug, current: Self.path, actions: mayWrite && tenant.running == nil ? acts(tenant, call) : .empty
      ),
      call,
      """
      \(PageParts.faults(problem))\(link.map(shown))
      \(tenant.running.map { progress($0, tenant, call, mayWrite: mayWrite) })
      \(PageParts.facts(facts(of: tenant)))
      \(if: mayWrite, forms(tenant, trackers, call))
      \(PageParts.table(
        "What was done", ["What", "By", "Began", "Ended", "Outcome"], history.map(Self.row),
        empty: "Nothing was done yet."))
      """)
    reply.status = problem?.status ?? 200
    // Works without scripts too; only while something moves.
    if tenant.running != nil, let name = HTTPField.Name("Refresh") { reply.fields[name] = "3" }
    return reply
  }

  private func facts(of tenant: HostedTenant) -> [(name: String, value: HTML)] {
    let address: HTML = tenant.address.map { "<a href=\"\(href: "\($0)/admin")\">\($0)</a>" } ?? "–"
    let archive: HTML =
      tenant.archive.map { archive in
        """
        \(PageParts.time(archive.madeAt)), \(archive.bytes) bytes, SHA-256 <code>\(archive.sha256.prefix(16))…</code>
        """
      } ?? "none"
    return [
      ("Status", Self.badges(tenant)), ("Address", address), ("Name", "\(tenant.name)"),
      ("Customer", "<a href=\"/admin/customers/\(tenant.customerID)\">\(tenant.customerEmail)</a>"),
      ("Licence", "<a href=\"/admin/licenses/\(tenant.licenseID)\">No. \(tenant.licenseID)</a>"),
      ("Tracker", "\(tenant.trackerName ?? "–")"), ("Domains", "\(tenant.domains.joined(separator: ", "))"),
      ("First admin", "\(tenant.adminEmail)"), ("Users", "\(tenant.users.map(String.init) ?? "–")"),
      ("Clicks in 24 h", "\(tenant.clicks24h.map(String.init) ?? "–")"), ("Reported", PageParts.time(tenant.usageAt)),
      ("Archive", archive),
    ]
  }

  /// The steps of what is being done, and where it stands.
  private func progress(
    _ operation: TenantOperation, _ tenant: HostedTenant, _ call: StaffCall, mayWrite: Bool
  ) -> HTML {
    let way = operation.way
    let current = way.firstIndex(of: operation.step) ?? 0
    let items = way.enumerated().map { index, step -> HTML in
      let state: HTML =
        index < current
        ? PageParts.status("done") : index == current ? PageParts.status("now") : PageParts.status("to come")
      return """
        <li\(if: index == current, " aria-current=\"step\"")><div><p>\(step.title) \(state)</p>\
        \(if: index == current, detail(of: operation))</div></li>
        """
    }
    let back: HTML =
      mayWrite && operation.canTurnBack
      ? PageParts.button(
        "Give up and undo", post: "\(Self.path)/\(tenant.id)/turn-back", call.csrfField, style: "btn ty-danger",
        confirm: "Give this up and undo what was done so far?") : .empty
    let reason = operation.failure.map { "<p>It is being undone: \($0)</p>" as HTML }
    return PageParts.card(
      operation.direction == .back ? "Undoing: \(operation.kind.rawValue)" : "Under way: \(operation.kind.rawValue)",
      "\(reason)<ol class=\"ty-steps\">\(items)</ol>\(back)")
  }

  private func detail(of operation: TenantOperation) -> HTML {
    var lines: [HTML] = []
    if operation.step == .transfer, let archive = operation.archive {
      lines.append(
        """
        <label>\(operation.transferred) of \(archive.bytes) bytes<progress class="ty-bar" \
        value="\(operation.transferred)" max="\(archive.bytes)"></progress></label>
        """)
    }
    if let error = operation.lastError {
      lines.append(
        "<p>\(error) Tried \(operation.attempts) \(operation.attempts == 1 ? "time" : "times"), goes on.</p>")
    }
    return lines.joined()
  }

  private func acts(_ tenant: HostedTenant, _ call: StaffCall) -> HTML {
    let path = "\(Self.path)/\(tenant.id)"
    func button(_ title: String, _ verb: String, danger: Bool = false, confirm: String? = nil) -> HTML {
      PageParts.button(
        title, post: "\(path)/\(verb)", call.csrfField, style: danger ? "btn ty-danger" : "btn", confirm: confirm)
    }
    let download: HTML =
      tenant.archive == nil ? .empty : "<a class=\"btn\" href=\"\(path)/archive\">Download archive</a>"
    switch tenant.status {
    case .active, .suspended:
      let standing = tenant.status == .active ? button("Suspend", "suspend") : button("Resume", "resume")
      return standing + button("Admin's password link", "password-link") + button("Export", "export") + download
        + button(
          "Delete", "delete", danger: true,
          confirm: "Close \(tenant.slug) for good? An archive is made first, and its data is kept for 30 days.")
    case .failed:
      return button("Discard", "delete-without-export", danger: true, confirm: "Discard \(tenant.slug)?")
    case .deleted:
      return download
        + button("Purge", "purge", danger: true, confirm: "Drop all data of \(tenant.slug) now? There is no way back.")
    case .provisioning, .purged: return .empty
    }
  }

  private func forms(_ tenant: HostedTenant, _ trackers: [RegisteredTracker], _ call: StaffCall) -> HTML {
    let path = "\(Self.path)/\(tenant.id)"
    guard tenant.running == nil else { return .empty }
    if tenant.status == .failed {
      return PageParts.card(
        "Try again",
        """
        <p>\(tenant.operation?.failure ?? "It could not be made.")</p>
        <form method="post" action="\(path)/retry">\(call.csrfField)
        \(PageParts.input("name", "Name", value: tenant.name))
        \(PageParts.input("domains", "Domains", value: tenant.domains.joined(separator: " ")))
        \(PageParts.input("admin_email", "First admin's e-mail", type: "email", value: tenant.adminEmail.description))
        <button class="btn btn-primary">Try again</button></form>
        """)
    }
    let others = trackers.filter { $0.id != tenant.trackerID }
    guard tenant.status.isLive, !others.isEmpty else { return .empty }
    let options = others.map { (value: "\($0.id)", title: "\($0.name) (\($0.load) of \($0.capacity))") }
    return PageParts.card(
      "Move to another tracker",
      """
      <p>Its dashboard is closed meanwhile. Point its domains to the new tracker afterwards; clicks that arrive at the old \
      one are not carried over.</p>
      <form method="post" action="\(path)/move">\(call.csrfField)
      \(PageParts.select("tracker_id", "To", [(value: "", title: "The least filled one")] + options))
      <button class="btn">Move</button></form>
      """)
  }

  private func shown(_ link: String) -> HTML {
    """
    <div class="ty-note success" role="status"><div>Give this link to the admin; it is shown only now: \
    <code id="password-link">\(link)</code> \
    <button class="btn btn-sm" type="button" data-copy="password-link">Copy</button></div></div>
    """
  }

  private static func row(_ operation: TenantOperation) -> HTML {
    let outcome: HTML = "\(PageParts.status(operation.state.rawValue)) \(operation.failure ?? "")"
    return """
      <tr><td>\(operation.kind.rawValue)</td><td>\(operation.requestedBy)</td>\
      <td>\(PageParts.time(operation.startedAt))</td><td>\(PageParts.time(operation.finishedAt))</td><td>\(outcome)</td></tr>
      """
  }
}

extension TenantOperation.Step {
  /// For people.
  var title: String {
    switch self {
    case .place: "Choose a tracker"
    case .check: "Ask whether the slug is free there"
    case .create: "Make the tenant"
    case .welcome: "Hand it over"
    case .suspend, .freeze: "Close the dashboard"
    case .resume, .reopen: "Open the dashboard"
    case .export: "Make an archive"
    case .retire: "Close the former place"
    case .purge: "Drop its data"
    case .reserve: "Ask whether the new tracker takes it"
    case .transfer: "Carry the archive over"
    case .readIn: "Read it in at the new tracker"
    case .license: "Bind the licence there"
    case .switchOver: "Switch over"
    case .settle: "Open the new place"
    case .clean, .sweep: "Remove what was in between"
    case .remove: "Remove what was made"
    }
  }
}
