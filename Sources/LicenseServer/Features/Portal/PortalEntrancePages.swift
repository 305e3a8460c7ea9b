import Core
import Database
import Security
import Web

/// The customer's way in: an address, a mail with a link, one click. Whether the address is known is never told.
struct PortalEntrancePages: Sendable {
  let database: ConnectionPool
  let mail: MailJobs
  let layout: Layout
  /// Nil for no limit.
  let limiter: RateLimiter<IPAddress>?
  /// Links for one address, so that nobody's mailbox can be flooded.
  let perMailbox: RateLimiter<String>
  let clock: any WallClock

  static let prefix = "/portal"
  static let cookie = SessionCookie(name: "tly_portal", path: prefix, lifetime: PortalSessionStore.lifetime)

  func register(in table: inout PortalTable) {
    table.openPage("/login", "The sign-in") { _ in .html(askPage(nil)) }
    table.openAction("/login", "Sends a sign-in link", handler: sendLink)
    // Opening the link only shows a button: programs that look into mails must not use it up.
    table.openPage("/link/{token}", "What a sign-in link opens") { call in .html(linkPage(call.parameter("token"))) }
    table.openAction("/link/{token}", "Signs in with a link", handler: redeem)
    table.action("/logout", .signedIn, "Signs out") { call in
      try await PortalSessionStore(database).end(call.session.tokenHash)
      return .redirect(to: "/portal/login").with(Self.cookie.clear(for: call.head))
    }
  }

  @Sendable private func sendLink(_ call: OpenCall<Vendor>) async throws -> Reply {
    guard let email = EmailAddress(call.form["email"] ?? "") else {
      return .html(askPage(.invalid("email", "email", "must be an e-mail address")), status: 422)
    }
    try limiter?.admit(call.clientAddress.limitKey)
    if perMailbox.charge(email.description) == nil { try await mail.enqueueSignIn(email, in: database) }
    return .html(
      layout.plain(
        "Look into your mail",
        """
        <p>If \(email) belongs to a customer, a sign-in link is on its way. It works once, within 20 minutes.</p>
        <p><a href="/portal/login">Ask for another one</a></p>
        """))
  }

  private func askPage(_ problem: Problem?) -> HTML {
    layout.plain(
      "Sign in",
      """
      \(PageParts.faults(problem))<p>We mail you a link that signs you in.</p>
      <form method="post" action="/portal/login">
      \(PageParts.input("email", "E-mail", type: "email", autocomplete: "email"))
      <button class="btn btn-primary w-100">Send the link</button></form>
      """)
  }

  private func linkPage(_ token: String) -> HTML {
    layout.plain(
      "Sign in",
      """
      <form method="post" action="/portal/link/\(PercentCoding.encodeComponent(token))">
      <button class="btn btn-primary w-100">Sign in to the portal</button></form>
      """)
  }

  @Sendable private func redeem(_ call: OpenCall<Vendor>) async throws -> Reply {
    let token = call.parameter("token")
    let session = try await database.transaction { connection in
      let store = PortalSessionStore(connection)
      guard let user = try await store.redeem(link: token, at: clock.now()) else { return nil as String? }
      return try await store.start(for: user, from: call.head, at: clock.now()).text
    }
    guard let session else {
      return .html(
        layout.plain(
          "This link does not work",
          """
          <p>It was used before, or it is older than 20 minutes.</p>
          <p><a class="btn btn-primary" href="/portal/login">Ask for a new one</a></p>
          """), status: 410)
    }
    return .redirect(to: "/portal").with(Self.cookie.issue(session, for: call.head))
  }
}
