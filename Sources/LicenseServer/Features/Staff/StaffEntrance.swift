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
  /// For the secrets of two-factor sign-in.
  let box: SecretBox
  let clock: any WallClock

  /// - Parameter code: a one-time or a recovery code, for who uses two-factor sign-in.
  /// - Throws: 401 for a wrong address, password or code, in the same words and time, with the code `totp_required` when
  ///   only the one-time code is lacking; 429 after too many failures.
  func signIn(
    _ email: EmailAddress, _ password: String, code: String? = nil, kind: StaffSessionStore.Kind, head: RequestHead
  ) async throws -> (member: StaffMember, token: SecretToken) {
    let key = Self.key(email, head)
    try checkFailures(key)
    let found = try await StaffStore(database).credentials(of: email)
    let verdict = try await hasher.verify(password, against: found?.passwordHash)
    guard let found, found.member.status == .active, verdict != .wrong else {
      _ = failures?.charge(key)
      throw Self.refused
    }
    let member = found.member
    if let factor = found.secondFactor, try await !pass(factor, code, of: member.id) {
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

  /// Checks the second factor and uses the code up.
  /// - Throws: 401 `totp_required` when there is no code.
  private func pass(_ factor: StaffSecondFactor, _ code: String?, of member: Int64) async throws -> Bool {
    guard let code = code?.trimmed, !code.isEmpty else { throw StaffSecondFactor.required }
    let store = StaffStore(database)
    switch try factor.match(code, of: member, box: box, at: clock.now()) {
    case .step(let step)?: return try await store.useStep(step, of: member)
    case .recovery(let hash)?: return try await store.useRecoveryCode(hash: hash, of: member)
    case nil: return false
    }
  }

  /// Sets a new password and ends the member's other sessions.
  /// - Throws: 422 for a wrong current password or a new one that is too weak.
  func changePassword(
    of session: StaffSession, current: String, new: String, head: RequestHead
  ) async throws {
    let member = session.member
    try await confirm(current, of: session, field: "current", head: head)
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

  /// - Throws: 422 of `field` for a wrong password, 429 after too many.
  func confirm(_ password: String, of session: StaffSession, field: String, head: RequestHead) async throws {
    let key = Self.key(session.member.email, head)
    try checkFailures(key)
    let stored = try await StaffStore(database).passwordHash(of: session.member.id)
    guard try await hasher.verify(password, against: stored) == .wrong else { return }
    _ = failures?.charge(key)
    throw Problem.invalid(field, "wrong", "is not your password")
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
