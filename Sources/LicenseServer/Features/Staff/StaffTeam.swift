import Core
import Database
import Security
import Web

/// What is done with the vendor's staff by those who look after it. Each act is one transaction with its entry in the
/// audit log.
struct StaffTeam: Sendable {
  let database: ConnectionPool
  let hasher: PasswordHasher
  let mail: MailJobs
  let clock: any WallClock

  /// Somebody new.
  struct Newcomer: Sendable {
    var email: EmailAddress
    var name = ""
    var role: StaffRole
    /// Of a custom role.
    var grants: StaffGrants?
    /// Nil: they are invited to choose one.
    var password: String?
  }

  /// What may change; nil leaves it as it is.
  struct Change: Sendable {
    var name: String?
    var role: StaffRole?
    var grants: StaffGrants?
    var status: StaffMember.Status?
  }

  /// - Returns: the member and, without a password, the invitation's link, never to be seen again; it goes to them by mail
  ///   as well.
  /// - Throws: 409 when the address is on the staff already.
  func add(_ newcomer: Newcomer, by actor: Actor) async throws -> (member: StaffMember, invitation: SecretToken?) {
    var hash: String?
    if let password = newcomer.password { hash = try await hasher.hash(password) }
    return try await database.transaction { connection in
      let now = clock.now()
      let store = StaffStore(connection)
      let id = try await store.insert(
        email: newcomer.email, name: newcomer.name, passwordHash: hash, role: newcomer.role,
        customGrants: newcomer.grants, mustChangePassword: hash != nil, at: now)
      guard let id, let member = try await store.find(id) else {
        throw Problem.conflict("Somebody with this e-mail address is on the staff already.", field: "email")
      }
      try await AuditStore(connection).append(
        AuditEntry(action: "staff.create", subject: Self.subject(id), after: member.json), by: actor, at: now)
      guard hash == nil else { return (member, nil) }
      return (member, try await invite(member, in: connection, at: now))
    }
  }

  /// A new link for somebody who has not accepted the former one, which ends.
  func inviteAgain(_ id: Int64, by actor: Actor) async throws -> (member: StaffMember, invitation: SecretToken) {
    try await database.transaction { connection in
      let now = clock.now()
      guard let member = try await StaffStore(connection).lock(id) else { throw Problem.notFound("staff member") }
      guard member.status == .invited else { throw Problem.conflict("The invitation is accepted already.") }
      try await AuditStore(connection).append(
        AuditEntry(action: "staff.invite", subject: Self.subject(id)), by: actor, at: now)
      return (member, try await invite(member, in: connection, at: now))
    }
  }

  private func invite(
    _ member: StaffMember, in connection: Connection, at now: Timestamp
  ) async throws -> SecretToken {
    let store = StaffInvitationStore(connection)
    try await store.removeAll(of: member.id)
    try await mail.enqueue(StaffInvitationMail(name: member.name), to: member.email, in: connection)
    return try await store.make(for: member.id, at: now)
  }

  /// - Throws: 409 when no active admin would be left, or for the status of somebody who is only invited.
  func change(_ id: Int64, _ change: Change, by actor: Actor) async throws -> StaffMember {
    try await database.transaction { connection in
      let now = clock.now()
      let store = StaffStore(connection)
      guard let former = try await store.lock(id) else { throw Problem.notFound("staff member") }
      var member = former
      if let name = change.name { member.name = name }
      if let role = change.role { member.role = role }
      if let grants = change.grants { member.customGrants = grants }
      if let status = change.status { member.status = status }
      guard member.role == .custom || change.grants == nil else {
        throw Problem.invalid("permissions", "role", "only a custom role has permissions of its own")
      }
      guard former.status != .invited || member.status == .invited else {
        throw Problem.conflict("They have not set a password yet: remove them instead.", field: "status")
      }
      guard former.status == .invited || member.status != .invited else {
        throw Problem.invalid("status", "choice", "must be active or disabled")
      }
      let isAdmin = member.role == .admin && member.status == .active
      if !isAdmin, former.role == .admin, former.status == .active, try await !store.hasAdmin(besides: id) {
        throw Problem.conflict("One active admin must stay.", field: change.role == nil ? "status" : "role")
      }
      try await store.save(member, at: now)
      if member.status == .disabled { try await StaffSessionStore(connection).endAll(of: id) }
      try await AuditStore(connection).append(
        AuditEntry(action: "staff.change", subject: Self.subject(id), before: former.json, after: member.json),
        by: actor, at: now)
      return member
    }
  }

  /// Takes somebody who has not accepted the invitation off the staff again. Others are disabled: the audit log names
  /// them.
  func withdraw(_ id: Int64, by actor: Actor) async throws {
    try await database.transaction { connection in
      let store = StaffStore(connection)
      guard let member = try await store.lock(id) else { throw Problem.notFound("staff member") }
      guard member.status == .invited else {
        throw Problem.conflict("Only an invitation can be withdrawn; disable the account instead.")
      }
      try await store.delete(id)
      try await AuditStore(connection).append(
        AuditEntry(action: "staff.withdraw", subject: Self.subject(id), before: member.json), by: actor,
        at: clock.now())
    }
  }

  func sessions(of id: Int64) async throws -> [StaffSessionView] {
    guard try await StaffStore(database).find(id) != nil else { throw Problem.notFound("staff member") }
    return try await StaffSessionStore(database).list(of: id, at: clock.now())
  }

  /// Signs somebody out everywhere.
  /// - Parameter own: the session that asks, which stays if it is theirs.
  func signOut(_ id: Int64, but own: StaffSession, by actor: Actor) async throws {
    try await alter(id, "staff.sign_out", by: actor) { connection in
      try await StaffSessionStore(connection).endAll(of: id, but: own.member.id == id ? own.tokenHash : nil)
    }
  }

  /// For somebody who has lost authenticator and recovery codes: signs them out and takes the second factor off.
  func removeSecondFactor(of id: Int64, by actor: Actor) async throws {
    try await alter(id, "staff.totp_remove", by: actor) { connection in
      try await StaffStore(connection).setSecondFactor(
        of: id, sealedSecret: nil, lastStep: nil, recoveryHashes: [], at: clock.now())
      try await StaffSessionStore(connection).endAll(of: id)
    }
  }

  private func alter(
    _ id: Int64, _ action: String, by actor: Actor, _ work: (Connection) async throws -> Void
  ) async throws {
    try await database.transaction { connection in
      guard try await StaffStore(connection).lock(id) != nil else { throw Problem.notFound("staff member") }
      try await work(connection)
      try await AuditStore(connection).append(
        AuditEntry(action: action, subject: Self.subject(id)), by: actor, at: clock.now())
    }
  }

  /// Whose invitation it is; nil when it is used up, withdrawn or run out.
  func invited(by token: String) async throws -> StaffMember? {
    guard let id = try await StaffInvitationStore(database).member(token: token, at: clock.now()) else { return nil }
    return try await StaffStore(database).find(id)
  }

  /// Sets the password an invitation is for. Of several at once one succeeds.
  /// - Throws: 404 for a link that is not good any more, 422 for a weak password.
  func accept(token: String, password: String, from address: IPAddress) async throws -> StaffMember {
    guard let member = try await invited(by: token) else { throw Problem.notFound("invitation") }
    if let refusal = PasswordPolicy().refusal(of: password, email: member.email) {
      throw Problem.invalid("password", refusal.code, refusal.message)
    }
    let hash = try await hasher.hash(password)
    return try await database.transaction { connection in
      let now = clock.now()
      let store = StaffStore(connection)
      guard try await StaffInvitationStore(connection).redeem(token: token, at: now) == member.id,
        try await store.admit(member.id, passwordHash: hash, at: now), let admitted = try await store.find(member.id)
      else { throw Problem.notFound("invitation") }
      try await AuditStore(connection).append(
        AuditEntry(action: "staff.accept_invitation", subject: Self.subject(member.id)),
        by: Actor(name: "staff \(member.email)", address: address), at: now)
      return admitted
    }
  }

  static func subject(_ id: Int64) -> String { "staff:\(id)" }
}
