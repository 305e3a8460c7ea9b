import Core
import Security
import Web

/// One's own account: password, second factor, sessions.
struct StaffAccountPages: Sendable {
  let account: StaffAccount
  let layout: Layout

  static let path = "/admin/account"
  private static let twoFactorPath = "\(path)/two-factor"

  func register(in table: inout StaffTable) {
    table.page("/account", .signedIn, "One's account") { try await page($0) }
    table.page("/account/two-factor", .signedIn, "Set up one-time codes, or turn them off") { call in
      call.session.member.usesTOTP
        ? disablePage(call, nil) : setUpPage(call, secret: account.offer(to: call.session).secret, nil)
    }
    table.action("/account/two-factor", .signedIn, "Turns one-time codes on", handler: enable)
    table.action("/account/two-factor/disable", .signedIn, "Turns one-time codes off") { call in
      do {
        try await account.disable(password: call.form["password"] ?? "", of: call.session, head: call.head)
        return .redirect(to: Self.path, flash: Flash(.success, "Two-factor sign-in is off."))
      } catch let problem as Problem where problem.status == 422 {
        return disablePage(call, problem)
      }
    }
    table.action("/account/sessions/end-others", .signedIn, "Signs all other sessions out") { call in
      try await account.endOthers(of: call.session, head: call.head)
      return .redirect(to: Self.path, flash: Flash(.success, "All other sessions are signed out."))
    }
    table.action("/account/sessions/{id}/end", .signedIn, "Signs one session out") { call in
      try await account.end(call.uuid(), of: call.session, head: call.head)
      return .redirect(to: Self.path, flash: Flash(.success, "The session is signed out."))
    }
  }

  private func page(_ call: StaffCall) async throws -> Reply {
    let member = call.session.member
    let others: HTML = PageParts.button("Sign out others", post: "\(Self.path)/sessions/end-others", call.csrfField)
    return layout.staffPage(
      Layout.Frame(title: "My account", actions: others), call,
      """
      \(PageParts.facts([
        ("E-mail", "\(member.email)"), ("Role", "\(member.role.title)"),
        ("Password", "<a href=\"/admin/password\">Change</a>"),
        ("Two-factor sign-in",
          "\(member.usesTOTP ? "on" : "off"), <a href=\"\(Self.twoFactorPath)\">\(member.usesTOTP ? "turn off" : "set up")</a>"),
      ]))
      \(Self.sessionTable(try await account.sessions(of: call.session), call, endsOwn: true))
      """)
  }

  /// - Parameter endsOwn: whether each session but the present one has its own button.
  static func sessionTable(_ sessions: [StaffSessionView], _ call: StaffCall, endsOwn: Bool) -> HTML {
    let rows = sessions.map { session -> HTML in
      let isCurrent = session.tokenHash == call.session.tokenHash
      let act: HTML =
        isCurrent
        ? "this one"
        : endsOwn
          ? PageParts.button(
            "Sign out", post: "\(path)/sessions/\(session.id)/end", call.csrfField, style: "btn btn-sm")
          : .empty
      return """
        <tr><td>\(session.kind == .browser ? "Browser" : "API")</td><td>\(session.address?.description ?? "–")</td>\
        <td>\(session.userAgent.isEmpty ? "–" : session.userAgent)</td><td>\(PageParts.time(session.createdAt))</td>\
        <td>\(PageParts.time(session.lastSeenAt))</td><td>\(act)</td></tr>
        """
    }
    return PageParts.table(
      "Sessions", ["Kind", "From", "Program", "Since", "Last seen", "Act"], rows, empty: "Nobody is signed in.")
  }

  private func setUpPage(_ call: StaffCall, secret: String, _ problem: Problem?) -> Reply {
    let uri = TOTP(typedSecret: secret).map { StaffAccount.uri($0, call.session) } ?? ""
    var reply = layout.staffPage(
      Layout.Frame(title: "Two-factor sign-in"), call,
      PageParts.card(
        "Set up",
        """
        \(PageParts.faults(problem))<form method="post" action="\(Self.twoFactorPath)">\(call.csrfField)
        <input type="hidden" name="secret" value="\(secret)">
        <ol class="ty-steps"><li><div><p>Type this key into your authenticator app, or open the address on the device \
        that has it.</p><code id="totp-secret">\(secret)</code><code id="totp-uri">\(uri)</code></div></li>
        <li><div>\(PageParts.input(
          "code", "The six digits it shows", autocomplete: "one-time-code"))</div></li></ol>
        <button class="btn btn-primary">Turn on</button> <a class="btn" href="\(Self.path)">Cancel</a></form>
        """))
    reply.status = problem?.status ?? 200
    return reply
  }

  @Sendable private func enable(_ call: StaffCall) async throws -> Reply {
    let secret = call.form["secret"] ?? ""
    do {
      let codes = try await account.enable(
        secret: secret, code: call.form["code"] ?? "", of: call.session, head: call.head)
      let list = codes.map { "<li><code>\($0.text)</code></li>" as HTML }
      return layout.staffPage(
        Layout.Frame(title: "Recovery codes"), call,
        PageParts.card(
          "Keep these where you keep passwords",
          """
          <p>Two-factor sign-in is on. Each of these codes lets you in once when you do not have your authenticator. \
          They are not shown again.</p><ul class="ty-codes">\(list)</ul>
          <a class="btn btn-primary" href="\(Self.path)">I have kept them</a>
          """))
    } catch let problem as Problem where [409, 422].contains(problem.status) {
      return setUpPage(call, secret: secret, problem)
    }
  }

  private func disablePage(_ call: StaffCall, _ problem: Problem?) -> Reply {
    var reply = layout.staffPage(
      Layout.Frame(title: "Two-factor sign-in"), call,
      PageParts.card(
        "Turn off",
        """
        \(PageParts.faults(problem))<form method="post" action="\(Self.twoFactorPath)/disable">\(call.csrfField)
        <p>Two-factor sign-in is on. Turning it off needs your password and makes the recovery codes void.</p>
        \(PageParts.input("password", "Password", type: "password", autocomplete: "current-password"))
        <button class="btn ty-danger">Turn off</button> <a class="btn" href="\(Self.path)">Cancel</a></form>
        """))
    reply.status = problem?.status ?? 200
    return reply
  }
}
