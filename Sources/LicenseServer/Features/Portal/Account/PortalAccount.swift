import Core
import Database
import Security
import Web

/// What people change about how they sign in. Each change ends with an entry in the audit log, and those that a thief
/// would make end the other sessions.
struct PortalAccount: Sendable {
  let database: ConnectionPool
  let entrance: PortalEntrance
  let clock: any WallClock

  static func subject(_ user: Int64) -> String { "portal_user:\(user)" }

  /// What a sealed TOTP secret is bound to.
  static func sealingContext(user: Int64) -> String { "portal_users.totp_secret:\(user)" }

  /// Sets the first password, or another one. The other sessions end.
  /// - Parameter current: not looked at when there is no password yet; then the session must be fresh.
  /// - Throws: 422 for a wrong current password or a new one that is too weak.
  func setPassword(of session: PortalSession, current: String, new: String, head: RequestHead) async throws {
    if session.user.hasPassword {
      try await entrance.check(password: current, of: session, field: "current", head: head)
      guard new != current else { throw Problem.invalid("new", "unchanged", "must be another password") }
    }
    let hash = try await hash(new, of: session.email)
    try await database.transaction { connection in
      try await PortalCredentialStore(connection).setPassword(of: session.user.id, hash: hash)
      try await PortalSessionStore(connection).endAll(of: session.user.id, but: session.id)
      try await audit("portal_user.set_password", session.user.id, session.email, head, in: connection)
    }
  }

  /// Sets the password that a mailed link is for; all sessions end.
  /// - Returns: false for a link that is unknown, used or too old.
  /// - Throws: 422 for a password that is too weak; the link stays good.
  func resetPassword(link: String, new: String, head: RequestHead) async throws -> Bool {
    guard try await PortalSessionStore(database).isGood(link: link, for: .resetPassword, at: clock.now()) else {
      return false
    }
    let hash = try await hash(new, of: nil)
    return try await database.transaction { connection in
      let sessions = PortalSessionStore(connection)
      guard let user = try await sessions.redeem(link: link, for: .resetPassword, at: clock.now()),
        let found = try await PortalCredentialStore(connection).find(user)
      else { return false }
      if let refusal = PasswordPolicy().refusal(of: new, email: found.email) {
        throw Problem.invalid("new", refusal.code, refusal.message)
      }
      try await PortalCredentialStore(connection).setPassword(of: user, hash: hash)
      try await sessions.endAll(of: user)
      try await audit("portal_user.reset_password", user, found.email, head, in: connection)
      return true
    }
  }

  /// Turns the second factor on. The code proves that the app has the secret.
  /// - Returns: the recovery codes, shown this once.
  /// - Throws: 422 for a wrong code; 409 when it is on already.
  func enableTOTP(of session: PortalSession, secret: String, code: String, head: RequestHead) async throws
    -> [RecoveryCode]
  {
    guard !session.user.usesTOTP else { throw Problem.conflict("Two-factor sign-in is on already.") }
    guard let totp = TOTP(typedSecret: secret) else { throw Problem.badRequest("This form is damaged; begin again.") }
    guard let step = totp.acceptedStep(of: code, at: clock.now(), lastAccepted: nil) else {
      throw Problem.invalid("code", "wrong", "is not what your app shows now")
    }
    let user = session.user.id
    let codes = RecoveryCode.generate()
    let sealed = try entrance.box.seal(totp.secret, for: Self.sealingContext(user: user))
    try await database.transaction { connection in
      try await PortalCredentialStore(connection).setTOTP(of: user, sealed: sealed, lastStep: step, recovery: codes)
      try await PortalSessionStore(connection).endAll(of: user, but: session.id)
      try await audit("portal_user.enable_totp", user, session.email, head, in: connection)
    }
    return codes
  }

  /// Turns the second factor off, for whoever has it.
  /// - Throws: 422 for a wrong code.
  func disableTOTP(of session: PortalSession, code: String, head: RequestHead) async throws {
    let user = session.user.id
    guard let found = try await PortalCredentialStore(database).find(user), found.sealedTOTP != nil else { return }
    do {
      try await entrance.check(code: code, of: found, head: head)
    } catch let problem as Problem where problem.status == 401 {
      throw Problem.invalid("code", "wrong", "is wrong or was used before")
    }
    try await database.transaction { connection in
      try await PortalCredentialStore(connection).setTOTP(of: user, sealed: nil)
      try await audit("portal_user.disable_totp", user, session.email, head, in: connection)
    }
  }

  /// Ends one of the user's sessions, or all but this one.
  func endSession(_ id: Int64?, of session: PortalSession, head: RequestHead) async throws {
    try await database.transaction { connection in
      let sessions = PortalSessionStore(connection)
      if let id {
        guard try await sessions.end(id, of: session.user.id) else { throw Problem.notFound("session") }
      } else {
        try await sessions.endAll(of: session.user.id, but: session.id)
      }
      try await audit("portal_user.end_sessions", session.user.id, session.email, head, in: connection)
    }
  }

  private func hash(_ password: String, of email: EmailAddress?) async throws -> String {
    if let refusal = PasswordPolicy().refusal(of: password, email: email) {
      throw Problem.invalid("new", refusal.code, refusal.message)
    }
    return try await entrance.hasher.hash(password)
  }

  private func audit(
    _ action: String, _ user: Int64, _ email: EmailAddress, _ head: RequestHead, in connection: Connection
  ) async throws(DatabaseError) {
    try await AuditStore(connection).append(
      AuditEntry(action: action, subject: Self.subject(user)),
      by: Actor(name: "customer \(email)", address: head.clientAddress), at: clock.now())
  }
}
