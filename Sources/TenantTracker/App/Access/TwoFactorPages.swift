import Core
import Security
import Web

/// Setting up one-time codes, and turning them off.
struct TwoFactorPages: Sendable {
  let api: AccessAPI
  let layout: Layout

  static let path = "/admin/account/two-factor"

  func register(in table: inout TrackerTable) {
    table.page("/account/two-factor", .signedIn, "Set up one-time codes, or turn them off") { call in
      call.session.user.usesTOTP
        ? disablePage(nil, call) : setUpPage(secret: TOTP.generate().typedSecret, nil, call)
    }
    table.action("/account/two-factor", .signedIn, "Turn one-time codes on") { try await confirm($0) }
    table.action("/account/two-factor/disable", .signedIn, "Turn one-time codes off") { try await disable($0) }
  }

  private var frame: Layout.Frame {
    Layout.Frame(
      title: "Two-factor sign-in", current: AccountPages.path, crumbs: [("My account", AccountPages.path)])
  }

  private func setUpPage(secret: String, _ problem: Problem?, _ call: TrackerCall) -> Reply {
    let fields = FormFields([:], problem: problem, icons: layout.icons)
    let uri =
      TOTP(typedSecret: secret)?.uri(
        issuer: call.session.standing.productName, account: call.session.user.email.description) ?? ""
    return layout.page(
      frame, call, status: problem?.status ?? 200,
      """
      <form class="card ty-form" method="post" action="\(Self.path)" novalidate>\(call.csrfField)\
      <input type="hidden" name="secret" value="\(secret)"><div class="card-body">\(fields.summary)
      <ol class="ty-steps"><li><div><p>Add this account to your authenticator app: type in the key, or open the address \
      on the device that has the app.</p>
      \(Parts.copyable("Key", secret, id: "totp-secret", layout.icons))
      \(Parts.copyable("Address for apps", uri, id: "totp-uri", layout.icons))</div></li>
      <li><div>\(fields.input(
        "code", "Enter the six digits it shows", required: true, complete: "one-time-code",
        extra: " inputmode=\"numeric\" maxlength=\"8\""))</div></li></ol></div>
      <div class="card-footer ty-buttons"><button class="btn btn-primary">Turn on</button>\
      <a class="btn" href="\(AccountPages.path)">Cancel</a></div></form>
      """)
  }

  private func confirm(_ call: TrackerCall) async throws -> Reply {
    let secret = call.form["secret"] ?? ""
    do {
      let codes = try await api.confirmTOTP(secret: secret, code: call.form["code"] ?? "", by: call)
      let list = codes.map { "<li><code>\($0.text)</code></li>" as HTML }
      return layout.page(
        frame, call,
        Parts.card(
          "Recovery codes",
          """
          \(Parts.note(
            .warning, "<p>Two-factor sign-in is on. Keep these codes where you keep passwords: they are not shown again.</p>",
            layout.icons))
          <p>Each of them lets you in once when you do not have your authenticator.</p>
          <ul class="ty-codes">\(list)</ul><a class="btn btn-primary" href="\(AccountPages.path)">I have kept them</a>
          """))
    } catch let problem as Problem where problem.isAboutTheForm {
      return setUpPage(secret: secret, problem, call)
    }
  }

  private func disablePage(_ problem: Problem?, _ call: TrackerCall) -> Reply {
    let fields = FormFields([:], problem: problem, icons: layout.icons)
    return layout.page(
      frame, call, status: problem?.status ?? 200,
      """
      <form class="card ty-form" method="post" action="\(Self.path)/disable" novalidate>\(call.csrfField)\
      <div class="card-body">\(fields.summary)<p>Two-factor sign-in is on. Turning it off needs your password, and makes \
      the recovery codes void.</p>\(fields.input(
        "password", "Password", .password, required: true, complete: "current-password"))</div>
      <div class="card-footer ty-buttons"><button class="btn ty-danger">Turn off</button>\
      <a class="btn" href="\(AccountPages.path)">Cancel</a></div></form>
      """)
  }

  private func disable(_ call: TrackerCall) async throws -> Reply {
    do {
      try await api.disableTOTP(password: call.form["password"] ?? "", by: call)
      return .redirect(to: AccountPages.path, flash: Flash(.success, "Two-factor sign-in is off."))
    } catch let problem as Problem where problem.isAboutTheForm {
      return disablePage(problem, call)
    }
  }
}
