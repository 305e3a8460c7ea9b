import Core
import Database

/// All SQL on portal users.
struct PortalUserStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// Lets whoever reads this address' mail in to the portal of a customer who has no team yet. Where there is one, it
  /// decides who joins: an order for an address must not bring back somebody who was removed.
  func makeOwner(_ email: EmailAddress, of customer: Int64, at now: Timestamp) async throws(DatabaseError) {
    let user = try await findOrCreate(email: email, at: now)
    try await database.execute(
      """
      INSERT INTO license.customer_members (customer_id, portal_user_id, role, created_at)
      SELECT \(customer)::bigint, \(user)::bigint, 'owner', \(now)::timestamptz
      WHERE NOT EXISTS (SELECT m.role FROM license.customer_members m WHERE m.customer_id = \(customer))
      ON CONFLICT DO NOTHING
      """)
  }

  /// The id of the user with this address; of a new one when there is none.
  func findOrCreate(email: EmailAddress, at now: Timestamp) async throws(DatabaseError) -> Int64 {
    try await database.one(
      """
      INSERT INTO license.portal_users (email, created_at) VALUES (\(email), \(now))
      ON CONFLICT (email) DO UPDATE SET email = EXCLUDED.email RETURNING id
      """
    ).get("id")
  }

  func find(email: EmailAddress) async throws(DatabaseError) -> PortalUser? {
    try await user("u.email = \(email)")
  }

  func find(_ id: Int64) async throws(DatabaseError) -> PortalUser? {
    try await user("u.id = \(id)")
  }

  private func user(_ condition: SQL) async throws(DatabaseError) -> PortalUser? {
    let row = try await database.first(
      """
      SELECT u.id, u.email, u.password_hash IS NOT NULL AS has_password, u.totp_secret IS NOT NULL AS uses_totp
      FROM license.portal_users u WHERE \(condition)
      """)
    guard let row else { return nil }
    let id: Int64 = try row.get("id")
    return PortalUser(
      id: id, email: try row.get("email"), hasPassword: try row.get("has_password"), usesTOTP: try row.get("uses_totp"),
      memberships: try await memberships(of: id))
  }

  private func memberships(of user: Int64) async throws(DatabaseError) -> [PortalMembership] {
    let rows = try await database.query(
      """
      SELECT m.customer_id, m.role, c.name, c.email
      FROM license.customer_members m JOIN license.customers c ON c.id = m.customer_id
      WHERE m.portal_user_id = \(user) ORDER BY m.created_at, m.customer_id LIMIT 200
      """)
    var memberships: [PortalMembership] = []
    for row in rows {
      let name: String = try row.get("name")
      memberships.append(
        PortalMembership(
          customerID: try row.get("customer_id"), customerName: name.isEmpty ? try row.get("email") : name,
          role: try row.get("role")))
    }
    return memberships
  }

  func noteSignIn(of id: Int64, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute("UPDATE license.portal_users SET last_sign_in_at = \(now) WHERE id = \(id)")
  }
}
