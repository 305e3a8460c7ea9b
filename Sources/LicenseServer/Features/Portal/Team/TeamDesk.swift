import Core
import Database
import Web

/// Changes who acts for a customer. Changes of one team happen one after another, so that its last owner always stays.
struct TeamDesk: Sendable {
  let database: ConnectionPool
  let entrance: PortalEntrance
  let mail: MailJobs
  let clock: any WallClock

  /// - Throws: 403 for a role one may not give; 409 for who is in the team already, or when it is full.
  func invite(_ email: EmailAddress, as role: PortalRole, by call: PortalCall) async throws {
    let (customer, membership) = try Self.membership(call)
    guard membership.role.mayGive(role) else { throw Self.ownersOnly }
    try await database.transaction { connection in
      let now = clock.now()
      let team = TeamStore(connection)
      try await team.lock(customer)
      let members = try await team.members(of: customer)
      guard !members.contains(where: { $0.email == email }) else {
        throw Problem.conflict("\(email) is in the team already.", field: "email")
      }
      guard try await members.count + team.invitations(of: customer, at: now).count < TeamStore.limit else {
        throw Problem.conflict("A team has at most \(TeamStore.limit) people, invitations included.")
      }
      let id = try await team.invite(email, to: customer, as: role, by: call.session.email, at: now)
      let template = TeamInvitationMail(
        invitationID: id, customer: membership.customerName, inviter: call.session.email.description,
        role: role.rawValue)
      try await mail.enqueue(template, to: email, customer: customer, in: connection)
      try await audit(
        "team.invite", customer, after: ["email": .string(email.description), "role": .string(role.rawValue)],
        by: call.actor, in: connection)
    }
  }

  func withdraw(_ id: Int64, by call: PortalCall) async throws {
    let (customer, membership) = try Self.membership(call)
    try await database.transaction { connection in
      let team = TeamStore(connection)
      guard let invitation = try await team.invitation(id, of: customer) else { throw Problem.notFound("invitation") }
      guard membership.role.mayGive(invitation.role) else { throw Self.ownersOnly }
      _ = try await team.delete(invitation: id)
      try await audit("team.withdraw_invitation", customer, before: invitation.json, by: call.actor, in: connection)
    }
  }

  func setRole(_ role: PortalRole, of user: Int64, by call: PortalCall) async throws {
    try await change(user, "team.change_role", by: call) { member, team, customer, actorRole in
      guard actorRole.mayGive(role) else { throw Self.ownersOnly }
      try await team.set(role, of: user, in: customer)
      return ["email": .string(member.email.description), "role": .string(role.rawValue)]
    }
  }

  /// Takes somebody, perhaps oneself, out of the team.
  func remove(_ user: Int64, by call: PortalCall) async throws {
    try await change(user, "team.remove", by: call) { _, team, customer, _ in
      try await team.remove(user, from: customer)
      return .null
    }
  }

  /// Takes up an invitation: whoever has the link reads the invited mailbox, so it signs in as well.
  /// - Returns: nil for a link that is unknown, used, withdrawn or too old.
  func join(link: String, head: RequestHead) async throws -> PortalEntrance.Admission? {
    try await database.transaction { connection in
      let now = clock.now()
      let team = TeamStore(connection)
      guard let invitation = try await team.invitation(token: link, at: now),
        try await team.delete(invitation: invitation.id)
      else { return nil }
      let user = try await PortalUserStore(connection).findOrCreate(email: invitation.email, at: now)
      try await team.add(user, to: invitation.customerID, as: invitation.role, at: now)
      try await audit(
        "team.join", invitation.customerID, after: invitation.json,
        by: Actor(name: "customer \(invitation.email)", address: head.clientAddress), in: connection)
      guard let credentials = try await PortalCredentialStore(connection).find(user) else { return nil }
      return try await entrance.admit(credentials, by: "invitation", head: head, in: connection)
    }
  }

  private func change(
    _ user: Int64, _ action: String, by call: PortalCall,
    _ body: (TeamMember, TeamStore, _ customer: Int64, _ actorRole: PortalRole) async throws -> JSONValue
  ) async throws {
    let (customer, _) = try Self.membership(call)
    try await database.transaction { connection in
      let team = TeamStore(connection)
      try await team.lock(customer)
      let members = try await team.members(of: customer)
      // The role of whoever acts is read anew: it may have changed while they waited.
      guard let member = members.first(where: { $0.id == user }),
        let actor = members.first(where: { $0.id == call.session.user.id })
      else { throw Problem.notFound("member") }
      guard actor.id == member.id || actor.role.mayGive(member.role) else { throw Self.ownersOnly }
      let after = try await body(member, team, customer, actor.role)
      let remaining = try await team.members(of: customer)
      guard remaining.contains(where: { $0.role == .owner }) else {
        throw Problem.conflict("One owner must stay. Make somebody else an owner first.")
      }
      try await audit(action, customer, before: member.json, after: after, by: call.actor, in: connection)
    }
  }

  private func audit(
    _ action: String, _ customer: Int64, before: JSONValue = .null, after: JSONValue = .null, by actor: Actor,
    in connection: Connection
  ) async throws(DatabaseError) {
    try await AuditStore(connection).append(
      AuditEntry(action: action, subject: "customer:\(customer)", before: before, after: after), by: actor,
      at: clock.now())
  }

  private static func membership(_ call: PortalCall) throws(Problem) -> (customer: Int64, PortalMembership) {
    guard let membership = call.session.membership else { throw .notFound("customer") }
    return (membership.customerID, membership)
  }

  private static let ownersOnly = Problem(
    status: 403, code: "permission_denied", title: "Only owners may do this",
    detail: "Owners are made, changed and removed by owners only.")
}
