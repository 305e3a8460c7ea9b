import Core
import Database
import Licensing
import Security
import Web

/// Signing in and out, passwords, one-time codes: everything that turns somebody into a ``TrackerSession``.
struct Accounts: Sendable {
  let users: UserStore
  let sessions: SessionStore
  let apiKeys: APIKeyStore
  let invitations: InvitationStore
  let hasher: PasswordHasher
  let policy: PasswordPolicy
  let secrets: SecretBox
  let failures: RateLimiter<String>
  let audit: AuditLog
  let clock: any WallClock

  static let browserLifetime = Duration.days(14)
  static let bearerLifetime = Duration.days(30)
  static let apiKeyPrefix = "tlyk"

  struct SignIn: Sendable {
    var email: String
    var password: String
    var totp: String?
    var address: IPAddress
    var userAgent: String
    var kind: SessionStore.Kind
  }

  /// Checks the credentials and opens a session. The answer and the time do not tell whether the account exists; only
  /// failures count towards the limit of account and address.
  func signIn(_ attempt: SignIn, to scope: TenantScope) async throws -> (token: SecretToken, user: User) {
    let email = EmailAddress(attempt.email)
    let limitKey = "login:\(scope.tenantID):\(email?.description ?? ""):\(attempt.address)"
    if let seconds = failures.wait(limitKey) { throw Problem.tooManyRequests(retryAfter: seconds) }
    let found = if let email { try await users.credentials(email, of: scope) } else { UserStore.Credentials?.none }
    let verdict = try await verify(attempt.password, found?.passwordHash)
    guard let found, verdict != .wrong, found.user.status == .active else {
      _ = failures.charge(limitKey)
      throw Problem.wrongCredentials
    }
    do { try await checkSecondFactor(attempt.totp, found, scope) } catch {
      _ = failures.charge(limitKey)
      throw error
    }
    let rehash: String? = if case .rightButOutdated(let hash) = verdict { hash } else { nil }
    let now = clock.now()
    try await users.noteLogin(found.user.id, rehash: rehash, at: now, of: scope)
    let token = try await openSession(for: found.user.id, attempt, at: now, scope)
    try await audit.append(
      .init(
        actor: found.user.email.description, action: "login", subject: "user:\(found.user.id)", address: attempt.address
      ),
      to: scope)
    return (token, found.user)
  }

  private func openSession(
    for user: Int64, _ attempt: SignIn, at now: Timestamp, _ scope: TenantScope
  ) async throws -> SecretToken {
    let token = SecretToken.make()
    let lifetime = attempt.kind == .browser ? Self.browserLifetime : Self.bearerLifetime
    try await sessions.insert(
      tokenHash: token.hash.bytes, id: UUIDv7(at: now), user: user, kind: attempt.kind, address: attempt.address,
      userAgent: attempt.userAgent, at: now, expiresAt: now + lifetime, of: scope)
    return token
  }

  private func checkSecondFactor(
    _ code: String?, _ credentials: UserStore.Credentials, _ scope: TenantScope
  ) async throws {
    guard let sealed = credentials.totpSecret else { return }
    guard let code = code?.trimmed, !code.isEmpty else { throw Problem.totpRequired }
    let secret = try secrets.open(sealed, for: "totp")
    if let step = TOTP(secret: secret)?.acceptedStep(of: code, at: clock.now(), lastAccepted: credentials.totpLastStep),
      try await users.useTOTPStep(step, by: credentials.user.id, of: scope)
    {
      return
    }
    let hashes = credentials.recoveryHashes.compactMap { [UInt8](hex: $0).flatMap(TokenHash.init(bytes:)) }
    if let match = RecoveryCode.match(code, among: hashes),
      try await users.useRecoveryCode(hash: hashes[match].bytes.hex, by: credentials.user.id, of: scope)
    {
      return
    }
    throw Problem.wrongCredentials
  }

  /// Who a bearer token or a browser's cookie is; nil when it is nobody's here.
  func session(
    token: String, kind: SessionStore.Kind, of scope: TenantScope, standing: () async throws -> LicenseStanding
  ) async throws -> TrackerSession? {
    let hash = TokenHash(of: token).bytes
    let now = clock.now()
    if token.hasPrefix(Self.apiKeyPrefix), kind == .bearer { return try await keySession(hash, now, scope, standing) }
    guard let session = try await sessions.find(tokenHash: hash, kind: kind, at: now, of: scope),
      let user = try await users.find(session.userID, of: scope), user.status == .active
    else { return nil }
    if now - session.lastSeenAt > .minutes(5) {
      let lifetime = kind == .browser ? Self.browserLifetime : Self.bearerLifetime
      try await sessions.touch(id: session.id, at: now, expiresAt: now + lifetime, of: scope)
    }
    return TrackerSession(
      user: user, credential: .session(id: session.id), permissions: user.permissions, standing: try await standing())
  }

  private func keySession(
    _ hash: [UInt8], _ now: Timestamp, _ scope: TenantScope, _ standing: () async throws -> LicenseStanding
  ) async throws -> TrackerSession? {
    guard let (key, userID) = try await apiKeys.find(tokenHash: hash, at: now, of: scope),
      let user = try await users.find(userID, of: scope), user.status == .active
    else { return nil }
    if key.lastUsedAt.map({ now - $0 > .minutes(5) }) ?? true { try await apiKeys.touch(key.id, at: now, of: scope) }
    let permissions = key.permissions.map { $0.limited(to: user.permissions) } ?? user.permissions
    return TrackerSession(
      user: user, credential: .apiKey(id: key.id, name: key.name), permissions: permissions,
      standing: try await standing())
  }

  /// Changes the caller's own password; the other sessions end.
  func changePassword(
    of session: TrackerSession, current: String, new: String, address: IPAddress, in scope: TenantScope
  ) async throws {
    try await confirmPassword(current, of: session, field: "current", address: address, in: scope)
    guard current != new else { throw Problem.invalid("new", "same", "must differ from the current password") }
    let hash = try await hashNew(new, field: "new", email: session.user.email)
    let kept: String? = if case .session(let id) = session.credential { id } else { nil }
    try await scope.transaction { connection in
      try await users.setPassword(
        session.user.id, hash: hash, mustChange: false, at: clock.now(), of: scope, in: connection)
      try await sessions.endAll(user: session.user.id, except: kept, of: scope, in: connection)
      try await audit.append(
        .init(
          actor: session.auditName, action: "password.change", subject: "user:\(session.user.id)", address: address),
        to: scope.schema, in: connection)
    }
  }

  /// Checks that the caller knows the account's password; 422 on `field` otherwise. Failures are counted as those of
  /// signing in are: a stolen session is no way to guess it.
  func confirmPassword(
    _ password: String, of session: TrackerSession, field: String, address: IPAddress, in scope: TenantScope
  ) async throws {
    let limitKey = "password:\(scope.tenantID):\(session.user.id):\(address)"
    if let seconds = failures.wait(limitKey) { throw Problem.tooManyRequests(retryAfter: seconds) }
    let credentials = try await users.credentials(id: session.user.id, of: scope)
    guard let credentials, try await verify(password, credentials.passwordHash) != .wrong else {
      _ = failures.charge(limitKey)
      throw Problem.invalid(field, "wrong", "is not your password")
    }
  }

  /// Makes a single-use link's token for a user.
  func invite(
    _ user: Int64, _ purpose: InvitationStore.Purpose, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> SecretToken {
    let token = SecretToken.make(prefix: "tlyi")
    try await invitations.insert(
      tokenHash: token.hash.bytes, user: user, purpose: purpose, at: clock.now(), of: scope, in: executor)
    return token
  }

  /// Sets the password that an invitation or reset link is for; all sessions end.
  func acceptInvitation(token: String, password: String, address: IPAddress, in scope: TenantScope) async throws -> User
  {
    let tokenHash = TokenHash(of: token).bytes
    let now = clock.now()
    guard let id = try await invitations.user(tokenHash: tokenHash, at: now, of: scope),
      let user = try await users.find(id, of: scope), user.status != .disabled
    else { throw Problem.notFound("invitation") }
    let hash = try await hashNew(password, field: "password", email: user.email)
    return try await scope.transaction { connection in
      guard try await invitations.redeem(tokenHash: tokenHash, at: now, of: scope, in: connection) == id else {
        throw Problem.notFound("invitation")
      }
      try await users.setPassword(id, hash: hash, mustChange: false, at: now, of: scope, in: connection)
      try await sessions.endAll(user: id, of: scope, in: connection)
      try await audit.append(
        .init(actor: user.email.description, action: "password.set", subject: "user:\(id)", address: address),
        to: scope.schema, in: connection)
      return user
    }
  }

  /// Hashes a new password that the policy accepts; 422 on `field` otherwise.
  func hashNew(_ password: String, field: String, email: EmailAddress?) async throws -> String {
    if let refusal = policy.refusal(of: password, email: email) {
      throw Problem.invalid(field, refusal.code, refusal.message)
    }
    return try await hash(password)
  }

  private func hash(_ password: String) async throws -> String {
    do { return try await hasher.hash(password) } catch { throw Problem.busy }
  }

  private func verify(_ password: String, _ stored: String?) async throws -> PasswordHasher.Verdict {
    do { return try await hasher.verify(password, against: stored) } catch { throw Problem.busy }
  }
}

extension Problem {
  static var wrongCredentials: Problem {
    Problem(
      status: 401, code: "invalid_credentials", title: "Wrong e-mail address or password",
      detail: "The e-mail address, the password or the one-time code is wrong.")
  }

  static var totpRequired: Problem {
    Problem(
      status: 401, code: "totp_required", title: "One-time code needed",
      detail: "Send the six digits of your authenticator as `totp`.")
  }

  static var busy: Problem { .unavailable("Too many sign-ins at once.", retryAfter: 2) }
}
