import Core
import Database
import HTTPTypes
import Security
import Web

/// The reseller's way in: sign-in, invitation, password.
struct ResellerEntrancePages: Sendable {
  static let prefix = "/reseller"
  static let passwordPath = "/reseller/password"
  static let cookie = SessionCookie(name: "tly_reseller", path: prefix, lifetime: ResellerSessionStore.lifetime)

  let entrance: ResellerEntrance
  let database: ConnectionPool
  let layout: Layout

  /// The link by which somebody sets their first password.
  static func invitation(_ token: SecretToken, _ publicURL: String) -> String {
    "\(publicURL)\(prefix)/invitation/\(token.text)"
  }

  func register(in table: inout ResellerTable) {
    table.page("/", .signedIn, "The first page of the menu") { call in
      let first = ResellerMenuEntry.all.first { call.session.allows($0.access) }
      return .redirect(to: first?.path ?? Self.passwordPath)
    }
    table.openPage("/login", "The sign-in") { call in
      .html(signInPage(call, returnTo: ReturnPath(call.query("return_to"))))
    }
    table.openAction("/login", "Signs in", bodyLimit: 16_384, handler: signIn)
    table.openPage("/invitation/{token}", "What an invitation opens") { call in invitationPage(call, nil) }
    table.openAction("/invitation/{token}", "Takes an invitation up", bodyLimit: 16_384, handler: accept)
    table.action("/logout", .signedIn, "Signs out") { call in
      try await ResellerSessionStore(database).end(call.session.tokenHash)
      return .redirect(to: "\(Self.prefix)/login").with(Self.cookie.clear(for: call.head))
    }
    table.page("/password", .signedIn, "One's password") { call in passwordPage(call, nil) }
    table.action("/password", .signedIn, "Changes one's password", handler: changePassword)
  }

  @Sendable private func signIn(_ call: OpenCall<Vendor>) async throws -> Reply {
    let back = ReturnPath(call.form["return_to"])
    do {
      guard let email = EmailAddress(call.form["email"] ?? "") else {
        throw Problem.unauthorized("The e-mail address or the password is wrong.")
      }
      let token = try await entrance.signIn(email, call.form["password"] ?? "", head: call.head)
      return .redirect(to: back?.description ?? Self.prefix).with(Self.cookie.issue(token.text, for: call.head))
    } catch let problem as Problem where problem.status == 401 || problem.status == 429 {
      var reply = Reply.html(signInPage(call, returnTo: back, problem: problem), status: problem.status)
      if let seconds = problem.retryAfter { reply.fields[.retryAfter] = String(seconds) }
      return reply
    }
  }

  private func signInPage(_ call: OpenCall<Vendor>, returnTo: ReturnPath?, problem: Problem? = nil) -> HTML {
    layout.plain(
      "Reseller sign-in", host: call.place.host,
      """
      \(PageParts.faults(problem))<form method="post" action="\(Self.prefix)/login">
      <input type="hidden" name="return_to" value="\(returnTo?.description ?? "")">
      \(PageParts.input("email", "E-mail", type: "email", value: call.form["email"] ?? "", autocomplete: "username"))
      \(PageParts.input("password", "Password", type: "password", autocomplete: "current-password"))
      <button class="btn btn-primary w-100">Sign in</button></form>
      """)
  }

  private func invitationPage(_ call: OpenCall<Vendor>, _ problem: Problem?) -> Reply {
    .html(
      layout.plain(
        "Choose a password", host: call.place.host,
        """
        \(PageParts.faults(problem))<form method="post" \
        action="\(Self.prefix)/invitation/\(PercentCoding.encodeComponent(call.parameter("token")))">
        \(PageParts.input(
          "password", "Password", type: "password", autocomplete: "new-password", hint: "At least 12 characters."))
        <button class="btn btn-primary w-100">Set the password and sign in</button></form>
        """), status: problem?.status ?? 200)
  }

  @Sendable private func accept(_ call: OpenCall<Vendor>) async throws -> Reply {
    do {
      let token = try await entrance.accept(
        invitation: call.parameter("token"), password: call.form["password"] ?? "", head: call.head)
      return .redirect(to: Self.prefix).with(Self.cookie.issue(token.text, for: call.head))
    } catch let problem as Problem where problem.status == 422 {
      return invitationPage(call, problem)
    }
  }

  private func passwordPage(_ call: ResellerCall, _ problem: Problem?) -> Reply {
    layout.resellerPage(
      Layout.Frame(title: "My password"), call, status: problem?.status ?? 200,
      PageParts.card(
        "Change password",
        """
        \(PageParts.faults(problem))<form method="post" action="\(Self.passwordPath)">\(call.csrfField)
        \(PageParts.input("current", "Current password", type: "password", autocomplete: "current-password"))
        \(PageParts.input(
          "new", "New password", type: "password", autocomplete: "new-password", hint: "At least 12 characters."))
        <button class="btn btn-primary">Change password</button></form>
        """))
  }

  @Sendable private func changePassword(_ call: ResellerCall) async throws -> Reply {
    do {
      try await entrance.changePassword(
        of: call.session, current: call.form["current"] ?? "", new: call.form["new"] ?? "", head: call.head)
      return .redirect(
        to: Self.passwordPath, flash: Flash(.success, "The password is changed. Your other sessions have ended."))
    } catch let problem as Problem where problem.status == 422 {
      return passwordPage(call, problem)
    }
  }
}
