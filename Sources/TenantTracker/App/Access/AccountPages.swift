import Core
import Security
import Web

/// What everybody may do with their own account: password, one-time codes, sessions, API keys.
struct AccountPages: Sendable {
  let api: AccessAPI
  let settings: SettingsStore
  let layout: Layout

  static let path = "/admin/account"
  static let passwordPath = "/admin/account/password"

  private var accounts: Accounts { api.accounts }

  func register(in table: inout TrackerTable) {
    table.page("/account", .signedIn, "My account") { try await show($0) }
    table.page("/account/password", .signedIn, "Form to change my password", whilePasswordMustChange: true) { call in
      passwordPage(FormFields([:], icons: layout.icons), call)
    }
    table.action("/account/password", .signedIn, "Change my password", whilePasswordMustChange: true) {
      try await changePassword($0)
    }
    table.action("/account/sessions/{id}/end", .signedIn, "End one of my sessions") { try await endSession($0) }
    table.page("/account/api-keys/new", .signedIn, "Form for an API key") { call in
      keyPage(FormFields([:], icons: layout.icons), call)
    }
    table.action("/account/api-keys", .signedIn, "Make an API key") { try await createKey($0) }
    table.action("/account/api-keys/{id}/delete", .signedIn, "Delete an API key") { try await deleteKey($0) }
  }

  private func frame(_ title: String, actions: HTML = .empty) -> Layout.Frame {
    Layout.Frame(
      title: title, current: Self.path, crumbs: title == "My account" ? [] : [("My account", Self.path)],
      actions: actions)
  }

  // The overview

  private func show(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let user = call.session.user
    let times = LocalTimes(try await settings.all(of: scope))
    let sessions = try await accounts.sessions.list(user: user.id, at: accounts.clock.now(), of: scope)
    let keys = try await accounts.apiKeys.list(user: user.id, of: scope)
    let facts = Parts.facts([
      ("E-mail", .escaped(user.email.description)), ("Name", Parts.text(user.name)),
      ("Role", .escaped(user.role.rawValue.capitalizedFirst)), ("Last sign-in", times(user.lastLoginAt)),
    ])
    return layout.page(
      frame("My account"), call,
      """
      <div class="ty-columns ty-even"><div>\(Parts.card("Profile", facts))</div><div>\(security(user))</div></div>
      \(sessionCard(sessions, times, call))\(keyCard(keys, times, call))
      """)
  }

  private func security(_ user: User) -> HTML {
    let state: HTML = user.usesTOTP ? Parts.badge("On", .good) : Parts.badge("Off", .plain)
    return Parts.card(
      "Signing in",
      """
      \(Parts.facts([("Password", "<a href=\"\(Self.passwordPath)\">Change password</a>"), ("Two-factor", state)]))
      <a class="btn" href="\(TwoFactorPages.path)">\(user.usesTOTP ? "Turn two-factor off" : "Set up two-factor")</a>
      """)
  }

  private func sessionCard(_ sessions: [SessionStore.Session], _ times: LocalTimes, _ call: TrackerCall) -> HTML {
    let current: String = if case .session(let id) = call.session.credential { id } else { "" }
    let rows = sessions.map { session -> HTML in
      let end: HTML = """
        <form method="post" action="/admin/account/sessions/\(session.id)/end">\(call.csrfField)\
        <button class="btn btn-sm">End<span class="visually-hidden"> session of \(times.text(session.createdAt))</span>\
        </button></form>
        """
      return """
        <tr><th scope="row">\(session.kind == .browser ? "Browser" : "API")</th>\
        <td class="ty-truncate" title="\(session.userAgent)">\(Parts.text(session.userAgent))</td>\
        <td>\(Parts.text(session.address?.description))</td><td>\(times(session.createdAt))</td>\
        <td>\(times(session.lastSeenAt))</td>\
        <td class="ty-end">\(session.id == current ? Parts.badge("This one", .good) : end)</td></tr>
        """
    }
    return Parts.flushCard(
      "Sessions",
      Parts.bareTable(["Kind", "Client", "Address", "Begun", "Last seen", .actions], rows, caption: "My sessions"))
  }

  private func keyCard(_ keys: [APIKeyStore.Key], _ times: LocalTimes, _ call: TrackerCall) -> HTML {
    let rows = keys.map { key -> HTML in
      """
      <tr><th scope="row">\(key.name)</th><td><code>…\(key.lastFour)</code></td>\
      <td>\(key.permissions == nil ? "All of mine" : "Some of mine")</td><td>\(times(key.createdAt))</td>\
      <td>\(times(key.lastUsedAt))</td><td>\(times(key.expiresAt))</td>\
      <td class="ty-end"><form method="post" action="/admin/account/api-keys/\(key.id)/delete">\(call.csrfField)\
      <button class="btn btn-sm ty-danger" data-confirm="Delete the API key \(key.name)? Whatever uses it stops working." \
      data-confirm-yes="Delete">Delete<span class="visually-hidden"> \(key.name)</span></button></form></td></tr>
      """
    }
    let add: HTML = "<a class=\"btn\" href=\"/admin/account/api-keys/new\">\(layout.icons(.add))New key</a>"
    let table =
      rows.isEmpty
      ? Parts.empty(layout.icons(.license), "No API keys", "A key lets a script use the API in your name.", add)
      : Parts.bareTable(
        ["Name", "Ends in", "Permissions", "Made", "Last used", "Expires", .actions], rows, caption: "My API keys")
    return Parts.flushCard("API keys", table, actions: rows.isEmpty ? .empty : add)
  }

  private func endSession(_ call: TrackerCall) async throws -> Reply {
    let id = try call.uuid()
    guard try await accounts.sessions.end(id: id.description, user: call.session.user.id, of: call.place.scope) else {
      throw Problem.notFound("session")
    }
    return .redirect(to: Self.path, flash: Flash(.success, "The session has ended."))
  }

  // Password

  private func passwordPage(_ fields: FormFields, _ call: TrackerCall) -> Reply {
    let isForced = call.session.mustChangePassword
    let form: HTML = """
      \(fields.summary)\(fields.input(
        "current", isForced ? "The password you just used" : "Current password", .password, required: true,
        complete: "current-password"))
      \(fields.input(
        "new", "New password", .password, required: true,
        hint: "12 characters or more. Your other sessions end.", complete: "new-password"))
      """
    let status = fields.problem?.status ?? 200
    guard isForced else {
      return layout.page(
        frame("Change password"), call, status: status,
        """
        <form class="card ty-form" method="post" action="\(Self.passwordPath)" novalidate>\(call.csrfField)\
        <div class="card-body">\(form)</div><div class="card-footer ty-buttons">\
        <button class="btn btn-primary">Change password</button><a class="btn" href="\(Self.path)">Cancel</a></div></form>
        """)
    }
    return .html(
      layout.plain(
        title: "Choose a new password", brand: call.place.brand,
        """
        <p>The first password was set by somebody else. Choose one that only you know.</p>
        <form method="post" action="\(Self.passwordPath)" novalidate>\(call.csrfField)\(form)
        <button class="btn btn-primary w-100">Set password</button></form>
        """), status: status)
  }

  private func changePassword(_ call: TrackerCall) async throws -> Reply {
    let wasForced = call.session.mustChangePassword
    do {
      try await accounts.changePassword(
        of: call.session, current: call.form["current"] ?? "", new: call.form["new"] ?? "",
        address: call.clientAddress, in: call.place.scope)
      let target = wasForced ? DashboardPages.path : Self.path
      return .redirect(to: target, flash: Flash(.success, "Your password is changed."))
    } catch let problem as Problem where problem.isAboutTheForm || [429, 503].contains(problem.status) {
      return passwordPage(FormFields([:], problem: problem, icons: layout.icons), call)
    }
  }

  // API keys

  private func keyPage(_ fields: FormFields, _ call: TrackerCall) -> Reply {
    layout.page(
      frame("New API key"), call, status: fields.problem?.status ?? 200,
      """
      <form class="card ty-form" method="post" action="/admin/account/api-keys" novalidate>\(call.csrfField)\
      <div class="card-body">\(fields.summary)\(fields.input("name", "Name", required: true, hint: "What it is for."))
      \(fields.toggle(
        "limited", "Fewer permissions than mine", hint: "Off: the key may do whatever you may, also later."))
      \(PermissionMatrix(fields: fields).html)</div>
      <div class="card-footer ty-buttons"><button class="btn btn-primary">Make key</button>\
      <a class="btn" href="\(Self.path)">Cancel</a></div></form>
      """)
  }

  private func createKey(_ call: TrackerCall) async throws -> Reply {
    var body = call.form.body(texts: ["name"])
    let isLimited = call.form["limited"] != nil
    if isLimited { body["permissions"] = PermissionMatrix.permissions(of: call.form) }
    do {
      let (key, token) = try await api.createKey(.object(body), by: call)
      return layout.page(
        frame("New API key"), call,
        Parts.card(
          key.name,
          """
          \(Parts.note(.warning, "<p>Copy the key now: it is not shown again.</p>", layout.icons))
          \(Parts.copyable("API key", token.text, id: "api-key", layout.icons, hint: "Authorization: Bearer <key>"))
          <a class="btn btn-primary" href="\(Self.path)">Done</a>
          """))
    } catch let problem as Problem where problem.isAboutTheForm {
      body["limited"] = .bool(isLimited)
      return keyPage(FormFields(body, problem: problem, icons: layout.icons), call)
    }
  }

  private func deleteKey(_ call: TrackerCall) async throws -> Reply {
    guard try await accounts.apiKeys.delete(try call.id(), user: call.session.user.id, of: call.place.scope) else {
      throw Problem.notFound("API key")
    }
    return .redirect(to: Self.path, flash: Flash(.success, "The API key was deleted."))
  }
}
