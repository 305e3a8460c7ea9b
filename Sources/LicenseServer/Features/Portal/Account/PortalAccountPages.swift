import Core
import Database
import Security
import Web

/// Somebody's own account: password, second factor, sessions.
struct PortalAccountPages: Sendable {
  let database: ConnectionPool
  let account: PortalAccount
  let layout: Layout
  let clock: any WallClock

  static let path = "/portal/account"

  func register(in table: inout PortalTable) {
    table.page("/account", .signedIn, "One's account") { call in try await page(call, nil) }
    table.action("/account/password", .signedIn, "Sets one's password", bodyLimit: 16_384, handler: setPassword)
    table.action("/account/sessions/end-others", .signedIn, "Ends one's other sessions") { call in
      try await account.endSession(nil, of: call.session, head: call.head)
      return .redirect(to: Self.path, flash: Flash(.success, "All other sessions are signed out."))
    }
    table.action("/account/sessions/{id}/end", .signedIn, "Ends one of one's sessions") { call in
      try await account.endSession(call.id(), of: call.session, head: call.head)
      return .redirect(to: Self.path, flash: Flash(.success, "The session is signed out."))
    }
  }

  @Sendable private func setPassword(_ call: PortalCall) async throws -> Reply {
    if !call.session.user.hasPassword, let detour = call.confirmation(for: Self.path, at: clock.now()) { return detour }
    do {
      try await account.setPassword(
        of: call.session, current: call.form["current"] ?? "", new: call.form["new"] ?? "", head: call.head)
      return .redirect(to: Self.path, flash: Flash(.success, "Your password is set; other sessions are signed out."))
    } catch let problem as Problem where problem.status == 422 {
      return try await page(call, problem)
    }
  }

  private func page(_ call: PortalCall, _ problem: Problem?) async throws -> Reply {
    let sessions = try await PortalSessionStore(database).all(of: call.session.user.id, at: clock.now())
    var reply = layout.portalPage(
      Layout.Frame(title: "My account", current: Self.path), call,
      """
      \(PageParts.facts([
        ("E-mail", "\(call.session.email)"),
        ("Two-factor sign-in", secondFactor(call.session.user)),
      ]))
      \(passwordCard(call, problem))\(sessionTable(sessions, call))
      """)
    reply.status = problem?.status ?? 200
    return reply
  }

  private func secondFactor(_ user: PortalUser) -> HTML {
    """
    \(PageParts.status(user.usesTOTP ? "on" : "off")) \
    <a href="\(SecondFactorPages.path)">\(user.usesTOTP ? "Turn off" : "Set up")</a>
    """
  }

  private func passwordCard(_ call: PortalCall, _ problem: Problem?) -> HTML {
    let hasPassword = call.session.user.hasPassword
    let current: HTML =
      hasPassword
      ? PageParts.input("current", "Current password", type: "password", autocomplete: "current-password")
      : "<p>You sign in by mailed link. With a password you need no mail.</p>"
    return PageParts.card(
      hasPassword ? "Change your password" : "Set a password",
      """
      \(PageParts.faults(problem))<form method="post" action="\(Self.path)/password">\(call.csrfField)
      \(current)\(PageParts.input(
        "new", "New password", type: "password", autocomplete: "new-password", hint: "At least 12 characters."))
      <button class="btn btn-primary">\(hasPassword ? "Change password" : "Set password")</button></form>
      """)
  }

  private func sessionTable(_ sessions: [PortalSessionStore.Listed], _ call: PortalCall) -> HTML {
    let rows = sessions.map { session -> HTML in
      let act: HTML =
        session.id == call.session.id
        ? PageParts.status("this one")
        : PageParts.button(
          "Sign out", post: "\(Self.path)/sessions/\(session.id)/end", call.csrfField, style: "btn btn-sm")
      return """
        <tr><td>\(session.userAgent.isEmpty ? "Unknown browser" : session.userAgent)</td>\
        <td>\(session.address?.description ?? "–")</td><td>\(PageParts.time(session.createdAt))</td>\
        <td>\(PageParts.time(session.lastSeenAt))</td><td>\(act)</td></tr>
        """
    }
    let others =
      sessions.count > 1
      ? PageParts.button("Sign out all others", post: "\(Self.path)/sessions/end-others", call.csrfField) : .empty
    return """
      <h2 class="ty-heading">Sessions</h2>\(PageParts.table(
        "Sessions", ["Browser", "Address", "Signed in", "Last seen", "Act"], rows, empty: "No session."))\(others)
      """
  }
}
