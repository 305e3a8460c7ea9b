import Core
import Licensing
import Web

/// Users: who has a seat and what they may do.
struct UserPages: Sendable {
  let api: UsersAPI
  let settings: SettingsStore
  let layout: Layout

  static let path = "/admin/users"

  func register(in table: inout TrackerTable) {
    table.page("/users", .read(.users), "Users") { try await list($0) }
    table.page("/users/new", .write(.users), "Form for a new user") { call in
      try await newForm(FormFields(["role": "viewer"], icons: layout.icons), call)
    }
    table.action("/users", .write(.users), "Add: user") { try await create($0) }
    table.page("/users/{id}", .read(.users), "Editor: user") { call in
      let user = try await api.find(call.id(), call.place.scope)
      return try await editor(user, FormFields(UserForm.values(of: user), icons: layout.icons), call)
    }
    table.action("/users/{id}", .write(.users), "Change: user") { try await update($0) }
    table.action("/users/{id}/status", .write(.users), "Disable a user, or let one in again") {
      try await setStatus($0)
    }
    table.action("/users/{id}/invite", .write(.users), "A new link by which the user sets a password") {
      try await invite($0)
    }
    table.action("/users/{id}/delete", .write(.users), "Remove: user") { try await delete($0) }
  }

  private func mayWrite(_ call: TrackerCall) -> Bool { call.session.allows(.write(.users)) }

  // The list

  private func list(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let request = try call.page
    let page = try await api.accounts.users.page(request, of: scope)
    let used = try await api.accounts.users.count(in: scope)
    let roles = Dictionary(uniqueKeysWithValues: try await api.roles.all(of: scope).map { ($0.id, $0.name) })
    let times = LocalTimes(try await settings.all(of: scope))
    let rows = page.items.map { row($0, roles, times) }
    let add: HTML = "<a class=\"btn btn-primary\" href=\"/admin/users/new\">\(layout.icons(.add))Add user</a>"
    let actions: HTML = """
      <a class="btn" href="\(RolePages.path)">Roles</a>\(if: mayWrite(call), add)
      """
    return layout.page(
      Layout.Frame(title: "Users & Roles", current: Self.path, actions: actions), call,
      """
      \(seats(used: used, call.session.entitlements))
      \(Parts.table(
        ["E-mail", "Name", "Role", "Status", "Two-factor", "Last sign-in"], rows, caption: "Users",
        empty: Parts.empty(layout.icons(.users), "No users", "Add the people who work with this tracker."),
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      """)
  }

  /// How many seats are taken, and where more come from.
  private func seats(used: Int, _ entitlements: Entitlements) -> HTML {
    guard let limit = entitlements.userLimit else {
      return "<p class=\"ty-lead\">\(Figures.count(used)) users. The \(entitlements.planTitle) plan has no limit.</p>"
    }
    let note: HTML = used < limit ? .empty : " <a href=\"/admin/license\">See plans</a> for more."
    return """
      <p class="ty-lead">\(Figures.count(used)) of \(Figures.count(limit)) seats of the \(entitlements.planTitle) plan \
      are taken.\(note)</p>
      """
  }

  private func row(_ user: User, _ roles: [Int64: String], _ times: LocalTimes) -> HTML {
    let paused: HTML = user.pausedByLicense ? " \(Parts.badge("Read-only: no seat", .warn))" : .empty
    return """
      <tr><th scope="row"><a href="/admin/users/\(user.id)">\(user.email)</a></th><td>\(Parts.text(user.name))</td>\
      <td>\(user.roleID.flatMap { roles[$0] } ?? user.role.rawValue.capitalizedFirst)</td>\
      <td>\(Parts.status(user.status.rawValue))\(paused)</td><td>\(user.usesTOTP ? "On" : "Off")</td>\
      <td>\(times(user.lastLoginAt))</td></tr>
      """
  }

  // The forms

  private func newForm(_ fields: FormFields, _ call: TrackerCall) async throws -> Reply {
    let form = UserForm(fields: fields, roles: try await api.roles.all(of: call.place.scope))
    return layout.page(
      Layout.Frame(title: "New user", current: Self.path, crumbs: [("Users & Roles", Self.path)]), call,
      status: fields.problem?.status ?? 200,
      """
      <form class="card ty-form" method="post" action="\(Self.path)" novalidate>\(call.csrfField)<div class="card-body">
      \(fields.summary)\(form.html)\(fields.input(
        "password", "Password", .password, hint: "Empty: you get an invitation link to send.", complete: "new-password"))
      </div><div class="card-footer ty-buttons"><button class="btn btn-primary">Add user</button>\
      <a class="btn" href="\(Self.path)">Cancel</a></div></form>
      """)
  }

  private func editor(_ user: User, _ fields: FormFields, _ call: TrackerCall) async throws -> Reply {
    let form = UserForm(fields: fields, roles: try await api.roles.all(of: call.place.scope))
    let isOpen = mayWrite(call)
    let buttons: HTML =
      "<div class=\"card-footer ty-buttons\"><button class=\"btn btn-primary\">Save changes</button></div>"
    let times = LocalTimes(try await settings.all(of: call.place.scope))
    return layout.page(
      Layout.Frame(title: user.email.description, current: Self.path, crumbs: [("Users & Roles", Self.path)]), call,
      status: fields.problem?.status ?? 200,
      """
      <div class="ty-columns"><div>
      <form class="card ty-form" method="post" action="\(Self.path)/\(user.id)" novalidate>\(call.csrfField)\
      <div class="card-body">\(fields.summary)<fieldset\(attribute: "disabled", when: !isOpen)>\(form.html)</fieldset>\
      </div>\(if: isOpen, buttons)</form></div><div>\(standing(of: user, times, call))</div></div>
      """)
  }

  private func standing(of user: User, _ times: LocalTimes, _ call: TrackerCall) -> HTML {
    let facts = Parts.facts([
      ("Status", Parts.status(user.status.rawValue)), ("Two-factor", user.usesTOTP ? "On" : "Off"),
      ("Last sign-in", times(user.lastLoginAt)), ("Added", times(user.createdAt)),
    ])
    let paused: HTML =
      user.pausedByLicense
      ? Parts.note(.warning, "<p>Read-only: the plan has fewer seats than there are users.</p>", layout.icons) : .empty
    return Parts.card("Account", paused + facts + (mayWrite(call) ? actions(on: user, call) : .empty))
  }

  private func actions(on user: User, _ call: TrackerCall) -> HTML {
    let base = "\(Self.path)/\(user.id)"
    let isDisabled = user.status == .disabled
    let invite: HTML = """
      <form method="post" action="\(base)/invite">\(call.csrfField)<button class="btn">\
      \(user.status == .invited ? "New invitation link" : "Password reset link")</button></form>
      """
    let status: HTML = """
      <form method="post" action="\(base)/status">\(call.csrfField)<input type="hidden" name="status" \
      value="\(isDisabled ? "active" : "disabled")"><button class="btn">\(isDisabled ? "Let in again" : "Disable")\
      </button></form>
      """
    let delete: HTML = """
      <form method="post" action="\(base)/delete">\(call.csrfField)<button class="btn ty-danger" \
      data-confirm="Remove \(user.email)? Their sessions and API keys end at once." data-confirm-yes="Remove">\
      Remove</button></form>
      """
    let isMe = user.id == call.session.user.id
    return "<div class=\"ty-buttons\">\(if: !isDisabled, invite)\(if: !isMe, status)\(if: !isMe, delete)</div>"
  }

  // What forms post to

  private func create(_ call: TrackerCall) async throws -> Reply {
    var body = UserForm.body(of: call.form)
    if let password = call.form["password"], !password.isEmpty { body["password"] = .string(password) }
    do {
      let (user, link) = try await api.create(.object(body), by: call)
      guard let link else {
        return .redirect(to: Self.path, flash: Flash(.success, "\(user.email) was added."))
      }
      return linkPage(user, link, .invitation, call)
    } catch let problem as Problem where problem.isAboutTheForm {
      let fields = FormFields(UserForm.values(of: call.form), problem: problem, icons: layout.icons)
      return try await newForm(fields, call)
    }
  }

  private func update(_ call: TrackerCall) async throws -> Reply {
    let id = try call.id()
    do {
      let user = try await api.update(id, .object(UserForm.body(of: call.form)), by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "\(user.email) was saved."))
    } catch let problem as Problem where problem.isAboutTheForm {
      let user = try await api.find(id, call.place.scope)
      let fields = FormFields(UserForm.values(of: call.form), problem: problem, icons: layout.icons)
      return try await editor(user, fields, call)
    }
  }

  /// Does something to a user; a refusal comes back with the user's page.
  private func act(_ call: TrackerCall, _ work: (Int64) async throws -> Reply) async throws -> Reply {
    let id = try call.id()
    do { return try await work(id) } catch let problem as Problem where problem.isAboutTheForm {
      let user = try await api.find(id, call.place.scope)
      return try await editor(user, FormFields(UserForm.values(of: user), problem: problem, icons: layout.icons), call)
    }
  }

  private func setStatus(_ call: TrackerCall) async throws -> Reply {
    try await act(call) { id in
      let user = try await api.update(id, ["status": JSONValue(call.form["status"])], by: call)
      let message =
        user.status == .disabled ? "\(user.email) is disabled and signed out." : "\(user.email) is let in again."
      return .redirect(to: "\(Self.path)/\(id)", flash: Flash(.success, message))
    }
  }

  private func invite(_ call: TrackerCall) async throws -> Reply {
    try await act(call) { id in
      let (link, purpose) = try await api.invite(id, by: call)
      return linkPage(try await api.find(id, call.place.scope), link, purpose, call)
    }
  }

  private func delete(_ call: TrackerCall) async throws -> Reply {
    try await act(call) { id in
      let user = try await api.find(id, call.place.scope)
      try await api.delete(id, by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "\(user.email) was removed."))
    }
  }

  /// The one time that the link is to be seen.
  private func linkPage(
    _ user: User, _ link: String, _ purpose: InvitationStore.Purpose, _ call: TrackerCall
  ) -> Reply {
    let isInvitation = purpose == .invitation
    return layout.page(
      Layout.Frame(
        title: isInvitation ? "Invitation link" : "Password reset link", current: Self.path,
        crumbs: [("Users & Roles", Self.path)]), call,
      Parts.card(
        user.email.description,
        """
        \(Parts.note(.warning, "<p>Copy the link now: it is not shown again.</p>", layout.icons))
        \(Parts.copyable(
          "Send this to \(user.email)", link, id: "invitation-link", layout.icons,
          hint: isInvitation ? "Works once, within 7 days." : "Works once, within 2 hours."))
        <a class="btn btn-primary" href="\(Self.path)">Done</a>
        """))
  }
}
