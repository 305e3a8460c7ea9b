import Core
import Database
import HTTPTypes
import Security
import Web

/// The customer's way in: a password, or an address, a mail with a link, and one click. Whether the address is known is
/// never told.
struct PortalEntrancePages: Sendable {
  let database: ConnectionPool
  let entrance: PortalEntrance
  let mail: MailJobs
  let layout: Layout
  let limits: PortalLimits
  let clock: any WallClock

  static let prefix = "/portal"
  static let cookie = SessionCookie(name: "tly_portal", path: prefix, lifetime: PortalSessionStore.lifetime)

  func register(in table: inout PortalTable) {
    table.openPage("/login", "The sign-in") { call in
      .html(signInPage(call.place.host, returnTo: ReturnPath(call.query("return_to"))))
    }
    table.openAction("/login", "Sends a sign-in link", bodyLimit: 16_384, handler: sendLink)
    table.openAction("/login/password", "Signs in with a password", bodyLimit: 16_384, handler: signIn)
    // Opening the link only shows a button: programs that look into mails must not use it up.
    table.openPage("/link/{token}", "What a sign-in link opens") { call in
      .html(linkPage(call.place.host, call.parameter("token")))
    }
    table.openAction("/link/{token}", "Signs in with a link", bodyLimit: 16_384, handler: redeem)
    table.openPage("/second-factor", "Asks for the one-time code") { call in
      .html(codePage(call.place.host, returnTo: ReturnPath(call.query("return_to"))))
    }
    table.openAction("/second-factor", "Signs in with the one-time code", bodyLimit: 16_384, handler: complete)
    table.action("/logout", .signedIn, "Signs out") { call in
      try await PortalSessionStore(database).end(call.session.tokenHash)
      return .redirect(to: "/portal/login").with(Self.cookie.clear(for: call.head))
    }
  }

  @Sendable private func sendLink(_ call: OpenCall<Vendor>) async throws -> Reply {
    guard let email = EmailAddress(call.form["email"] ?? "") else {
      return .html(
        signInPage(
          call.place.host, returnTo: nil, email: call.form["email"] ?? "",
          .invalid("email", "email", "must be an e-mail address")), status: 422)
    }
    try limits.perAddress?.admit(call.clientAddress.limitKey)
    if limits.perMailbox.charge(email.description) == nil {
      try await mail.enqueue(SignInMail(), to: email, in: database)
    }
    return .html(
      layout.plain(
        "Look into your mail", host: call.place.host,
        """
        <p>If \(email) belongs to a customer, a sign-in link is on its way. It works once, within 20 minutes.</p>
        <p><a href="/portal/login">Ask for another one</a></p>
        """))
  }

  @Sendable private func signIn(_ call: OpenCall<Vendor>) async throws -> Reply {
    let back = ReturnPath(call.form["return_to"])
    do {
      guard let email = EmailAddress(call.form["email"] ?? "") else {
        throw Problem.unauthorized("The e-mail address or the password is wrong.")
      }
      return admitted(try await entrance.signIn(email, call.form["password"] ?? "", head: call.head), call.head, back)
    } catch let problem as Problem where problem.status == 401 || problem.status == 429 {
      return refused(signInPage(call.place.host, returnTo: back, email: call.form["email"] ?? "", problem), problem)
    }
  }

  @Sendable private func redeem(_ call: OpenCall<Vendor>) async throws -> Reply {
    guard let admission = try await entrance.signIn(link: call.parameter("token"), head: call.head) else {
      return .html(
        layout.plain(
          "This link does not work", host: call.place.host,
          """
          <p>It was used before, or it is older than 20 minutes.</p>
          <p><a class="btn btn-primary" href="/portal/login">Ask for a new one</a></p>
          """), status: 410)
    }
    return admitted(admission, call.head, nil)
  }

  @Sendable private func complete(_ call: OpenCall<Vendor>) async throws -> Reply {
    let back = ReturnPath(call.form["return_to"])
    guard let pending = Self.cookie.token(in: call.head) else { return .redirect(to: "/portal/login") }
    do {
      let token = try await entrance.complete(pending, code: call.form["code"] ?? "", head: call.head)
      return .redirect(to: back?.description ?? Self.prefix).with(Self.cookie.issue(token.text, for: call.head))
    } catch let problem as Problem where problem.status == 401 || problem.status == 429 {
      return refused(codePage(call.place.host, returnTo: back, problem), problem)
    }
  }

  private func admitted(_ admission: PortalEntrance.Admission, _ head: RequestHead, _ back: ReturnPath?) -> Reply {
    var path = back?.description ?? Self.prefix
    if admission.lacksSecondFactor {
      path =
        "/portal/second-factor" + (back.map { "?return_to=\(PercentCoding.encodeComponent($0.description))" } ?? "")
    }
    return .redirect(to: path).with(Self.cookie.issue(admission.token.text, for: head))
  }

  private func refused(_ page: HTML, _ problem: Problem) -> Reply {
    var reply = Reply.html(page, status: problem.status)
    if let seconds = problem.retryAfter { reply.fields[.retryAfter] = String(seconds) }
    return reply
  }

  private func signInPage(
    _ host: HostBrand, returnTo: ReturnPath?, email: String = "", _ problem: Problem? = nil
  ) -> HTML {
    layout.plain(
      "Sign in", host: host,
      """
      \(PageParts.faults(problem))<form method="post" action="/portal/login/password">
      <input type="hidden" name="return_to" value="\(returnTo?.description ?? "")">
      \(PageParts.input("email", "E-mail", type: "email", value: email, autocomplete: "username"))
      \(PageParts.input(
        "password", "Password", type: "password", required: false, autocomplete: "current-password",
        hint: "No password yet, or forgotten? Have a link mailed to you instead."))
      <button class="btn btn-primary w-100 mb-2">Sign in</button>
      <button class="btn w-100" formaction="/portal/login">Mail me a sign-in link</button></form>
      <p class="mt-3"><a href="/portal/forgot">Set a new password</a>\
      \(if: host.resellerID == nil, " · <a href=\"/portal/sign-up\">Buy a licence</a>")</p>
      """)
  }

  private func linkPage(_ host: HostBrand, _ token: String) -> HTML {
    layout.plain(
      "Sign in", host: host,
      """
      <form method="post" action="/portal/link/\(PercentCoding.encodeComponent(token))">
      <button class="btn btn-primary w-100">Sign in to the portal</button></form>
      """)
  }

  private func codePage(_ host: HostBrand, returnTo: ReturnPath?, _ problem: Problem? = nil) -> HTML {
    layout.plain(
      "One-time code", host: host,
      """
      \(PageParts.faults(problem))<form method="post" action="/portal/second-factor">
      <input type="hidden" name="return_to" value="\(returnTo?.description ?? "")">
      \(PageParts.input(
        "code", "Code", autocomplete: "one-time-code", hint: "Six digits from your authenticator, or a recovery code."))
      <button class="btn btn-primary w-100">Sign in</button></form>
      <p class="mt-3"><a href="/portal/login">Begin again</a></p>
      """)
  }
}

/// How often strangers may ask for something.
struct PortalLimits: Sendable {
  /// Orders, links and forms of one address. Nil for no limit.
  let perAddress: RateLimiter<IPAddress>?
  /// Mails to one mailbox, so that nobody's can be flooded.
  let perMailbox: RateLimiter<String>
}
