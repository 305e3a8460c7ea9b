import Core
import Database
import Security
import Web

/// Signs customers in by mailed link or password, with a one-time code where one is set up. Whether an address is known
/// is never told: not by the answer, not by its time.
struct PortalEntrance: Sendable {
  let database: ConnectionPool
  let hasher: PasswordHasher
  let box: SecretBox
  /// Counts failures only, for each account and address. Nil for no limit.
  let failures: RateLimiter<String>?
  let clock: any WallClock

  /// A session to give to the browser. One that lacks the second factor opens nothing yet.
  struct Admission: Sendable {
    let token: SecretToken
    let lacksSecondFactor: Bool
  }

  /// - Throws: 401 for a wrong address or password; 429 after too many failures.
  func signIn(_ email: EmailAddress, _ password: String, head: RequestHead) async throws -> Admission {
    let key = Self.key(email, head)
    try checkFailures(key)
    let found = try await PortalCredentialStore(database).find(email: email)
    let verdict = try await hasher.verify(password, against: found?.passwordHash)
    guard let found, verdict != .wrong else {
      _ = failures?.charge(key)
      throw Problem.unauthorized("The e-mail address or the password is wrong.")
    }
    return try await database.transaction { connection in
      if case .rightButOutdated(let hash) = verdict {
        try await PortalCredentialStore(connection).setPassword(of: found.userID, hash: hash)
      }
      return try await admit(found, by: "password", head: head, in: connection)
    }
  }

  /// - Returns: nil for a link that is unknown, used or too old.
  func signIn(link: String, head: RequestHead) async throws -> Admission? {
    try await database.transaction { connection in
      guard let user = try await PortalSessionStore(connection).redeem(link: link, at: clock.now()),
        let found = try await PortalCredentialStore(connection).find(user)
      else { return nil }
      return try await admit(found, by: "link", head: head, in: connection)
    }
  }

  /// Opens a session for somebody whose first factor was right, as a part of the caller's transaction.
  func admit(
    _ credentials: PortalCredentialStore.Credentials, by factor: String, head: RequestHead, in connection: Connection
  ) async throws -> Admission {
    let lacksSecondFactor = credentials.sealedTOTP != nil
    let token = try await PortalSessionStore(connection).start(
      for: credentials.userID, from: head, lacksSecondFactor: lacksSecondFactor, at: clock.now())
    if !lacksSecondFactor { try await note(credentials, by: factor, head: head, in: connection) }
    return Admission(token: token, lacksSecondFactor: lacksSecondFactor)
  }

  /// The session, under a new token, of somebody whose password or link was right and whose code is too.
  /// - Throws: 401 for a wrong or used code, or when there is no sign-in to complete; 429 after too many failures.
  func complete(_ pending: String, code: String, head: RequestHead) async throws -> SecretToken {
    let awaiting = try await PortalSessionStore(database).awaitingSecondFactor(token: pending, at: clock.now())
    guard let awaiting, let found = try await PortalCredentialStore(database).find(awaiting) else {
      throw Problem.unauthorized("This sign-in took too long. Begin again.")
    }
    try await check(code: code, of: found, head: head)
    return try await database.transaction { connection in
      let sessions = PortalSessionStore(connection)
      try await sessions.end(TokenHash(of: pending).bytes)
      try await note(found, by: "one-time code", head: head, in: connection)
      return try await sessions.start(for: found.userID, from: head, at: clock.now())
    }
  }

  /// Lets somebody who is signed in prove anew who they are.
  /// - Throws: 422 for a wrong password or code; 429 after too many failures.
  func confirm(_ session: PortalSession, password: String, code: String, head: RequestHead) async throws {
    let credentials = try await check(password: password, of: session, field: "password", head: head)
    if credentials.sealedTOTP != nil {
      do {
        try await check(code: code, of: credentials, head: head)
      } catch let problem as Problem where problem.status == 401 {
        throw Problem.invalid("code", "wrong", "is wrong or was used before")
      }
    }
    try await PortalSessionStore(database).verify(session.id, at: clock.now())
  }

  /// - Throws: 422 on `field` unless the password is the session's user's; 429 after too many failures.
  @discardableResult
  func check(
    password: String, of session: PortalSession, field: String, head: RequestHead
  ) async throws -> PortalCredentialStore.Credentials {
    let key = Self.key(session.email, head)
    try checkFailures(key)
    let found = try await PortalCredentialStore(database).find(session.user.id)
    let verdict = try await hasher.verify(password, against: found?.passwordHash)
    guard let found, verdict != .wrong else {
      _ = failures?.charge(key)
      throw Problem.invalid(field, "wrong", "is not your password")
    }
    return found
  }

  /// Takes a one-time or recovery code and uses it up.
  /// - Throws: 401 for a wrong or used one; 429 after too many failures.
  func check(code: String, of credentials: PortalCredentialStore.Credentials, head: RequestHead) async throws {
    let key = Self.key(credentials.email, head)
    try checkFailures(key)
    guard try await accepts(code, of: credentials) else {
      _ = failures?.charge(key)
      throw Problem.unauthorized("The code is wrong or was used before.")
    }
  }

  private func accepts(_ code: String, of credentials: PortalCredentialStore.Credentials) async throws -> Bool {
    guard let sealed = credentials.sealedTOTP else { return false }
    let store = PortalCredentialStore(database)
    let secret = try box.open(sealed, for: PortalAccount.sealingContext(user: credentials.userID))
    let step = TOTP(secret: secret)?.acceptedStep(of: code, at: clock.now(), lastAccepted: credentials.lastStep)
    if let step, try await store.use(step: step, of: credentials.userID) { return true }
    guard let match = RecoveryCode.match(code, among: credentials.recoveryHashes) else { return false }
    return try await store.use(recovery: credentials.recoveryHashes[match], of: credentials.userID)
  }

  private func note(
    _ credentials: PortalCredentialStore.Credentials, by factor: String, head: RequestHead, in connection: Connection
  ) async throws {
    let now = clock.now()
    try await PortalUserStore(connection).noteSignIn(of: credentials.userID, at: now)
    try await AuditStore(connection).append(
      AuditEntry(
        action: "portal_user.sign_in", subject: PortalAccount.subject(credentials.userID),
        after: ["by": .string(factor)]),
      by: Actor(name: "customer \(credentials.email)", address: head.clientAddress), at: now)
  }

  private func checkFailures(_ key: String) throws(Problem) {
    if let seconds = failures?.wait(key) { throw .tooManyRequests(retryAfter: seconds) }
  }

  private static func key(_ email: EmailAddress, _ head: RequestHead) -> String {
    "portal \(email) \(head.clientAddress.limitKey)"
  }
}
