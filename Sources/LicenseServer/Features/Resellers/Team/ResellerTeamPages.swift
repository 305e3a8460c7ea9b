import Core
import Database
import HTTPTypes
import Security
import Web

/// The reseller's page on who signs in for it, and on its API keys.
struct ResellerTeamPages: Sendable {
  static let path = "/reseller/team"
  /// Of one reseller.
  private static let maxKeys = 100
  private static let maxUsers = 500

  let database: ConnectionPool
  let layout: Layout
  let clock: any WallClock

  /// What is shown once, right after it was made.
  private enum Shown {
    case invitation(EmailAddress, String)
    case key(String)
  }

  func register(in table: inout ResellerTable) {
    table.page("/team", .resellerRead(.team), "The team and the API keys") { call in try await page(call, nil, nil) }
    table.action("/team", .resellerWrite(.team), "Invites somebody", handler: invite)
    table.action("/team/{id}/invite", .resellerWrite(.team), "Makes a new invitation link", handler: inviteAgain)
    table.action("/team/{id}/change", .resellerWrite(.team), "Changes somebody's role or status", handler: change)
    table.action("/keys", .resellerWrite(.team), "Makes an API key", handler: makeKey)
    table.action("/keys/{id}/revoke", .resellerWrite(.team), "Revokes an API key", handler: revokeKey)
  }

  private func page(_ call: ResellerCall, _ shown: Shown?, _ problem: Problem?) async throws -> Reply {
    let users = try await ResellerUserStore(database).all(of: call.resellerID)
    let keys = try await ResellerSessionStore(database).keys(of: call.resellerID)
    let mayChange = call.session.allows(.resellerWrite(.team))
    return layout.resellerPage(
      Layout.Frame(title: "Team and keys", current: Self.path), call, status: problem?.status ?? 200,
      """
      \(shown.map(note))\(PageParts.faults(problem))
      \(PageParts.table(
        "Team", ["E-mail", "Role", "Status", "Last sign-in", "Act"], users.map { row($0, call, mayChange) },
        empty: "Nobody signs in yet."))
      \(mayChange ? invitation(call) : .empty)
      \(PageParts.table(
        "API keys", ["Name", "Key", "May", "Last used", "Act"], keys.map { row($0, call, mayChange) },
        empty: "There is no API key yet. Your own systems sell and look up licences with one."))
      \(mayChange ? newKey(call) : .empty)
      """
    ).with(header: .cacheControl, "no-store")
  }

  private func note(_ shown: Shown) -> HTML {
    let (words, secret): (HTML, String) =
      switch shown {
      case .invitation(let email, let link): ("Send this link to \(email). It works once, within seven days:", link)
      case .key(let token): ("The key in full, shown only now:", token)
      }
    return """
      <div class="ty-note success" role="status"><div>\(words) <code id="secret">\(secret)</code> \
      <button class="btn btn-sm" type="button" data-copy="secret">Copy</button></div></div>
      """
  }

  private func row(_ user: ResellerUser, _ call: ResellerCall, _ mayChange: Bool) -> HTML {
    let path = "\(Self.path)/\(user.id)"
    let isSelf = user.id == call.session.user?.id
    let roles = ResellerRole.allCases.map { role in
      """
      <option value="\(role.rawValue)"\(attribute: "selected", when: role == user.role)>\(role.rawValue)</option>
      """ as HTML
    }
    let role: HTML =
      mayChange && !isSelf
      ? """
      <form class="ty-copy" method="post" action="\(path)/change">\(call.csrfField)\
      <select class="form-select" name="role" aria-label="Role of \(user.email)">\(roles)</select>\
      <button class="btn">Save</button></form>
      """ : "\(user.role.rawValue)"
    var acts = HTML.empty
    if mayChange, !isSelf {
      let next = user.status == .active ? "disabled" : "active"
      acts = """
        <form class="d-inline" method="post" action="\(path)/change">\(call.csrfField)\
        <input type="hidden" name="status" value="\(next)">\
        <button class="btn">\(user.status == .active ? "Disable" : "Enable")</button></form>
        """
      if user.status == .active {
        acts = acts + PageParts.button("New link", post: "\(path)/invite", call.csrfField)
      }
    }
    return """
      <tr><td>\(user.email)</td><td>\(role)</td>\
      <td>\(PageParts.status(user.hasPassword ? user.status.rawValue : "invited"))</td>\
      <td>\(PageParts.time(user.lastLoginAt, never: "never"))</td><td>\(acts)</td></tr>
      """
  }

  private func row(_ key: ResellerAPIKey, _ call: ResellerCall, _ mayChange: Bool) -> HTML {
    let act =
      mayChange
      ? PageParts.button(
        "Revoke", post: "/reseller/keys/\(key.id)/revoke", call.csrfField, style: "btn ty-danger",
        confirm: "Revoke this key? Whatever uses it stops working.") : .empty
    return """
      <tr><td>\(key.name)</td><td><code>…\(key.hint)</code></td><td>\(key.access.rawValue)</td>\
      <td>\(PageParts.time(key.lastUsedAt, never: "never"))</td><td>\(act)</td></tr>
      """
  }

  private func invitation(_ call: ResellerCall) -> HTML {
    PageParts.card(
      "Invite somebody",
      """
      <form method="post" action="\(Self.path)">\(call.csrfField)
      \(PageParts.input("email", "E-mail", type: "email"))
      \(PageParts.select("role", "Role", ResellerRole.allCases.map { ($0.rawValue, $0.rawValue) }, selected: "manager"))
      <button class="btn btn-primary">Make an invitation link</button></form>
      """)
  }

  private func newKey(_ call: ResellerCall) -> HTML {
    PageParts.card(
      "New API key",
      """
      <form method="post" action="/reseller/keys">\(call.csrfField)
      \(PageParts.input("name", "Name", hint: "What it is for."))
      \(PageParts.select("access", "May", [("read", "read"), ("write", "read and write")], selected: "write"))
      <button class="btn btn-primary">Make key</button></form>
      """)
  }

  @Sendable private func invite(_ call: ResellerCall) async throws -> Reply {
    do {
      var fields = try FieldReader(.object(call.form.json()))
      let email = fields.email("email")
      let role = fields.oneOf("role", ResellerRole.allCases.map(\.rawValue)).flatMap(ResellerRole.init)
      try fields.finish()
      guard let email, let role else { throw Problem.internalError() }
      let token = try await database.transaction { connection in
        let (store, now) = (ResellerUserStore(connection), clock.now())
        guard try await store.all(of: call.resellerID).count < Self.maxUsers else {
          throw Problem.conflict("There are \(Self.maxUsers) people already.")
        }
        let id = try await store.insert(.init(reseller: call.resellerID, email: email, name: "", role: role), at: now)
        guard let id, let user = try await store.find(id) else {
          throw Problem.conflict("This e-mail address cannot be invited: it signs in already.", field: "email")
        }
        try await note("invite", user, before: .null, call, in: connection)
        return try await store.invite(id, at: now)
      }
      return try await page(call, .invitation(email, link(token, call)), nil)
    } catch let problem as Problem where [409, 422].contains(problem.status) {
      return try await page(call, nil, problem)
    }
  }

  @Sendable private func inviteAgain(_ call: ResellerCall) async throws -> Reply {
    let id = try call.id()
    let (user, token) = try await database.transaction { connection in
      let store = ResellerUserStore(connection)
      guard let user = try await store.find(id, of: call.resellerID), user.status == .active else {
        throw Problem.notFound("user")
      }
      try await note("invite", user, before: .null, call, in: connection)
      return (user, try await store.invite(user.id, at: clock.now()))
    }
    return try await page(call, .invitation(user.email, link(token, call)), nil)
  }

  /// A new role or status acts on the next request.
  @Sendable private func change(_ call: ResellerCall) async throws -> Reply {
    let id = try call.id()
    var fields = try FieldReader(.object(call.form.json()))
    let role = (fields.optionalOneOf("role", ResellerRole.allCases.map(\.rawValue)) ?? nil).flatMap(ResellerRole.init)
    let status = (fields.optionalOneOf("status", ResellerUser.Status.allCases.map(\.rawValue)) ?? nil)
      .flatMap(ResellerUser.Status.init)
    try fields.finish()
    try await database.transaction { connection in
      let store = ResellerUserStore(connection)
      let all = try await store.all(of: call.resellerID, isLocked: true)
      guard let former = all.first(where: { $0.id == id }) else { throw Problem.notFound("user") }
      var user = former
      if let role { user.role = role }
      if let status { user.status = status }
      let isOwner = user.role == .owner && user.status == .active
      guard isOwner || all.contains(where: { $0.id != id && $0.role == .owner && $0.status == .active }) else {
        throw Problem.conflict("One active owner must stay.")
      }
      try await store.save(user, at: clock.now())
      if user.status == .disabled { try await ResellerSessionStore(connection).endAll(of: id) }
      try await note("change", user, before: former.json, call, in: connection)
    }
    return .redirect(to: Self.path, flash: Flash(.success, "The change is saved."))
  }

  @Sendable private func makeKey(_ call: ResellerCall) async throws -> Reply {
    do {
      var fields = try FieldReader(.object(call.form.json()))
      let name = fields.string("name", length: 1...100)
      let access = fields.oneOf("access", AccessLevel.allCases.map(\.rawValue)).flatMap(AccessLevel.init)
      try fields.finish()
      guard let name, let access else { throw Problem.internalError() }
      let token = try await database.transaction { connection in
        let (store, now) = (ResellerSessionStore(connection), clock.now())
        guard try await store.keys(of: call.resellerID).count < Self.maxKeys else {
          throw Problem.conflict("There are \(Self.maxKeys) keys already; revoke one first.")
        }
        let (key, token) = try await store.makeKey(name, access, of: call.resellerID, at: now)
        try await AuditStore(connection).append(
          AuditEntry(action: "reseller_key.create", subject: "reseller:\(call.resellerID)", after: key.json),
          by: call.actor, at: now)
        return token
      }
      return try await page(call, .key(token.text), nil)
    } catch let problem as Problem where [409, 422].contains(problem.status) {
      return try await page(call, nil, problem)
    }
  }

  @Sendable private func revokeKey(_ call: ResellerCall) async throws -> Reply {
    let id = try call.id()
    try await database.transaction { connection in
      let now = clock.now()
      guard try await ResellerSessionStore(connection).revokeKey(id, of: call.resellerID, at: now) else {
        throw Problem.notFound("API key")
      }
      try await AuditStore(connection).append(
        AuditEntry(action: "reseller_key.revoke", subject: "reseller:\(call.resellerID)", before: ["id": .int(id)]),
        by: call.actor, at: now)
    }
    return .redirect(to: Self.path, flash: Flash(.success, "The key is revoked."))
  }

  private func link(_ token: SecretToken, _ call: ResellerCall) -> String {
    ResellerEntrancePages.invitation(token, call.place.publicURL)
  }

  private func note(
    _ verb: String, _ user: ResellerUser, before: JSONValue, _ call: ResellerCall, in connection: Connection
  ) async throws {
    try await AuditStore(connection).append(
      AuditEntry(
        action: "reseller_user.\(verb)", subject: "reseller_user:\(user.id)", before: before, after: user.json),
      by: call.actor, at: clock.now())
  }
}
