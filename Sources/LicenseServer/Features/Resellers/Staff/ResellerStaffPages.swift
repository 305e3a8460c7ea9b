import Billing
import Core
import Database
import HTTPTypes
import Security
import Web

/// The staff's pages on resellers.
struct ResellerStaffPages: Sendable {
  static let path = "/admin/resellers"

  let database: ConnectionPool
  let api: ResellerStaffAPI
  let layout: Layout
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.page("/resellers", .read(.resellers), "Resellers", handler: list)
    table.page("/resellers/new", .write(.resellers), "A new reseller") { call in try await newPage(call, nil) }
    table.action("/resellers", .write(.resellers), "Adds a reseller", handler: create)
    table.page("/resellers/{id}", .read(.resellers), "One reseller") { call in
      try await page(call, id: call.id(), link: nil, nil)
    }
    table.action("/resellers/{id}", .write(.resellers), "Changes a reseller's agreement", handler: change)
    table.action("/resellers/{id}/suspend", .write(.resellers), "Suspends a reseller") { call in
      let reseller = try await api.register.suspend(call.id(), by: call.actor)
      return back(
        reseller, "The reseller is suspended; its customers keep working for \(reseller.agreement.graceDays) days.")
    }
    table.action("/resellers/{id}/reinstate", .write(.resellers), "Ends a suspension") { call in
      back(try await api.register.reinstate(call.id(), by: call.actor), "The reseller is active again.")
    }
    table.action("/resellers/{id}/users/{user}/invite", .write(.resellers), "Makes a new invitation link") { call in
      let token = try await api.invite(call.id("user"), of: call.id(), by: call.actor)
      return try await page(
        call, id: call.id(), link: ResellerEntrancePages.invitation(token, call.place.publicURL), nil)
    }
  }

  private func back(_ reseller: Reseller, _ message: String) -> Reply {
    .redirect(to: "\(Self.path)/\(reseller.id)", flash: Flash(.success, message))
  }

  @Sendable private func list(_ call: StaffCall) async throws -> Reply {
    let request = try call.listRequest
    let page = try await ResellerStore(database).list(request)
    let rows = page.items.map { reseller -> HTML in
      """
      <tr><td><a href="\(Self.path)/\(reseller.id)">\(reseller.name)</a></td><td>\(reseller.email)</td>\
      <td>\(PageParts.status(reseller.status.rawValue))</td><td>\(reseller.agreement.plans.joined(separator: ", "))</td>\
      <td class="num">\(reseller.agreement.maxLicenses)</td><td>\(PageParts.time(reseller.createdAt))</td></tr>
      """
    }
    let search = request.q ?? ""
    let add: HTML = "<a class=\"btn btn-primary\" href=\"\(Self.path)/new\">\(layout.icons("plus"))New reseller</a>"
    return layout.staffPage(
      Layout.Frame(
        title: "Resellers", current: Self.path, actions: call.session.allows(.write(.resellers)) ? add : .empty), call,
      """
      \(PageParts.search("Name or e-mail", search, icon: layout.icons("search")))
      \(PageParts.table(
        "Resellers", ["Name", "E-mail", "Status", "Plans", "#Licences at most", "Since"], rows,
        empty: search.isEmpty ? "There is no reseller yet." : "No reseller fits.",
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      """)
  }

  private func newPage(_ call: StaffCall, _ problem: Problem?) async throws -> Reply {
    let form = ResellerForm(former: nil, sent: call.form, plans: try await PlanStore(database).all())
    var reply = layout.staffPage(
      Layout.Frame(title: "New reseller", current: Self.path), call,
      PageParts.card(
        "Agreement",
        """
        \(PageParts.faults(problem))<form method="post" action="\(Self.path)">\(call.csrfField)\(form.html)
        <button class="btn btn-primary">Add reseller</button></form>
        """))
    reply.status = problem?.status ?? 200
    return reply
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    do {
      var fields = try FieldReader(.object(ResellerForm.json(of: call.form)))
      let (reseller, invitation) = try await api.create(&fields, by: call.actor)
      let link = invitation.map { ResellerEntrancePages.invitation($0, call.place.publicURL) }
      return try await page(call, id: reseller.id, link: link, nil)
    } catch let problem as Problem where [409, 422].contains(problem.status) {
      return try await newPage(call, problem)
    } catch let error as BillingError {
      return try await newPage(call, ErrorTranslation.problem(for: error))
    }
  }

  @Sendable private func change(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    do {
      guard let former = try await ResellerStore(database).find(id) else { throw Problem.notFound("reseller") }
      var fields = try FieldReader(.object(ResellerForm.json(of: call.form)))
      let changes = try ResellerRegister.Changes.read(from: &fields, currency: former.agreement.currency)
      try fields.finish()
      return back(try await api.register.change(id, changes, by: call.actor), "The agreement is changed.")
    } catch let problem as Problem where [409, 422].contains(problem.status) {
      return try await page(call, id: id, link: nil, problem)
    }
  }

  /// - Parameter link: an invitation, right after it was made.
  private func page(_ call: StaffCall, id: Int64, link: String?, _ problem: Problem?) async throws -> Reply {
    guard let reseller = try await ResellerStore(database).find(id) else { throw Problem.notFound("reseller") }
    let mayChange = call.session.allows(.write(.resellers))
    let use = try await ResellerStore(database).use(of: id, at: clock.now())
    let users = try await ResellerUserStore(database).all(of: id)
    let statements = try await ResellerChargeStore(database).statements(PageRequest(limit: 24), of: id)
    var statementRows: [HTML] = []
    for statement in statements.items {
      statementRows.append(
        """
        <tr><td>\(statement.monthName)</td><td class="num">\(statement.wholesale)</td>\
        <td class="num">\(statement.retail)</td><td>\(statement.invoiceNumber ?? "–")</td>\
        <td>\(statement.invoiceStatus.map { PageParts.status($0.rawValue) } ?? "Nothing to pay")</td></tr>
        """)
    }
    let form = ResellerForm(
      former: reseller, sent: problem == nil ? FormBody() : call.form, plans: try await PlanStore(database).all())
    let edit = PageParts.card(
      "Agreement",
      """
      \(PageParts.faults(problem))<form method="post" action="\(Self.path)/\(id)">\(call.csrfField)\(form.html)
      <button class="btn btn-primary">Save</button></form>
      """)
    var reply = layout.staffPage(
      Layout.Frame(
        title: reseller.name, current: Self.path, actions: mayChange ? acts(reseller, call) : .empty), call,
      """
      \(link.map(shown))
      \(PageParts.facts([
        ("Status", PageParts.status(reseller.status.rawValue)), ("E-mail", "\(reseller.email)"),
        ("Grace until", PageParts.time(reseller.graceUntil)),
        ("Licences in use", "\(use.licenses) of \(reseller.agreement.maxLicenses)"),
        ("Instances", "\(use.instances) of \(reseller.agreement.maxInstances)"),
        ("Portal", "\(reseller.portalDomain ?? "–")"),
      ]))
      \(PageParts.table(
        "Statements", ["Month", "#Wholesale", "#Retail", "Invoice", "Payment"], statementRows,
        empty: "No month has been billed yet."))
      \(PageParts.table(
        "Users", ["E-mail", "Role", "Status", "Last sign-in", "Act"], users.map { row($0, call, mayChange) },
        empty: "Nobody signs in for it."))
      \(mayChange ? edit : .empty)
      """)
    reply.status = problem?.status ?? 200
    return reply.with(header: .cacheControl, "no-store")
  }

  private func shown(_ link: String) -> HTML {
    """
    <div class="ty-note success" role="status"><div>Send this link to the reseller. It works once, within seven days: \
    <code id="secret">\(link)</code> <button class="btn btn-sm" type="button" data-copy="secret">Copy</button></div></div>
    """
  }

  private func acts(_ reseller: Reseller, _ call: StaffCall) -> HTML {
    let path = "\(Self.path)/\(reseller.id)"
    return reseller.status == .active
      ? PageParts.button(
        "Suspend", post: "\(path)/suspend", call.csrfField, style: "btn ty-danger",
        confirm: "Suspend \(reseller.name)? Its customers keep working for \(reseller.agreement.graceDays) days.")
      : PageParts.button("Reinstate", post: "\(path)/reinstate", call.csrfField)
  }

  private func row(_ user: ResellerUser, _ call: StaffCall, _ mayChange: Bool) -> HTML {
    let path = "\(Self.path)/\(user.resellerID)/users/\(user.id)/invite"
    return """
      <tr><td>\(user.email)</td><td>\(user.role.rawValue)</td>\
      <td>\(PageParts.status(user.hasPassword ? user.status.rawValue : "invited"))</td>\
      <td>\(PageParts.time(user.lastLoginAt, never: "never"))</td>\
      <td>\(mayChange ? PageParts.button("New link", post: path, call.csrfField) : .empty)</td></tr>
      """
  }
}
