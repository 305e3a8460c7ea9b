import Core
import Database
import Security
import Web

/// The pages of those who look after the vendor's staff: members, roles, permissions, sessions.
struct StaffTeamPages: Sendable {
  let database: ConnectionPool
  let team: StaffTeam
  let layout: Layout
  let publicURL: String

  static let path = "/admin/staff"

  func register(in table: inout StaffTable) {
    table.page("/staff", .read(.staff), "The vendor's staff", handler: list)
    table.page("/staff/new", .write(.staff), "Somebody new") { newPage($0, nil) }
    table.action("/staff", .write(.staff), "Invites somebody", handler: create)
    table.page("/staff/{id}", .read(.staff), "One member of the staff") { try await page($0, nil) }
    table.action("/staff/{id}", .write(.staff), "Changes somebody", handler: change)
    table.action("/staff/{id}/invite", .write(.staff), "Sends the invitation again") { call in
      try await onPage(call) {
        let (member, token) = try await team.inviteAgain(call.id(), by: call.actor)
        return try await page(call, nil, id: member.id, invitation: token)
      }
    }
    act("withdraw", "Withdraws the invitation", "The invitation is withdrawn.", in: &table) {
      try await team.withdraw($0.id(), by: $0.actor)
    }
    act("sign-out", "Signs somebody out everywhere", "They are signed out everywhere.", in: &table) {
      try await team.signOut($0.id(), but: $0.session, by: $0.actor)
    }
    act("remove-totp", "Takes the second factor off", "Two-factor sign-in is off for them.", in: &table) {
      try await team.removeSecondFactor(of: $0.id(), by: $0.actor)
    }
  }

  private func act(
    _ verb: String, _ summary: String, _ message: String, in table: inout StaffTable,
    _ act: @escaping @Sendable (StaffCall) async throws -> Void
  ) {
    table.action("/staff/{id}/\(verb)", .write(.staff), summary) { call in
      try await onPage(call) {
        try await act(call)
        return .redirect(to: Self.path, flash: Flash(.success, message))
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
    let page = try await StaffStore(database).list(call.listRequest)
    let rows = page.items.map { member -> HTML in
      """
      <tr><td><a href="\(Self.path)/\(member.id)">\(member.email)</a></td><td>\(member.name)</td>\
      <td>\(member.role.title)</td><td>\(PageParts.status(member.status.rawValue))</td>\
      <td>\(member.usesTOTP ? "on" : "off")</td><td>\(PageParts.time(member.lastLoginAt, never: "never"))</td></tr>
      """
    }
    let add: HTML = """
      <a class="btn btn-primary" href="\(Self.path)/new">\(layout.icons("plus"))Invite</a>
      """
    return layout.staffPage(
      Layout.Frame(
        title: "Staff", current: Self.path, actions: call.session.allows(.write(.staff)) ? add : .empty), call,
      PageParts.table(
        "Staff", ["E-mail", "Name", "Role", "Status", "Two-factor", "Last sign-in"], rows, empty: "There is nobody.",
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
  }

  private func newPage(_ call: StaffCall, _ problem: Problem?) -> Reply {
    let form = call.form
    var reply = layout.staffPage(
      Layout.Frame(title: "Invite", current: Self.path), call,
      PageParts.card(
        "Who",
        """
        \(PageParts.faults(problem))<form method="post" action="\(Self.path)">\(call.csrfField)
        \(PageParts.input(
          "email", "E-mail", type: "email", value: form["email"] ?? "", hint: "The invitation goes there."))
        \(PageParts.input("name", "Name", value: form["name"] ?? "", required: false))
        \(roleFields(StaffRole(rawValue: form["role"] ?? "") ?? .support, grants(in: form)))
        <button class="btn btn-primary">Invite</button></form>
        """))
    reply.status = problem?.status ?? 200
    return reply
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    do {
      var fields = try FieldReader(.object(Self.object(of: call.form)))
      let (member, token) = try await team.add(StaffTeam.Newcomer(from: &fields), by: call.actor)
      return try await page(call, nil, id: member.id, invitation: token)
    } catch let problem as Problem where [409, 422].contains(problem.status) {
      return newPage(call, problem)
    }
  }

  @Sendable private func change(_ call: StaffCall) async throws -> Reply {
    try await onPage(call) {
      var fields = try FieldReader(.object(Self.object(of: call.form)))
      let member = try await team.change(call.id(), StaffTeam.Change(from: &fields), by: call.actor)
      return .redirect(to: "\(Self.path)/\(member.id)", flash: Flash(.success, "Saved."))
    }
  }

  /// - Parameter invitation: shown in full, right after it was made.
  private func page(
    _ call: StaffCall, _ problem: Problem?, id: Int64? = nil, invitation: SecretToken? = nil
  ) async throws -> Reply {
    guard let member = try await StaffStore(database).find(id ?? call.id()) else {
      throw Problem.notFound("staff member")
    }
    let mayWrite = call.session.allows(.write(.staff))
    var reply = layout.staffPage(
      Layout.Frame(
        title: member.email.description, current: Self.path, actions: mayWrite ? acts(member, call) : .empty),
      call,
      """
      \(PageParts.faults(problem))\(invitation.map(shown))
      \(PageParts.facts([
        ("Status", PageParts.status(member.status.rawValue)), ("Role", "\(member.role.title)"),
        ("Two-factor sign-in", "\(member.usesTOTP ? "on" : "off")"),
        ("Last sign-in", PageParts.time(member.lastLoginAt, never: "never")),
        ("Since", PageParts.time(member.createdAt)),
      ]))
      \(if: mayWrite, form(member, call))
      \(StaffAccountPages.sessionTable(try await team.sessions(of: member.id), call, endsOwn: false))
      """)
    reply.status = problem?.status ?? 200
    return reply
  }

  private func shown(_ token: SecretToken) -> HTML {
    """
    <div class="ty-note success" role="status"><div>The invitation is on its way by e-mail. You can also give them this \
    link, shown only now: <code id="invitation">\(publicURL)\(StaffInvitationPages.path(token))</code> \
    <button class="btn btn-sm" type="button" data-copy="invitation">Copy</button></div></div>
    """
  }

  private func acts(_ member: StaffMember, _ call: StaffCall) -> HTML {
    let path = "\(Self.path)/\(member.id)"
    guard member.status != .invited else {
      return PageParts.button("Invite again", post: "\(path)/invite", call.csrfField)
        + PageParts.button(
          "Withdraw", post: "\(path)/withdraw", call.csrfField, style: "btn ty-danger",
          confirm: "Withdraw the invitation of \(member.email)?")
    }
    let totp =
      member.usesTOTP
      ? PageParts.button(
        "Remove second factor", post: "\(path)/remove-totp", call.csrfField,
        confirm: "Let \(member.email) in without one-time codes? Do so only if you know it is them who asks.") : .empty
    return PageParts.button("Sign out everywhere", post: "\(path)/sign-out", call.csrfField) + totp
  }

  private func form(_ member: StaffMember, _ call: StaffCall) -> HTML {
    let status: HTML =
      member.status == .invited
      ? .empty
      : PageParts.select(
        "status", "Account",
        [(value: "active", title: "Active"), (value: "disabled", title: "Disabled: cannot sign in")],
        selected: member.status.rawValue)
    return PageParts.card(
      "Role and permissions",
      """
      <form method="post" action="\(Self.path)/\(member.id)">\(call.csrfField)
      \(PageParts.input("name", "Name", value: member.name, required: false))
      \(roleFields(member.role, member.grants))\(status)
      <button class="btn btn-primary">Save</button></form>
      """)
  }

  /// The role, and for a custom one its permission in each section.
  private func roleFields(_ role: StaffRole, _ grants: StaffGrants) -> HTML {
    let levels = [(value: "", title: "No access"), (value: "read", title: "Read"), (value: "write", title: "Write")]
    let sections = StaffSection.allCases.map { section in
      PageParts.select(
        "permission_\(section.rawValue)", section.title, levels, selected: grants[section]?.rawValue ?? "")
    }
    return """
      \(PageParts.select(
        "role", "Role", StaffRole.allCases.map { (value: $0.rawValue, title: $0.title) }, selected: role.rawValue))
      <fieldset><legend class="form-label">Permissions of a custom role</legend>
      <p class="form-hint">The other roles bring their own.</p>\(sections)</fieldset>
      """
  }

  private func grants(in form: FormBody) -> StaffGrants {
    StaffGrants(
      StaffSection.allCases.compactMap { section in
        form["permission_\(section.rawValue)"].flatMap(AccessLevel.init).map { (section, $0) }
      })
  }

  /// A form as the API would get it: the permissions as one object, and only for a custom role.
  private static func object(of form: FormBody) -> JSONObject {
    var object: JSONObject = [:]
    for name in ["email", "name", "role", "status"] {
      if let value = form[name], !value.isEmpty || name == "name" { object[name] = .string(value) }
    }
    guard form["role"] == StaffRole.custom.rawValue else { return object }
    var permissions: JSONObject = [:]
    for section in StaffSection.allCases {
      if let level = form["permission_\(section.rawValue)"], !level.isEmpty {
        permissions[section.rawValue] = .string(level)
      }
    }
    object["permissions"] = .object(permissions)
    return object
  }
}

extension StaffRole {
  var title: String {
    switch self {
    case .admin: "Admin: everything"
    case .support: "Support: licences and customers"
    case .finance: "Finance: billing"
    case .viewer: "Viewer: reads"
    case .custom: "Custom"
    }
  }
}

extension StaffSection {
  var title: String {
    rawValue == "tenants" ? "Hosted tenants" : rawValue.prefix(1).uppercased() + rawValue.dropFirst()
  }
}
