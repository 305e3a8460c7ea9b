import Billing
import Core
import Database
import Licensing
import Web

/// The staff's pages on licences.
struct LicensePages: Sendable {
  let database: ConnectionPool
  let licenses: LicenseRegister
  let layout: Layout
  let clock: any WallClock

  private static let path = "/admin/licenses"

  func register(in table: inout StaffTable) {
    table.page("/licenses", .read(.licences), "Licences", handler: list)
    table.page("/licenses/new", .write(.licences), "A new licence") { call in
      try await newPage(call, nil)
    }
    table.action("/licenses", .write(.licences), "Issues a licence", handler: create)
    table.page("/licenses/{id}", .read(.licences), "One licence") { call in
      try await page(call, key: nil)
    }
    table.action("/licenses/{id}/rotate-key", .write(.licences), "Gives a new key") { call in
      let (issued, _) = try await licenses.rotateKey(call.id(), overlap: .hours(168), by: call.actor)
      return try await page(call, key: issued.key)
    }
    registerActs(in: &table)
  }

  private func registerActs(in table: inout StaffTable) {
    table.action("/licenses/{id}/suspend", .write(.licences), "Suspends a licence") { call in
      back(to: try await licenses.suspend(call.id(), by: call.actor).id, "The licence is suspended.")
    }
    table.action("/licenses/{id}/reinstate", .write(.licences), "Ends a suspension") { call in
      back(to: try await licenses.reinstate(call.id(), by: call.actor).id, "The licence is active again.")
    }
    table.action("/licenses/{id}/revoke", .write(.licences), "Revokes a licence for good") { call in
      back(to: try await licenses.revoke(call.id(), by: call.actor).id, "The licence is revoked.")
    }
    table.action("/licenses/{id}/renew", .write(.licences), "Renews a licence by a year") { call in
      let license = try await licenses.renew(call.id(), until: nil, period: .year, by: call.actor)
      return back(to: license.id, "The licence is renewed by a year.")
    }
    for act in InstanceAct.allCases {
      table.action("/licenses/{id}/instances/{instance}/\(act.rawValue)", .write(.licences), act.summary) { call in
        let instance = try await licenses.act(act, on: call.id("instance"), of: call.id(), by: call.actor)
        return back(to: instance.licenseID, "The instance is \(instance.state.rawValue) now.")
      }
    }
  }

  private func back(to id: Int64, _ message: String) -> Reply {
    .redirect(to: "\(Self.path)/\(id)", flash: Flash(.success, message))
  }

  @Sendable private func list(_ call: StaffCall) async throws -> Reply {
    let now = clock.now()
    let request = try call.listRequest
    let page = try await LicenseStore(database).list(request, at: now)
    let rows = page.items.map { license -> HTML in
      """
      <tr><td><a href="\(Self.path)/\(license.id)">\(license.customerEmail)</a></td><td>\(license.plan.name)</td>\
      <td>\(PageParts.status(license.status(at: now).rawValue))</td><td><code>…\(license.keyLastFour)</code></td>\
      <td>\(license.activeInstances) of \(license.maxInstances)</td>\
      <td>\(PageParts.time(license.expiresAt, never: "never"))</td></tr>
      """
    }
    let search = request.q ?? ""
    let next = page.nextCursor.map {
      "\(Self.path)?q=\(PercentCoding.encodeComponent(search))&cursor=\(PercentCoding.encodeComponent($0))"
    }
    let add: HTML = """
      <a class="btn btn-primary" href="\(Self.path)/new">\(layout.icons("plus"))New licence</a>
      """
    return layout.staffPage(
      Layout.Frame(
        title: "Licences", current: Self.path,
        actions: call.session.allows(.write(.licences)) ? add : .empty),
      call,
      """
      \(PageParts.search("Customer's e-mail or the key's last four", search, icon: layout.icons("search")))
      \(PageParts.table(
        "Licences", ["Customer", "Plan", "Status", "Key", "Instances", "Expires"], rows,
        empty: search.isEmpty ? "No licence has been issued yet." : "No licence fits.", next: next))
      """)
  }

  private func newPage(_ call: StaffCall, _ problem: Problem?) async throws -> Reply {
    let plans = try await PlanStore(database).all().map { (value: $0.slug, title: $0.name) }
    let form = call.form
    var reply = layout.staffPage(
      Layout.Frame(title: "New licence", current: Self.path), call,
      PageParts.card(
        "What to issue",
        """
        \(PageParts.faults(problem))<form method="post" action="\(Self.path)">\(call.csrfField)
        \(PageParts.input("customer_email", "Customer's e-mail", type: "email", value: form["customer_email"] ?? ""))
        \(PageParts.select("plan", "Plan", plans, selected: form["plan"] ?? "pro"))
        \(PageParts.input("max_instances", "Instances", type: "number", value: form["max_instances"] ?? "1"))
        \(PageParts.input(
          "expires_on", "Last day (UTC)", type: "date", value: form["expires_on"] ?? "", required: false,
          hint: "Empty: it does not expire."))
        <button class="btn btn-primary">Issue licence</button></form>
        """))
    reply.status = problem?.status ?? 200
    return reply
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    do {
      var fields = try FieldReader(.object(call.form.json(numbers: ["max_instances"])))
      let plan = fields.string("plan", length: 1...50)
      let email = fields.email("customer_email")
      let maxInstances = fields.int("max_instances", range: 1...100_000)
      let lastDay = (fields.optionalString("expires_on") ?? nil).flatMap { $0.isEmpty ? nil : $0 }
      let expires = lastDay.flatMap { LocalDate($0)?.adding(days: 1).utcMidnight }
      if lastDay != nil, expires == nil { fields.fault("expires_on", "date", "must be a day such as 2027-01-31") }
      try fields.finish()
      guard let plan, let email, let maxInstances else { throw Problem.internalError() }
      let issued = try await licenses.create(
        .init(plan: plan, customerEmail: email, expiresAt: expires, maxInstances: Int(maxInstances)), by: call.actor)
      return try await page(call, id: issued.license.id, key: issued.key)
    } catch let problem as Problem where problem.status == 422 {
      return try await newPage(call, problem)
    }
  }

  /// - Parameter key: shown in full, right after it was made.
  private func page(_ call: StaffCall, id: Int64? = nil, key: LicenseKey?) async throws -> Reply {
    let now = clock.now()
    guard let license = try await LicenseStore(database).find(try id ?? call.id()) else {
      throw Problem.notFound("licence")
    }
    let instances = try await InstanceStore(database).all(of: [license.id])
    return layout.staffPage(
      Layout.Frame(
        title: "\(license.plan.name) licence of \(license.customerEmail)", current: Self.path,
        actions: call.session.allows(.write(.licences)) ? acts(license, call) : .empty),
      call,
      """
      \(key.map(shown))
      \(PageParts.facts([
        ("Status", PageParts.status(license.status(at: now).rawValue)),
        ("Key", "<code>\(LicenseKey.masked(lastFour: license.keyLastFour))</code>"),
        ("Expires", PageParts.time(license.expiresAt, never: "never")),
        ("Users", "\(license.entitlements.userLimit.map(String.init) ?? "unlimited")"),
        ("Instances", "\(license.activeInstances) of \(license.maxInstances)"),
        ("Features", "\(license.entitlements.featureTitles.joined(separator: ", "))"),
      ]))
      \(PageParts.table(
        "Instances", ["Host", "Version", "State", "#Users", "Last seen", "Act"],
        instances.map { row($0, call) }, empty: "No tracker has activated this licence yet."))
      """)
  }

  private func shown(_ key: LicenseKey) -> HTML {
    """
    <div class="ty-note success" role="status"><div>The key in full, shown only now: \
    <code id="license-key">\(key.text)</code> \
    <button class="btn btn-sm" type="button" data-copy="license-key">Copy</button></div></div>
    """
  }

  private func acts(_ license: License, _ call: StaffCall) -> HTML {
    let path = "\(Self.path)/\(license.id)"
    guard license.standing != .revoked else { return .empty }
    let standing =
      license.standing == .suspended
      ? PageParts.button("Reinstate", post: "\(path)/reinstate", call.csrfField)
      : PageParts.button("Suspend", post: "\(path)/suspend", call.csrfField)
    let renew =
      license.expiresAt == nil ? .empty : PageParts.button("Renew by a year", post: "\(path)/renew", call.csrfField)
    return standing + renew
      + PageParts.button(
        "New key", post: "\(path)/rotate-key", call.csrfField,
        confirm: "Make a new key? The old one works on for seven days.")
      + PageParts.button(
        "Revoke", post: "\(path)/revoke", call.csrfField, style: "btn ty-danger",
        confirm: "Revoke this licence for good?")
  }

  private func row(_ instance: Instance, _ call: StaffCall) -> HTML {
    let path = "\(Self.path)/\(instance.licenseID)/instances/\(instance.id)"
    var acts = HTML.empty
    if call.session.allows(.write(.licences)) {
      if instance.state == .active { acts = PageParts.button("Deactivate", post: "\(path)/deactivate", call.csrfField) }
      acts =
        instance.state == .banned
        ? PageParts.button("Unban", post: "\(path)/unban", call.csrfField)
        : acts + PageParts.button("Ban", post: "\(path)/ban", call.csrfField, confirm: "Ban this instance?")
    }
    return """
      <tr><td>\(instance.hostname)\(if: instance.cloneWatch.isSuspected, " \(PageParts.status("copied?"))")</td>\
      <td>\(instance.version)</td><td>\(PageParts.status(instance.state.rawValue))</td>\
      <td class="num">\(instance.usage.users.map(String.init) ?? "–")</td><td>\(PageParts.time(instance.lastSeenAt))</td>\
      <td>\(acts)</td></tr>
      """
  }
}

extension Entitlements {
  /// What people call the features; those that this version does not know by their names.
  fileprivate var featureTitles: [String] { features.map { Feature(rawValue: $0)?.title ?? $0 } }
}
