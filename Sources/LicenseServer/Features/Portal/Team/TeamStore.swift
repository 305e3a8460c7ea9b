import Core
import Database
import Security

/// All SQL on who acts for a customer, and who was asked to. Each names the customer first.
struct TeamStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// How many may act for one customer, invitations included.
  static let limit = 200

  func members(of customer: Int64) async throws(DatabaseError) -> [TeamMember] {
    let rows = try await database.query(
      """
      SELECT u.id, u.email, m.role, m.created_at, u.last_sign_in_at
      FROM license.customer_members m JOIN license.portal_users u ON u.id = m.portal_user_id
      WHERE m.customer_id = \(customer) ORDER BY m.created_at, u.id LIMIT \(Self.limit + 1)
      """)
    var members: [TeamMember] = []
    for row in rows {
      members.append(
        TeamMember(
          id: try row.get("id"), email: try row.get("email"), role: try row.get("role"),
          joinedAt: try row.get("created_at"), lastSignInAt: try row.get("last_sign_in_at")))
    }
    return members
  }

  /// Keeps others from changing the team until the transaction ends.
  func lock(_ customer: Int64) async throws(DatabaseError) {
    try await database.execute("SELECT id FROM license.customers WHERE id = \(customer) FOR UPDATE")
  }

  func add(_ user: Int64, to customer: Int64, as role: PortalRole, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.customer_members (customer_id, portal_user_id, role, created_at)
      VALUES (\(customer), \(user), \(role), \(now)) ON CONFLICT DO NOTHING
      """)
  }

  func set(_ role: PortalRole, of user: Int64, in customer: Int64) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.customer_members SET role = \(role)
      WHERE customer_id = \(customer) AND portal_user_id = \(user)
      """)
  }

  func remove(_ user: Int64, from customer: Int64) async throws(DatabaseError) {
    try await database.execute(
      "DELETE FROM license.customer_members WHERE customer_id = \(customer) AND portal_user_id = \(user)")
  }

  func invitations(of customer: Int64, at now: Timestamp) async throws(DatabaseError) -> [TeamInvitation] {
    try await invitations(
      "i.customer_id = \(customer) AND i.expires_at > \(now) ORDER BY i.id LIMIT \(Self.limit + 1)")
  }

  func invitation(_ id: Int64, of customer: Int64) async throws(DatabaseError) -> TeamInvitation? {
    try await invitations("i.customer_id = \(customer) AND i.id = \(id)").first
  }

  func invitation(token: String, at now: Timestamp) async throws(DatabaseError) -> TeamInvitation? {
    try await invitations("i.token_hash = \(TokenHash(of: token).bytes) AND i.expires_at > \(now)").first
  }

  /// Who was asked before is asked anew, and the link in the mail before stops working.
  /// - Returns: the invitation's id.
  func invite(
    _ email: EmailAddress, to customer: Int64, as role: PortalRole, by inviter: EmailAddress, at now: Timestamp
  ) async throws(DatabaseError) -> Int64 {
    let end = now + TeamInvitation.lifetime
    return try await database.one(
      """
      INSERT INTO license.team_invitations (customer_id, email, role, invited_by, created_at, expires_at)
      VALUES (\(customer), \(email), \(role), \(inviter), \(now), \(end))
      ON CONFLICT (customer_id, email) DO UPDATE SET role = EXCLUDED.role, invited_by = EXCLUDED.invited_by,
        token_hash = NULL, created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
      RETURNING id
      """
    ).get("id")
  }

  /// The invitation's link from now on.
  /// - Returns: nil when it was taken up, withdrawn or has run out.
  func makeLink(for invitation: Int64, at now: Timestamp) async throws(DatabaseError) -> SecretToken? {
    let token = SecretToken.make(prefix: "tly_team")
    let found = try await database.execute(
      """
      UPDATE license.team_invitations SET token_hash = \(token.hash.bytes)
      WHERE id = \(invitation) AND expires_at > \(now)
      """)
    return found == 1 ? token : nil
  }

  /// Of several who use one up at once, one succeeds.
  func delete(invitation: Int64) async throws(DatabaseError) -> Bool {
    try await database.execute("DELETE FROM license.team_invitations WHERE id = \(invitation)") == 1
  }

  private func invitations(_ condition: SQL) async throws(DatabaseError) -> [TeamInvitation] {
    let rows = try await database.query(
      """
      SELECT i.id, i.customer_id, i.email, i.role, i.invited_by, i.expires_at, c.name, c.email AS customer_email
      FROM license.team_invitations i JOIN license.customers c ON c.id = i.customer_id
      WHERE \(condition)
      """)
    var invitations: [TeamInvitation] = []
    for row in rows {
      let name: String = try row.get("name")
      invitations.append(
        TeamInvitation(
          id: try row.get("id"), customerID: try row.get("customer_id"),
          customerName: name.isEmpty ? try row.get("customer_email") : name, email: try row.get("email"),
          role: try row.get("role"), invitedBy: try row.get("invited_by"), expiresAt: try row.get("expires_at")))
    }
    return invitations
  }
}
