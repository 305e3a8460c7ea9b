import Core
import Database
import HTTPTypes
import Security
import Web

/// Sign-in, sign-out and password of the staff's pages.
struct StaffPages: Sendable {
  let database: ConnectionPool
  let entrance: StaffEntrance
  let layout: Layout

  static let prefix = "/admin"
  static let cookie = SessionCookie(name: "tly_staff", path: prefix, lifetime: StaffSessionStore.lifetime)

  func register(in table: inout StaffTable) {
    table.page("/", .signedIn, "The first page of the menu") { call in
      let first = MenuEntry.all.first { call.session.allows($0.access) }
      return .redirect(to: first?.path ?? "/admin/password")
    }
    table.openPage("/login", "The sign-in") { call in
      .html(signInPage(returnTo: ReturnPath(call.query("return_to"))))
    }
    table.openAction("/login", "Signs in", handler: signIn)
    table.action("/logout", .signedIn, "Signs out", whilePasswordMustChange: true) { call in
      try await StaffSessionStore(database).end(call.session.tokenHash)
      return .redirect(to: "/admin/login").with(Self.cookie.clear(for: call.head))
    }
    table.page("/password", .signedIn, "One's password", whilePasswordMustChange: true) { call in
      passwordPage(call, nil)
    }
    table.action(
      "/password", .signedIn, "Changes one's password", whilePasswordMustChange: true, handler: changePassword)
  }

  @Sendable private func signIn(_ call: OpenCall<Vendor>) async throws -> Reply {
    let back = ReturnPath(call.form["return_to"])
    do {
      guard let email = EmailAddress(call.form["email"] ?? "") else {
        throw Problem.unauthorized("The e-mail address or the password is wrong.")
      }
      let (_, token) = try await entrance.signIn(
        email, call.form["password"] ?? "", code: call.form["totp"], kind: .browser, head: call.head)
      return .redirect(to: back?.description ?? "/admin").with(Self.cookie.issue(token.text, for: call.head))
    } catch let problem as Problem where problem.status == 401 || problem.status == 429 {
      let asksCode = problem.code == StaffSecondFactor.required.code || call.form["totp"] != nil
      var shown = problem
      if problem.code == StaffSecondFactor.required.code {
        shown.detail = "Your account asks for a one-time code as well."
      }
      let page = signInPage(returnTo: back, email: call.form["email"] ?? "", asksCode: asksCode, problem: shown)
      var reply = Reply.html(page, status: problem.status)
      if let seconds = problem.retryAfter { reply.fields[.retryAfter] = String(seconds) }
      return reply
    }
  }

  private func signInPage(
    returnTo: ReturnPath?, email: String = "", asksCode: Bool = false, problem: Problem? = nil
  ) -> HTML {
    let code: HTML =
      asksCode
      ? PageParts.input(
        "totp", "One-time code", autocomplete: "one-time-code",
        hint: "Six digits from your authenticator, or a recovery code.") : .empty
    return layout.plain(
      "Sign in",
      """
      \(PageParts.faults(problem))<form method="post" action="/admin/login">
      <input type="hidden" name="return_to" value="\(returnTo?.description ?? "")">
      \(PageParts.input("email", "E-mail", type: "email", value: email, autocomplete: "username"))
      \(PageParts.input("password", "Password", type: "password", autocomplete: "current-password"))\(code)
      <button class="btn btn-primary w-100">Sign in</button></form>
      """)
  }

  @Sendable private func changePassword(_ call: StaffCall) async throws -> Reply {
    do {
      try await entrance.changePassword(
        of: call.session, current: call.form["current"] ?? "", new: call.form["new"] ?? "", head: call.head)
      return .redirect(to: "/admin", flash: Flash(.success, "Your password is changed."))
    } catch let problem as Problem where problem.status == 422 {
      var reply = passwordPage(call, problem)
      reply.status = 422
      return reply
    }
  }

  private func passwordPage(_ call: StaffCall, _ problem: Problem?) -> Reply {
    let lead: HTML =
      call.session.mustChangePassword
      ? "<p>The initial password must be changed before anything else.</p>" : .empty
    return layout.staffPage(
      Layout.Frame(title: "Password"), call,
      PageParts.card(
        "Change your password",
        """
        \(lead)\(PageParts.faults(problem))<form method="post" action="/admin/password">\(call.csrfField)
        \(PageParts.input("current", "Current password", type: "password", autocomplete: "current-password"))
        \(PageParts.input(
          "new", "New password", type: "password", autocomplete: "new-password", hint: "At least 12 characters."))
        <button class="btn btn-primary">Change password</button></form>
        """))
  }
}
