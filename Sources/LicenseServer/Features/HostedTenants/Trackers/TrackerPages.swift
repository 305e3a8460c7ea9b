import Core
import Database
import Web

/// The staff's pages on registered trackers.
struct TrackerPages: Sendable {
  let database: ConnectionPool
  let desk: TrackerDesk
  let layout: Layout
  let clock: any WallClock

  static let path = "/admin/trackers"

  func register(in table: inout StaffTable) {
    table.page("/trackers", .read(.tenants), "Trackers", handler: list)
    table.page("/trackers/new", .write(.tenants), "A new tracker") { newPage($0, nil) }
    table.action("/trackers", .write(.tenants), "Registers a tracker") { call in
      do {
        var fields = try FieldReader(.object(call.form.json(numbers: ["capacity"])))
        let tracker = try await desk.register(from: &fields, by: call.actor)
        return .redirect(to: Self.path, flash: Flash(.success, "\(tracker.name) is registered."))
      } catch let problem as Problem where [409, 422].contains(problem.status) {
        return newPage(call, problem)
      }
    }
    table.page("/trackers/{id}", .read(.tenants), "One tracker") { try await page($0, nil) }
    table.action("/trackers/{id}", .write(.tenants), "Changes a tracker") { call in
      try await onPage(call) {
        var fields = try FieldReader(.object(call.form.json(numbers: ["capacity"])))
        let tracker = try await desk.change(call.id(), from: &fields, by: call.actor)
        return .redirect(to: "\(Self.path)/\(tracker.id)", flash: Flash(.success, "Saved."))
      }
    }
    table.action("/trackers/{id}/check", .write(.tenants), "Asks a tracker how it is") { call in
      let tracker = try await desk.check(call.id())
      let isWell = tracker.failingSince == nil
      return .redirect(
        to: "\(Self.path)/\(tracker.id)",
        flash: Flash(isWell ? .success : .error, isWell ? "It answers." : tracker.lastError ?? "It does not answer."))
    }
    table.action("/trackers/{id}/remove", .write(.tenants), "Removes a tracker") { call in
      try await onPage(call) {
        try await desk.remove(call.id(), by: call.actor)
        return .redirect(to: Self.path, flash: Flash(.success, "The tracker is removed."))
      }
    }
  }

  private func onPage(_ call: StaffCall, _ work: () async throws -> Reply) async throws -> Reply {
    do {
      return try await work()
    } catch let problem as Problem where [409, 422].contains(problem.status) {
      return try await page(call, problem)
    }
  }

  @Sendable private func list(_ call: StaffCall) async throws -> Reply {
    let now = clock.now()
    let rows = try await TrackerStore(database).all().map { tracker -> HTML in
      """
      <tr><td><a href="\(Self.path)/\(tracker.id)">\(tracker.name)</a></td><td>\(tracker.baseURL)</td>\
      <td>\(PageParts.status(tracker.health(at: now)))\
      \(if: tracker.status == .draining, " \(PageParts.status("draining"))")</td>\
      <td class="num">\(tracker.load) of \(tracker.capacity)</td><td>\(tracker.version ?? "–")</td>\
      <td>\(PageParts.time(tracker.lastSeenAt, never: "never"))</td></tr>
      """
    }
    let add: HTML = """
      <a class="btn btn-primary" href="\(Self.path)/new">\(layout.icons("plus"))Register tracker</a>
      """
    return layout.staffPage(
      Layout.Frame(
        title: "Trackers", current: HostedTenantPages.path,
        actions: call.session.allows(.write(.tenants)) ? add : .empty),
      call,
      PageParts.table(
        "Trackers", ["Name", "Address", "Health", "#Tenants", "Version", "Last seen"], rows,
        empty: "No tracker is registered yet."))
  }

  private func newPage(_ call: StaffCall, _ problem: Problem?) -> Reply {
    let form = call.form
    var reply = layout.staffPage(
      Layout.Frame(title: "Register tracker", current: HostedTenantPages.path), call,
      PageParts.card(
        "Where it is",
        """
        \(PageParts.faults(problem))<form method="post" action="\(Self.path)">\(call.csrfField)
        \(PageParts.input("name", "Name", value: form["name"] ?? ""))
        \(PageParts.input(
          "base_url", "Address", type: "url", value: form["base_url"] ?? "",
          hint: "Such as https://eu1.example.com. A private address has to be in OUTBOUND_ALLOW."))
        \(PageParts.input(
          "control_token", "Control token", type: "password", hint: "Its CONTROL_TOKEN. It is kept encrypted."))
        \(PageParts.input("capacity", "Capacity", type: "number", value: form["capacity"] ?? "100", hint: "Tenants."))
        <button class="btn btn-primary">Register</button></form>
        """))
    reply.status = problem?.status ?? 200
    return reply
  }

  private func page(_ call: StaffCall, _ problem: Problem?) async throws -> Reply {
    let now = clock.now()
    guard let tracker = try await TrackerStore(database).find(call.id()) else { throw Problem.notFound("tracker") }
    let tenants = try await HostedTenantStore(database)
      .list(PageRequest(limit: 100, filters: ["tracker_id": "\(tracker.id)"]))
    let rows = tenants.items.map { tenant -> HTML in
      """
      <tr><td><a href="\(HostedTenantPages.path)/\(tenant.id)">\(tenant.slug)</a></td>\
      <td>\(HostedTenantView.badges(tenant))</td><td class="num">\(tenant.users.map(String.init) ?? "–")</td></tr>
      """
    }
    let mayWrite = call.session.allows(.write(.tenants))
    var reply = layout.staffPage(
      Layout.Frame(
        title: tracker.name, current: HostedTenantPages.path, actions: mayWrite ? acts(tracker, call) : .empty),
      call,
      """
      \(PageParts.faults(problem))
      \(PageParts.facts([
        ("Health", PageParts.status(tracker.health(at: now))), ("Address", "\(tracker.baseURL)"),
        ("Control token", "<code>••••\(tracker.tokenHint)</code>"),
        ("Tenants", "\(tracker.load) of \(tracker.capacity)"), ("Version", "\(tracker.version ?? "–")"),
        ("Makes archives", "\(tracker.makesArchives ? "yes" : "no")"),
        ("Last seen", PageParts.time(tracker.lastSeenAt, never: "never")),
        ("Failing since", PageParts.time(tracker.failingSince)), ("Last error", "\(tracker.lastError ?? "–")"),
      ]))
      \(PageParts.table("Tenants", ["Slug", "Status", "#Users"], rows, empty: "No tenant is on it."))
      \(if: mayWrite, form(tracker, call))
      """)
    reply.status = problem?.status ?? 200
    return reply
  }

  private func acts(_ tracker: RegisteredTracker, _ call: StaffCall) -> HTML {
    PageParts.button("Check now", post: "\(Self.path)/\(tracker.id)/check", call.csrfField)
      + PageParts.button(
        "Remove", post: "\(Self.path)/\(tracker.id)/remove", call.csrfField, style: "btn ty-danger",
        confirm: "Remove \(tracker.name)? Nothing on the tracker itself changes.")
  }

  private func form(_ tracker: RegisteredTracker, _ call: StaffCall) -> HTML {
    PageParts.card(
      "Change",
      """
      <form method="post" action="\(Self.path)/\(tracker.id)">\(call.csrfField)
      \(PageParts.input("name", "Name", value: tracker.name))
      \(PageParts.input("base_url", "Address", type: "url", value: tracker.baseURL))
      \(PageParts.input(
        "control_token", "Control token", type: "password", required: false,
        hint: "Empty: it stays. A new address needs it again."))
      \(PageParts.input("capacity", "Capacity", type: "number", value: "\(tracker.capacity)"))
      \(PageParts.select(
        "status", "New tenants", [(value: "active", title: "Takes new tenants"), (value: "draining", title: "Draining: takes none")],
        selected: tracker.status.rawValue))
      <button class="btn btn-primary">Save</button></form>
      """)
  }
}
