import Core
import HTTPTypes
import Web

/// Asks somebody who signed in a while ago to prove anew who they are, before keys are shown or credentials changed.
struct ConfirmPages: Sendable {
  let entrance: PortalEntrance
  let layout: Layout

  func register(in table: inout PortalTable) {
    table.page("/confirm", .signedIn, "Asks for the password again") { call in
      page(call, returnTo: ReturnPath(call.query("return_to")), nil)
    }
    table.action("/confirm", .signedIn, "Takes the password again", bodyLimit: 16_384, handler: confirm)
  }

  @Sendable private func confirm(_ call: PortalCall) async throws -> Reply {
    let back = ReturnPath(call.form["return_to"])
    do {
      try await entrance.confirm(
        call.session, password: call.form["password"] ?? "", code: call.form["code"] ?? "", head: call.head)
      return .redirect(to: back?.description ?? "/portal", flash: Flash(.info, "Thank you. You can go on now."))
    } catch let problem as Problem where problem.status == 422 || problem.status == 429 {
      return page(call, returnTo: back, problem)
    }
  }

  private func page(_ call: PortalCall, returnTo: ReturnPath?, _ problem: Problem?) -> Reply {
    let user = call.session.user
    let code = PageParts.input(
      "code", "One-time code", autocomplete: "one-time-code",
      hint: "Six digits from your authenticator, or a recovery code.")
    let withPassword: HTML = """
      <form method="post" action="/portal/confirm">\(call.csrfField)
      <input type="hidden" name="return_to" value="\(returnTo?.description ?? "")">
      \(PageParts.input("password", "Password", type: "password", autocomplete: "current-password"))
      \(if: user.usesTOTP, code)<button class="btn btn-primary">Go on</button></form>
      """
    let withMail: HTML = """
      <form class="mt-3" method="post" action="/portal/login"><input type="hidden" name="email" value="\(user.email)">
      <p>\(user.hasPassword ? "Or have" : "Have") a link mailed to \(user.email) and sign in with it.</p>
      <button class="btn">Mail me a sign-in link</button></form>
      """
    var reply = layout.portalPage(
      Layout.Frame(title: "Is it you?"), call,
      PageParts.card(
        "Before you go on",
        """
        \(PageParts.faults(problem))<p>You signed in a while ago. What comes next is worth asking again.</p>
        \(if: user.hasPassword, withPassword)\(withMail)
        """))
    reply.status = problem?.status ?? 200
    if let seconds = problem?.retryAfter { reply.fields[.retryAfter] = String(seconds) }
    return reply
  }
}
