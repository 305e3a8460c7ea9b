import Core
import HTTPTypes
import Security
import Web

/// Setting up one-time codes, and turning them off.
struct SecondFactorPages: Sendable {
  let account: PortalAccount
  let layout: Layout
  let clock: any WallClock

  static let path = "/portal/account/two-factor"

  func register(in table: inout PortalTable) {
    table.page("/account/two-factor", .signedIn, "Sets up one-time codes, or turns them off") { call in
      call.session.user.usesTOTP ? offPage(call, nil) : setUpPage(call, secret: TOTP.generate().typedSecret, nil)
    }
    table.action("/account/two-factor", .signedIn, "Turns one-time codes on", bodyLimit: 16_384, handler: enable)
    table.action(
      "/account/two-factor/disable", .signedIn, "Turns one-time codes off", bodyLimit: 16_384, handler: disable)
  }

  private var frame: Layout.Frame { Layout.Frame(title: "Two-factor sign-in", current: PortalAccountPages.path) }

  @Sendable private func enable(_ call: PortalCall) async throws -> Reply {
    if let detour = call.confirmation(for: Self.path, at: clock.now()) { return detour }
    let secret = call.form["secret"] ?? ""
    do {
      let codes = try await account.enableTOTP(
        of: call.session, secret: secret, code: call.form["code"] ?? "", head: call.head)
      let list = codes.map { "<li><code>\($0.text)</code></li>" as HTML }
      return layout.portalPage(
        frame, call,
        PageParts.card(
          "Recovery codes",
          """
          <p>Two-factor sign-in is on. Keep these codes where you keep passwords: they are not shown again. Each lets \
          you in once when you do not have your authenticator.</p><ul class="ty-codes">\(list)</ul>
          <a class="btn btn-primary" href="\(PortalAccountPages.path)">I have kept them</a>
          """)
      ).with(header: .cacheControl, "no-store")
    } catch let problem as Problem where problem.status == 422 {
      return setUpPage(call, secret: secret, problem)
    }
  }

  @Sendable private func disable(_ call: PortalCall) async throws -> Reply {
    do {
      try await account.disableTOTP(of: call.session, code: call.form["code"] ?? "", head: call.head)
      return .redirect(to: PortalAccountPages.path, flash: Flash(.success, "Two-factor sign-in is off."))
    } catch let problem as Problem where problem.status == 422 {
      return offPage(call, problem)
    }
  }

  private func setUpPage(_ call: PortalCall, secret: String, _ problem: Problem?) -> Reply {
    let uri = TOTP(typedSecret: secret)?.uri(issuer: "Trackily licences", account: call.session.email.description)
    var reply = layout.portalPage(
      frame, call,
      PageParts.card(
        "Set up an authenticator",
        """
        \(PageParts.faults(problem))<form method="post" action="\(Self.path)">\(call.csrfField)
        <input type="hidden" name="secret" value="\(secret)">
        <p>Add this account to your authenticator app: type in the key, or open the address on the device that has the \
        app.</p>\(PortalParts.copyable("Key", secret, id: "totp-secret"))
        \(PortalParts.copyable("Address for apps", uri ?? "", id: "totp-uri"))
        \(PageParts.input("code", "Enter the six digits it shows", autocomplete: "one-time-code"))
        <button class="btn btn-primary">Turn on</button></form>
        """)
    ).with(header: .cacheControl, "no-store")
    reply.status = problem?.status ?? 200
    return reply
  }

  private func offPage(_ call: PortalCall, _ problem: Problem?) -> Reply {
    var reply = layout.portalPage(
      frame, call,
      PageParts.card(
        "Turn two-factor sign-in off",
        """
        \(PageParts.faults(problem))<form method="post" action="\(Self.path)/disable">\(call.csrfField)
        <p>Two-factor sign-in is on. Turning it off needs a code, and makes the recovery codes void.</p>
        \(PageParts.input(
          "code", "Code", autocomplete: "one-time-code", hint: "Six digits from your authenticator, or a recovery code."))
        <button class="btn ty-danger">Turn off</button></form>
        """))
    reply.status = problem?.status ?? 200
    return reply
  }
}
