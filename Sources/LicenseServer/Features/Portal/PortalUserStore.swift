import Core
import Database

/// Somebody who signs in to the portal, for the customers they belong to.
struct PortalUser: Sendable, Identifiable {
  let id: Int64
  let email: EmailAddress
  /// The customers whose licences and invoices they see.
  let customers: [Int64]
}

/// All SQL on portal users and their memberships.
struct PortalUserStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// Lets whoever reads this address' mail in to the customer's portal.
  func makeOwner(_ email: EmailAddress, of customer: Int64, at now: Timestamp) async throws(DatabaseError) {
    let row = try await database.one(
      """
      INSERT INTO license.portal_users (email, created_at) VALUES (\(email), \(now))
      ON CONFLICT (email) DO UPDATE SET email = EXCLUDED.email RETURNING id
      """)
    let user: Int64 = try row.get("id")
    try await database.execute(
      """
      INSERT INTO license.customer_members (customer_id, portal_user_id, role, created_at)
      VALUES (\(customer), \(user), 'owner', \(now)) ON CONFLICT DO NOTHING
      """)
  }

  func find(email: EmailAddress) async throws(DatabaseError) -> PortalUser? {
    try await users("u.email = \(email)").first
  }

  func find(_ id: Int64) async throws(DatabaseError) -> PortalUser? {
    try await users("u.id = \(id)").first
  }

  private func users(_ condition: SQL) async throws(DatabaseError) -> [PortalUser] {
    let rows = try await database.query(
      """
      SELECT u.id, u.email, ARRAY(SELECT m.customer_id FROM license.customer_members m
        WHERE m.portal_user_id = u.id ORDER BY m.customer_id) AS customers
      FROM license.portal_users u WHERE \(condition)
      """)
    var users: [PortalUser] = []
    for row in rows {
      users.append(
        PortalUser(id: try row.get("id"), email: try row.get("email"), customers: try row.get("customers")))
    }
    return users
  }
}
