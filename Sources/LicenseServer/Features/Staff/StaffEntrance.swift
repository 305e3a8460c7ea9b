import Core
import Database
import Logging
import Security
import Web

/// Signs the vendor's staff in and changes their passwords.
struct StaffEntrance: Sendable {
  let database: ConnectionPool
  let hasher: PasswordHasher
  /// Counts failures only, for each account and address. Nil for no limit.
  let failures: RateLimiter<String>?
  let clock: any WallClock

  /// - Throws: 401 for a wrong address or password, in the same words and time; 429 after too many failures.
  func signIn(
    _ email: EmailAddress, _ password: String, kind: StaffSessionStore.Kind, head: RequestHead
  ) async throws -> (member: StaffMember, token: SecretToken) {
    let key = Self.key(email, head)
    try checkFailures(key)
    let found = try await StaffStore(database).find(email: email)
    let verdict = try await hasher.verify(password, against: found?.passwordHash)
    guard let member = found?.member, member.status == .active, verdict != .wrong else {
      _ = failures?.charge(key)
      throw Self.refused
    }
    let token = try await database.transaction { connection in
      let now = clock.now()
      let staff = StaffStore(connection)
      if case .rightButOutdated(let hash) = verdict {
        try await staff.setPassword(of: member.id, hash: hash, mustChange: member.mustChangePassword, at: now)
      }
      try await staff.noteSignIn(of: member.id, at: now)
      try await AuditStore(connection).append(
        AuditEntry(action: "staff.sign_in", subject: "staff:\(member.id)"),
        by: Actor(name: "staff \(member.email)", address: head.clientAddress), at: now)
      return try await StaffSessionStore(connection).start(for: member.id, kind: kind, from: head, at: now)
    }
    return (member, token)
  }

  /// Sets a new password and ends the member's other sessions.
  /// - Throws: 422 for a wrong current password or a new one that is too weak.
  func changePassword(
    of session: StaffSession, current: String, new: String, head: RequestHead
  ) async throws {
    let member = session.member
    let key = Self.key(member.email, head)
    try checkFailures(key)
    let stored = try await StaffStore(database).passwordHash(of: member.id)
    if try await hasher.verify(current, against: stored) == .wrong {
      _ = failures?.charge(key)
      throw Problem.invalid("current", "wrong", "is not your password")
    }
    if let refusal = PasswordPolicy().refusal(of: new, email: member.email) {
      throw Problem.invalid("new", refusal.code, refusal.message)
    }
    guard new != current else { throw Problem.invalid("new", "unchanged", "must be another password") }
    let hash = try await hasher.hash(new)
    try await database.transaction { connection in
      try await StaffStore(connection).setPassword(of: member.id, hash: hash, mustChange: false, at: clock.now())
      try await StaffSessionStore(connection).endAll(of: member.id, but: session.tokenHash)
      try await AuditStore(connection).append(
        AuditEntry(action: "staff.change_password", subject: "staff:\(member.id)"),
        by: .staff(session, from: head.clientAddress), at: clock.now())
    }
  }

  /// Makes the vendor's first account when there is none yet.
  /// - Throws: ``FirstAccountMissing`` when there is no password to make it with.
  func makeFirstAccount(
    email: EmailAddress?, password: String?, mustChangePassword: Bool, logger: Logger
  ) async throws {
    guard try await StaffStore(database).isEmpty() else { return }
    guard let email, let password else { throw FirstAccountMissing() }
    let hash = try await hasher.hash(password)
    let made = try await StaffStore(database).insert(
      email: email, name: "", passwordHash: hash, role: .admin, customGrants: nil,
      mustChangePassword: mustChangePassword, at: clock.now())
    if made != nil { logger.notice("made the first staff account from VENDOR_EMAIL and VENDOR_PASSWORD") }
  }

  private func checkFailures(_ key: String) throws(Problem) {
    if let seconds = failures?.wait(key) { throw .tooManyRequests(retryAfter: seconds) }
  }

  private static func key(_ email: EmailAddress, _ head: RequestHead) -> String {
    "\(email) \(head.clientAddress.limitKey)"
  }

  private static let refused = Problem.unauthorized("The e-mail address or the password is wrong.")
}

/// The database has no staff, and the environment does not say whom to make.
struct FirstAccountMissing: Error, CustomStringConvertible {
  var description: String {
    "VENDOR_EMAIL and VENDOR_PASSWORD must be set at the first start: there is no staff account yet"
  }
}
