import Core
import Database
import Security
import Web

/// Signs a reseller's people in, and gives them their passwords.
struct ResellerEntrance: Sendable {
  let database: ConnectionPool
  let hasher: PasswordHasher
  /// Counts failures only, for each account and address. Nil for no limit.
  let failures: RateLimiter<String>?
  let clock: any WallClock

  /// - Throws: 401 for a wrong address or password, in the same words and time; 429 after too many failures.
  func signIn(_ email: EmailAddress, _ password: String, head: RequestHead) async throws -> SecretToken {
    let key = Self.key(email, head)
    try check(key)
    let found = try await ResellerUserStore(database).find(email: email)
    let verdict = try await hasher.verify(password, against: found?.passwordHash)
    guard let user = found?.user, user.status == .active, verdict != .wrong else {
      _ = failures?.charge(key)
      throw Self.refused
    }
    return try await database.transaction { connection in
      let now = clock.now()
      let users = ResellerUserStore(connection)
      if case .rightButOutdated(let hash) = verdict { try await users.setPassword(of: user.id, hash: hash, at: now) }
      return try await start(for: user, head, in: connection, at: now)
    }
  }

  /// Sets the password of whoever holds the invitation, and signs them in.
  /// - Throws: 410 for an invitation that does not work, 422 for a password that is too weak.
  func accept(invitation token: String, password: String, head: RequestHead) async throws -> SecretToken {
    guard let id = try await ResellerUserStore(database).invited(by: token, at: clock.now()),
      let user = try await ResellerUserStore(database).find(id)
    else { throw Self.gone }
    if let refusal = PasswordPolicy().refusal(of: password, email: user.email) {
      throw Problem.invalid("password", refusal.code, refusal.message)
    }
    let hash = try await hasher.hash(password)
    return try await database.transaction { connection in
      let now = clock.now()
      guard try await ResellerUserStore(connection).redeem(token, at: now) == id else { throw Self.gone }
      try await ResellerUserStore(connection).setPassword(of: id, hash: hash, at: now)
      try await ResellerSessionStore(connection).endAll(of: id)
      return try await start(for: user, head, in: connection, at: now)
    }
  }

  /// Sets a new password and ends the user's other sessions.
  /// - Throws: 422 for a wrong current password or a new one that is too weak.
  func changePassword(of session: ResellerSession, current: String, new: String, head: RequestHead) async throws {
    guard let user = session.user else { throw Problem.notFound("password") }
    let key = Self.key(user.email, head)
    try check(key)
    let stored = try await ResellerUserStore(database).find(email: user.email)?.passwordHash
    if try await hasher.verify(current, against: stored) == .wrong {
      _ = failures?.charge(key)
      throw Problem.invalid("current", "wrong", "is not your password")
    }
    if let refusal = PasswordPolicy().refusal(of: new, email: user.email) {
      throw Problem.invalid("new", refusal.code, refusal.message)
    }
    let hash = try await hasher.hash(new)
    try await database.transaction { connection in
      let now = clock.now()
      try await ResellerUserStore(connection).setPassword(of: user.id, hash: hash, at: now)
      try await ResellerSessionStore(connection).endAll(of: user.id, but: session.tokenHash)
      try await AuditStore(connection).append(
        AuditEntry(action: "reseller_user.change_password", subject: "reseller_user:\(user.id)"),
        by: Actor(name: session.auditName, address: head.clientAddress), at: now)
    }
  }

  private func start(
    for user: ResellerUser, _ head: RequestHead, in connection: Connection, at now: Timestamp
  ) async throws -> SecretToken {
    try await ResellerUserStore(connection).noteSignIn(of: user.id, at: now)
    try await AuditStore(connection).append(
      AuditEntry(action: "reseller_user.sign_in", subject: "reseller_user:\(user.id)"),
      by: Actor(name: "reseller \(user.email)", address: head.clientAddress), at: now)
    return try await ResellerSessionStore(connection).start(for: user.id, from: head, at: now)
  }

  private func check(_ key: String) throws(Problem) {
    if let seconds = failures?.wait(key) { throw .tooManyRequests(retryAfter: seconds) }
  }

  private static func key(_ email: EmailAddress, _ head: RequestHead) -> String {
    "\(email) \(head.clientAddress.limitKey)"
  }

  private static let refused = Problem.unauthorized("The e-mail address or the password is wrong.")
  static let gone = Problem(
    status: 410, code: "invitation_gone", title: "This invitation does not work",
    detail: "It was used before, or it is older than seven days. Ask for a new one.")
}
