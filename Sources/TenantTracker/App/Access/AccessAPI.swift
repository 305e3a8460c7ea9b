import Core
import Database
import Security
import Web

/// Signing in, and what everybody may do with their own account.
struct AccessAPI: Sendable {
  let accounts: Accounts

  func register(in table: inout TrackerTable) {
    table.open(
      .post, "/login", "Sign in", body: .json(Self.signInSchema),
      answer: .object([.required("token", .string), .required("user", .ref("User"))]), handler: signIn)
    table.on(
      .post, "/logout", .signedIn, "End this session", status: 204, whilePasswordMustChange: true, handler: signOut)
    table.on(
      .get, "/me", .signedIn, "Who I am", answer: .ref("User"), whilePasswordMustChange: true
    ) { .json($0.session.json) }
    table.on(
      .post, "/me/password", .signedIn, "Change my password",
      body: .json(.object([.required("current", .string), .required("new", .string)])), status: 204,
      whilePasswordMustChange: true, handler: changePassword)
    table.on(.get, "/me/sessions", .signedIn, "My sessions", answer: .page(of: .any), handler: listSessions)
    table.on(.delete, "/me/sessions/{id}", .signedIn, "End one of my sessions", status: 204, handler: endSession)
    table.on(.get, "/me/api-keys", .signedIn, "My API keys", answer: .page(of: .any), handler: listKeys)
    table.on(
      .post, "/me/api-keys", .signedIn, "Make an API key; the answer is the only time it is shown",
      body: .json(.any), answer: .any, status: 201, creates: true, handler: createKey)
    table.on(.delete, "/me/api-keys/{id}", .signedIn, "Delete an API key", status: 204, handler: deleteKey)
    table.on(
      .post, "/me/totp", .signedIn, "Begin, confirm or end two-factor sign-in", body: .json(.any), answer: .any,
      handler: changeTOTP)
  }

  private static let signInSchema = Schema.object([
    .required("email", .string), .required("password", .string), .optional("totp", .string),
  ])

  private func signIn(_ call: TrackerOpenCall) async throws -> Reply {
    var fields = try call.fields()
    let email = fields.string("email", length: 1...254)
    let password = fields.string("password", length: 1...256, trim: false)
    let totp = fields.optionalString("totp", length: 0...40) ?? nil
    try fields.finish()
    guard let email, let password else { throw Problem.wrongCredentials }
    let (token, user) = try await accounts.signIn(
      .init(
        email: email, password: password, totp: totp, address: call.clientAddress,
        userAgent: call.head.header("User-Agent") ?? "", kind: .bearer),
      to: call.place.scope)
    return .json(["token": .string(token.text), "user": user.json])
  }

  private func signOut(_ call: TrackerCall) async throws -> Reply {
    if case .session(let id) = call.session.credential {
      try await accounts.sessions.end(id: id, user: call.session.user.id, of: call.place.scope)
    }
    return .noContent
  }

  /// How somebody signs in is changed by that person only: a key that leaks can't give itself more than it has, nor
  /// lock its user out.
  private func refuseKeys(_ call: TrackerCall) throws(Problem) {
    guard case .apiKey = call.session.credential else { return }
    throw Problem(
      status: 403, code: "permission_denied", title: "Not allowed",
      detail: "An API key can't change how its user signs in.")
  }

  private func changePassword(_ call: TrackerCall) async throws -> Reply {
    try refuseKeys(call)
    var fields = try call.fields()
    let current = fields.string("current", length: 1...256, trim: false)
    let new = fields.string("new", length: 1...256, trim: false)
    try fields.finish()
    guard let current, let new else { throw Problem.internalError() }
    try await accounts.changePassword(
      of: call.session, current: current, new: new, address: call.clientAddress, in: call.place.scope)
    return .noContent
  }

  private func listSessions(_ call: TrackerCall) async throws -> Reply {
    let current: String = if case .session(let id) = call.session.credential { id } else { "" }
    let sessions = try await accounts.sessions.list(
      user: call.session.user.id, at: accounts.clock.now(), of: call.place.scope)
    return .json(Page(items: sessions).json { $0.json(current: current) })
  }

  private func endSession(_ call: TrackerCall) async throws -> Reply {
    try refuseKeys(call)
    let id = try call.uuid()
    guard try await accounts.sessions.end(id: id.description, user: call.session.user.id, of: call.place.scope) else {
      throw Problem.notFound("session")
    }
    return .noContent
  }

  private func listKeys(_ call: TrackerCall) async throws -> Reply {
    let keys = try await accounts.apiKeys.list(user: call.session.user.id, of: call.place.scope)
    return .json(Page(items: keys).json(\.json))
  }

  private func createKey(_ call: TrackerCall) async throws -> Reply {
    let (key, token) = try await createKey(call.json, by: call)
    var answer = key.json.objectValue ?? [:]
    answer["token"] = .string(token.text)
    return .created(.object(answer), location: "/admin/api/me/api-keys/\(key.id)")
  }

  /// Makes a key; the token is never to be seen again. For pages too.
  func createKey(_ body: JSONValue, by call: TrackerCall) async throws -> (key: APIKeyStore.Key, token: SecretToken) {
    try refuseKeys(call)
    var fields = try FieldReader(body)
    let name = fields.string("name", length: 1...100)
    let permissions = Permissions.read("permissions", from: &fields) ?? nil
    let expiresAt = fields.optionalTimestamp("expires_at") ?? nil
    try fields.finish()
    guard let name else { throw Problem.internalError() }
    guard try await accounts.apiKeys.list(user: call.session.user.id, of: call.place.scope).count < 100 else {
      throw Problem.conflict("You have 100 API keys; delete one first.")
    }
    let token = SecretToken.make(prefix: Accounts.apiKeyPrefix)
    let key = try await accounts.apiKeys.insert(
      name: name, tokenHash: token.hash.bytes, lastFour: token.hint, permissions: permissions, expiresAt: expiresAt,
      user: call.session.user.id, at: accounts.clock.now(), of: call.place.scope)
    return (key, token)
  }

  private func deleteKey(_ call: TrackerCall) async throws -> Reply {
    try refuseKeys(call)
    guard try await accounts.apiKeys.delete(try call.id(), user: call.session.user.id, of: call.place.scope) else {
      throw Problem.notFound("API key")
    }
    return .noContent
  }

  /// `{}` begins: the answer is the secret to type in. `{"secret", "code"}` confirms it: the answer is the recovery
  /// codes. `{"disable": true, "password"}` ends it.
  private func changeTOTP(_ call: TrackerCall) async throws -> Reply {
    try refuseKeys(call)
    var fields = try call.fields()
    let secret = fields.optionalString("secret") ?? nil
    let code = fields.optionalString("code") ?? nil
    let disable = fields.bool("disable", default: false)
    let password = fields.optionalString("password", trim: false) ?? nil
    try fields.finish()
    if disable {
      try await disableTOTP(password: password ?? "", by: call)
      return .json(["enabled": false])
    }
    guard let secret else {
      let totp = TOTP.generate()
      return .json([
        "enabled": .bool(call.session.user.usesTOTP), "secret": .string(totp.typedSecret),
        "uri": .string(
          totp.uri(
            issuer: call.session.standing.productName, account: call.session.user.email.description)),
      ])
    }
    let recovery = try await confirmTOTP(secret: secret, code: code ?? "", by: call)
    return .json(["enabled": true, "recovery_codes": JSONValue(recovery.map(\.text))])
  }

  func disableTOTP(password: String, by call: TrackerCall) async throws {
    let scope = call.place.scope
    try await accounts.confirmPassword(
      password, of: call.session, field: "password", address: call.clientAddress, in: scope)
    let user = call.session.user.id
    try await scope.transaction { connection in
      try await accounts.users.setTOTP(user, secret: nil, recoveryHashes: [], of: scope, in: connection)
      try await accounts.audit.append("totp.disable", "user:\(user)", by: call, in: connection)
    }
  }

  /// Switches one-time codes on, once the app has shown that it has the secret.
  /// - Returns: recovery codes, never to be seen again.
  func confirmTOTP(secret: String, code: String, by call: TrackerCall) async throws -> [RecoveryCode] {
    guard let totp = TOTP(typedSecret: secret) else {
      throw Problem.invalid("secret", "invalid", "is no secret of ours")
    }
    guard !call.session.user.usesTOTP else {
      throw Problem.conflict("Two-factor sign-in is on; turn it off first, with your password.", field: "secret")
    }
    guard let step = totp.acceptedStep(of: code, at: accounts.clock.now(), lastAccepted: nil) else {
      throw Problem.invalid("code", "wrong", "is not the code shown now")
    }
    let recovery = RecoveryCode.generate()
    let sealed = try accounts.secrets.seal(totp.secret, for: "totp")
    let (scope, user) = (call.place.scope, call.session.user.id)
    try await scope.transaction { connection in
      try await accounts.users.setTOTP(
        user, secret: sealed, lastStep: step, recoveryHashes: recovery.map { $0.hash.bytes.hex }, of: scope,
        in: connection)
      try await accounts.audit.append("totp.enable", "user:\(user)", by: call, in: connection)
    }
    return recovery
  }
}

extension TrackerSession {
  /// The user with what may be done here and now.
  var json: JSONValue {
    var object = user.json.objectValue ?? [:]
    object["permissions"] = permissions.json
    return .object(object)
  }
}
