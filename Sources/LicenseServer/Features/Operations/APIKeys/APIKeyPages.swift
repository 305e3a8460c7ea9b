import Core
import Database
import Security
import Web

/// The staff's page on their API keys.
struct APIKeyPages: Sendable {
  let database: ConnectionPool
  let desk: APIKeyDesk
  let layout: Layout
  let clock: any WallClock

  static let path = "/admin/api-keys"

  func register(in table: inout StaffTable) {
    table.page("/api-keys", .signedIn, "One's API keys") { try await page($0) }
    table.action("/api-keys", .signedIn, "Makes an API key", handler: create)
    table.action("/api-keys/{id}/revoke", .signedIn, "Revokes one of one's API keys") { call in
      try await desk.revoke(call.id(), of: call.session.member.id, by: call.actor)
      return .redirect(to: Self.path, flash: Flash(.success, "The key is revoked."))
    }
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    do {
      let (_, token) = try await desk.make(try request(call), for: call.session, by: call.actor)
      return try await page(call, token: token)
    } catch let problem as Problem where [409, 422].contains(problem.status) {
      var reply = try await page(call, problem: problem)
      reply.status = problem.status
      return reply
    }
  }

  private func request(_ call: StaffCall) throws -> APIKeyDesk.Request {
    let name = (call.form["name"] ?? "").trimmed
    guard (1...100).contains(name.count) else { throw Problem.invalid("name", "length", "must be 1 to 100 characters") }
    var grants = StaffGrants.none
    for section in StaffSection.allCases {
      grants[section] = call.form["section_\(section.rawValue)"].flatMap(AccessLevel.init)
    }
    guard grants != .none else { throw Problem.invalid("permissions", "required", "at least one section is needed") }
    var expiresAt: Timestamp?
    if let text = call.form["days"]?.trimmed, !text.isEmpty {
      guard let days = Int64(text), (1...3650).contains(days) else {
        throw Problem.invalid("days", "range", "must be 1 to 3650, or empty for no end")
      }
      expiresAt = clock.now() + .hours(24 * days)
    }
    return APIKeyDesk.Request(name: name, grants: grants, expiresAt: expiresAt)
  }

  private func page(_ call: StaffCall, token: SecretToken? = nil, problem: Problem? = nil) async throws -> Reply {
    let now = clock.now()
    let keys = try await APIKeyStore(database).all(of: .staff(call.session.member.id))
    let rows = keys.map { key -> HTML in
      """
      <tr><td>\(key.name)</td><td><code>…\(key.lastFour)</code></td><td>\(Self.words(key.permissions))</td>\
      <td>\(PageParts.status(key.isUsable(at: now) ? "active" : "expired"))</td>\
      <td>\(PageParts.time(key.expiresAt, never: "never"))</td><td>\(PageParts.time(key.lastUsedAt, never: "never"))</td>\
      <td>\(PageParts.button(
        "Revoke", post: "\(Self.path)/\(key.id)/revoke", call.csrfField, style: "btn btn-sm",
        confirm: "Revoke this key? Programs that use it are refused at once."))</td></tr>
      """
    }
    let shown = token.map { token -> HTML in
      PageParts.card(
        "Your new key",
        """
        <p>Copy it now: it is not shown again. Send it as <code>Authorization: Bearer …</code>.</p>
        <pre class="ty-json"><code>\(token.text)</code></pre>
        """)
    }
    return layout.staffPage(
      Layout.Frame(title: "API keys", current: Self.path), call,
      """
      \(shown)\(PageParts.table(
        "API keys", ["Name", "Key", "For", "Status", "Expires", "Last used", ""], rows,
        empty: "You have no API key. Programs sign in with one."))
      \(form(call, problem))
      """)
  }

  private func form(_ call: StaffCall, _ problem: Problem?) -> HTML {
    let levels: [(value: String, title: String)] = [("", "Closed"), ("read", "Read"), ("write", "Read and write")]
    let sections = StaffSection.allCases.filter { call.session.allows(.read($0)) }.map { section in
      PageParts.select(
        "section_\(section.rawValue)", section.rawValue.prefix(1).uppercased() + section.rawValue.dropFirst(), levels,
        selected: call.form["section_\(section.rawValue)"] ?? "")
    }
    return PageParts.card(
      "New key",
      """
      \(PageParts.faults(problem))<form method="post" action="\(Self.path)">\(call.csrfField)
      \(PageParts.input("name", "Name", value: call.form["name"] ?? "", hint: "What it is for."))
      \(PageParts.input(
        "days", "Days until it expires", type: "number", value: call.form["days"] ?? "365", required: false,
        hint: "Empty for a key that never does."))
      \(sections)
      <button class="btn btn-primary">Make key</button></form>
      """)
  }

  private static func words(_ permissions: JSONValue) -> String {
    (permissions.objectValue?.members ?? []).map { "\($0.key) \($0.value.stringValue ?? "")" }.joined(separator: ", ")
  }
}
