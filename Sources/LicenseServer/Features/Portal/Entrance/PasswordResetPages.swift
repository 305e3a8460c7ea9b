import Core
import Database
import Security
import Web

/// A new password for who forgot the old one: an address, a mail with a link, a form.
struct PasswordResetPages: Sendable {
  let database: ConnectionPool
  let account: PortalAccount
  let mail: MailJobs
  let layout: Layout
  let limits: PortalLimits

  func register(in table: inout PortalTable) {
    table.openPage("/forgot", "Asks where to mail a password link") { call in .html(askPage(call.place.host, nil)) }
    table.openAction("/forgot", "Mails a password link", bodyLimit: 16_384, handler: send)
    table.openPage("/reset/{token}", "Asks for the new password") { call in
      .html(resetPage(call.place.host, call.parameter("token"), nil))
    }
    table.openAction("/reset/{token}", "Sets the new password", bodyLimit: 16_384, handler: reset)
  }

  @Sendable private func send(_ call: OpenCall<Vendor>) async throws -> Reply {
    guard let email = EmailAddress(call.form["email"] ?? "") else {
      return .html(askPage(call.place.host, .invalid("email", "email", "must be an e-mail address")), status: 422)
    }
    try limits.perAddress?.admit(call.clientAddress.limitKey)
    if limits.perMailbox.charge(email.description) == nil {
      try await mail.enqueue(PasswordResetMail(), to: email, in: database)
    }
    return .html(
      layout.plain(
        "Look into your mail", host: call.place.host,
        """
        <p>If \(email) belongs to a customer, a link to set a new password is on its way. It works once, within 20 \
        minutes.</p><p><a href="/portal/login">Back to the sign-in</a></p>
        """))
  }

  @Sendable private func reset(_ call: OpenCall<Vendor>) async throws -> Reply {
    let token = call.parameter("token")
    try limits.perAddress?.admit(call.clientAddress.limitKey)
    do {
      guard try await account.resetPassword(link: token, new: call.form["new"] ?? "", head: call.head) else {
        return .html(
          layout.plain(
            "This link does not work", host: call.place.host,
            """
            <p>It was used before, or it is older than 20 minutes.</p>
            <p><a class="btn btn-primary" href="/portal/forgot">Ask for a new one</a></p>
            """), status: 410)
      }
    } catch let problem as Problem where problem.status == 422 {
      return .html(resetPage(call.place.host, token, problem), status: 422)
    }
    return .html(
      layout.plain(
        "Your password is set", host: call.place.host,
        """
        <p>Whoever was signed in as you no longer is.</p>
        <p><a class="btn btn-primary w-100" href="/portal/login">Sign in</a></p>
        """))
  }

  private func askPage(_ host: HostBrand, _ problem: Problem?) -> HTML {
    layout.plain(
      "Set a new password", host: host,
      """
      \(PageParts.faults(problem))<p>We mail you a link to set it with.</p>
      <form method="post" action="/portal/forgot">
      \(PageParts.input("email", "E-mail", type: "email", autocomplete: "username"))
      <button class="btn btn-primary w-100">Send the link</button></form>
      <p class="mt-3"><a href="/portal/login">Back to the sign-in</a></p>
      """)
  }

  private func resetPage(_ host: HostBrand, _ token: String, _ problem: Problem?) -> HTML {
    layout.plain(
      "Set a new password", host: host,
      """
      \(PageParts.faults(problem))<form method="post" action="/portal/reset/\(PercentCoding.encodeComponent(token))">
      \(PageParts.input(
        "new", "New password", type: "password", autocomplete: "new-password", hint: "At least 12 characters."))
      <button class="btn btn-primary w-100">Set the password</button></form>
      """)
  }
}
