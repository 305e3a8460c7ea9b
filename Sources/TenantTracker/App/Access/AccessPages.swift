import Core
import HTTPTypes
import Security
import Web

/// The way in and out: sign-in, sign-out, and the link by which somebody sets a password.
struct AccessPages: Sendable {
  let accounts: Accounts
  let cookie: SessionCookie
  let layout: Layout

  static let signInPath = "/admin/login"

  func register(in table: inout TrackerTable) {
    table.openPage("/login", "Sign-in") { call in
      signInPage(
        FormFields([:], icons: layout.icons), call.place.brand, returnTo: call.query("return_to"), call.request.flash)
    }
    table.openAction("/login", "Sign in") { try await signIn($0) }
    table.action("/logout", .signedIn, "Sign out", whilePasswordMustChange: true) { try await signOut($0) }
    table.openPage("/invitation", "Set a password by an invitation's link") { call in
      invitationPage(FormFields([:], icons: layout.icons), call.place.brand)
    }
    table.openAction("/invitation", "Set the password an invitation is for") { try await accept($0) }
  }

  // Signing in

  private func signInPage(
    _ fields: FormFields, _ brand: TenantBrand, returnTo: String?, _ flash: Flash? = nil, asksCode: Bool = false
  ) -> Reply {
    let back = ReturnPath(returnTo)?.description
    let code: HTML =
      asksCode
      ? fields.input(
        "totp", "One-time code", hint: "Six digits from your authenticator, or a recovery code.",
        complete: "one-time-code", extra: " inputmode=\"numeric\" autofocus") : .empty
    let hint = asksCode ? "Once more, together with the code." : nil
    let problem = fields.problem
    var reply = Reply.html(
      layout.plain(
        title: "Sign in", flash: flash, brand: brand,
        """
        <form method="post" action="\(Self.signInPath)" novalidate>\(fields.summary)
        <input type="hidden" name="return_to" value="\(back)">
        \(fields.input("email", "E-mail", .email, required: true, complete: "username"))
        \(fields.input(
          "password", "Password", .password, required: true, hint: hint, complete: "current-password"))
        \(code)<button class="btn btn-primary w-100">Sign in</button></form>
        """), status: problem?.status ?? 200)
    if let seconds = problem?.retryAfter { reply.fields[.retryAfter] = "\(seconds)" }
    return reply
  }

  private func signIn(_ call: TrackerOpenCall) async throws -> Reply {
    let form = call.form
    // No password is that long: it is wrong without being looked at.
    let password = form["password"].flatMap { $0.count <= 256 ? $0 : nil } ?? ""
    let code = form["totp"].flatMap { $0.trimmed.isEmpty ? nil : $0 }
    do {
      let (token, _) = try await accounts.signIn(
        .init(
          email: String((form["email"] ?? "").trimmed.prefix(254)), password: password, totp: code,
          address: call.clientAddress, userAgent: call.head.header("User-Agent") ?? "", kind: .browser),
        to: call.place.scope)
      let back = ReturnPath(form["return_to"])?.description ?? DashboardPages.path
      return Reply.redirect(to: back).with(cookie.issue(token.text, for: call.head))
    } catch let problem as Problem where [401, 429, 503].contains(problem.status) {
      var shown = problem
      if problem.code == "totp_required" { shown.detail = "Your account asks for a one-time code as well." }
      let fields = FormFields(["email": JSONValue(form["email"])], problem: shown, icons: layout.icons)
      return signInPage(
        fields, call.place.brand, returnTo: form["return_to"],
        asksCode: problem.code == "totp_required" || form["totp"] != nil)
    }
  }

  private func signOut(_ call: TrackerCall) async throws -> Reply {
    if case .session(let id) = call.session.credential {
      try await accounts.sessions.end(id: id, user: call.session.user.id, of: call.place.scope)
    }
    return Reply.redirect(to: Self.signInPath, flash: Flash(.info, "You are signed out.")).with(
      cookie.clear(for: call.head))
  }

  // Invitations and password resets

  private func invitationPage(_ fields: FormFields, _ brand: TenantBrand) -> Reply {
    .html(
      layout.plain(
        title: "Choose your password", brand: brand,
        """
        <form method="post" action="/admin/invitation" novalidate>\(fields.summary)
        <div data-token-field>\(fields.input(
          "token", "Invitation code", hint: "The part of the link after the #.", extra: " data-token-from-fragment"))</div>
        \(fields.input(
          "password", "New password", .password, required: true,
          hint: "12 characters or more. A sentence is easier to remember than symbols.", complete: "new-password"))
        <button class="btn btn-primary w-100">Set password</button></form>
        """), status: fields.problem?.status ?? 200)
  }

  private func accept(_ call: TrackerOpenCall) async throws -> Reply {
    let token = (call.form["token"] ?? "").trimmed
    do {
      _ = try await accounts.acceptInvitation(
        token: token, password: call.form["password"] ?? "", address: call.clientAddress, in: call.place.scope)
      return .redirect(to: Self.signInPath, flash: Flash(.success, "Your password is set. Sign in with it."))
    } catch let problem as Problem where [404, 409, 422, 503].contains(problem.status) {
      var shown = problem
      if problem.status == 404 {
        shown.detail = "This link has been used or has run out. Ask an admin of this tracker for a new one."
      }
      return invitationPage(
        FormFields(["token": .string(token)], problem: shown, icons: layout.icons), call.place.brand)
    }
  }
}
