import Core
import Security
import Web

/// `/api/me/totp` and `/api/me/sessions`
struct StaffAccountAPI: Sendable {
  let account: StaffAccount

  func register(in table: inout StaffTable) {
    table.define("staff_session", StaffSessionView.schema)
    table.on(
      .post, "/me/totp", .signedIn, "Begins, confirms or ends two-factor sign-in",
      body: .optionalJSON(
        .object([.optional("secret", .string), .optional("code", .string), .optional("password", .string)])
          .described("Nothing to begin; `secret` and `code` to confirm; `password` to end it.")),
      answer: .object([
        .required("enabled", .boolean), .optional("secret", .string), .optional("uri", .string),
        .optional("recovery_codes", .array(.string)),
      ]), handler: changeTOTP)
    table.on(
      .get, "/me/sessions", .signedIn, "One's open sessions", answer: .page(of: .ref("staff_session"))
    ) { call in
      .json(Page(items: try await account.sessions(of: call.session)).json { $0.json(current: call.session) })
    }
    table.on(.delete, "/me/sessions", .signedIn, "Signs all other sessions out", status: 204) { call in
      try await account.endOthers(of: call.session, head: call.head)
      return .noContent
    }
    table.on(.delete, "/me/sessions/{id}", .signedIn, "Signs one session out", status: 204) { call in
      try await account.end(call.uuid(), of: call.session, head: call.head)
      return .noContent
    }
  }

  @Sendable private func changeTOTP(_ call: StaffCall) async throws -> Reply {
    var fields = try call.fields()
    let secret = fields.optionalString("secret", length: 1...200) ?? nil
    let code = fields.optionalString("code", length: 1...40) ?? nil
    let password = fields.optionalString("password", length: 1...1024, trim: false) ?? nil
    if (secret == nil) != (code == nil) {
      fields.fault(secret == nil ? "secret" : "code", "required", "is required with the other one")
    }
    try fields.finish()
    if let password {
      try await account.disable(password: password, of: call.session, head: call.head)
      return .json(["enabled": false])
    }
    guard let secret, let code else {
      let offer = account.offer(to: call.session)
      return .json([
        "enabled": .bool(call.session.member.usesTOTP), "secret": .string(offer.secret), "uri": .string(offer.uri),
      ])
    }
    let codes = try await account.enable(secret: secret, code: code, of: call.session, head: call.head)
    return .json(["enabled": true, "recovery_codes": JSONValue(codes.map(\.text))])
  }
}
