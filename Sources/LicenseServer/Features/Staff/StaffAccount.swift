import Core
import Database
import Security
import Web

/// What members of the staff do with their own account: the second factor and their sessions.
struct StaffAccount: Sendable {
  let database: ConnectionPool
  let entrance: StaffEntrance
  let clock: any WallClock

  /// A secret to put into an authenticator. Nothing is stored until it is confirmed.
  func offer(to session: StaffSession) -> (secret: String, uri: String) {
    let totp = TOTP.generate()
    return (totp.typedSecret, Self.uri(totp, session))
  }

  static func uri(_ totp: TOTP, _ session: StaffSession) -> String {
    totp.uri(issuer: "Trackily licences", account: session.member.email.description)
  }

  /// Turns two-factor sign-in on and ends the member's other sessions, which had no second factor.
  /// - Returns: the recovery codes, never to be seen again.
  /// - Throws: 422 for a wrong secret or code, 409 when it is on already.
  func enable(secret: String, code: String, of session: StaffSession, head: RequestHead) async throws -> [RecoveryCode]
  {
    try Self.refuseKey(session)
    guard let totp = TOTP(typedSecret: secret) else {
      throw Problem.invalid("secret", "invalid", "must be the secret you were given")
    }
    guard !session.member.usesTOTP else { throw Problem.conflict("Two-factor sign-in is on already.") }
    guard let step = totp.acceptedStep(of: code, at: clock.now(), lastAccepted: nil) else {
      throw Problem.invalid("code", "wrong", "is not what the authenticator shows now; check the clocks")
    }
    let id = session.member.id
    let sealed = try entrance.box.seal(totp.secret, for: StaffSecondFactor.sealingContext(member: id))
    let codes = RecoveryCode.generate()
    try await database.transaction { connection in
      let now = clock.now()
      try await StaffStore(connection).setSecondFactor(
        of: id, sealedSecret: sealed, lastStep: step, recoveryHashes: codes.map { $0.hash.bytes.hex }, at: now)
      try await StaffSessionStore(connection).endAll(of: id, but: session.tokenHash)
      try await AuditStore(connection).append(
        AuditEntry(action: "staff.totp_enable", subject: "staff:\(id)"),
        by: .staff(session, from: head.clientAddress), at: now)
    }
    return codes
  }

  /// - Throws: 422 for a wrong password, 429 after too many.
  func disable(password: String, of session: StaffSession, head: RequestHead) async throws {
    try Self.refuseKey(session)
    try await entrance.confirm(password, of: session, field: "password", head: head)
    let id = session.member.id
    try await database.transaction { connection in
      let now = clock.now()
      try await StaffStore(connection).setSecondFactor(
        of: id, sealedSecret: nil, lastStep: nil, recoveryHashes: [], at: now)
      try await AuditStore(connection).append(
        AuditEntry(action: "staff.totp_disable", subject: "staff:\(id)"),
        by: .staff(session, from: head.clientAddress), at: now)
    }
  }

  func sessions(of session: StaffSession) async throws -> [StaffSessionView] {
    try await StaffSessionStore(database).list(of: session.member.id, at: clock.now())
  }

  /// Signs one of one's sessions out.
  func end(_ id: UUIDv7, of session: StaffSession, head: RequestHead) async throws {
    try Self.refuseKey(session)
    try await database.transaction { connection in
      guard try await StaffSessionStore(connection).end(id, of: session.member.id) else {
        throw Problem.notFound("session")
      }
      try await AuditStore(connection).append(
        AuditEntry(action: "staff.end_session", subject: "staff:\(session.member.id)"),
        by: .staff(session, from: head.clientAddress), at: clock.now())
    }
  }

  /// Signs all of one's sessions out but this one.
  func endOthers(of session: StaffSession, head: RequestHead) async throws {
    try Self.refuseKey(session)
    try await database.transaction { connection in
      try await StaffSessionStore(connection).endAll(of: session.member.id, but: session.tokenHash)
      try await AuditStore(connection).append(
        AuditEntry(action: "staff.end_other_sessions", subject: "staff:\(session.member.id)"),
        by: .staff(session, from: head.clientAddress), at: clock.now())
    }
  }

  /// An API key works in its owner's place, but how they sign in is theirs alone.
  private static func refuseKey(_ session: StaffSession) throws(Problem) {
    guard session.key != nil else { return }
    throw Problem(
      status: 403, code: "permission_denied", title: "Not allowed",
      detail: "An API key cannot change how its owner signs in.")
  }
}
