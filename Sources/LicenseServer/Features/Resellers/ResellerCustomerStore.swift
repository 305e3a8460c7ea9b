import Billing
import Core
import Database

/// All SQL on the customers of resellers. Another reseller's customer is no different from one that does not exist.
struct ResellerCustomerStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// Makes the customer one of the reseller's.
  func claim(_ customer: Int64, for reseller: Int64) async throws(DatabaseError) {
    try await database.execute("UPDATE license.customers SET reseller_id = \(reseller) WHERE id = \(customer)")
  }

  func find(_ id: Int64, of reseller: Int64) async throws(DatabaseError) -> Customer? {
    let isOwn =
      try await database.first(
        "SELECT id FROM license.customers WHERE id = \(id) AND reseller_id = \(reseller)") != nil
    return isOwn ? try await CustomerStore(database).find(id) : nil
  }

  /// Whose customer it is; nil for one of our own.
  func reseller(of customer: Int64) async throws(DatabaseError) -> Int64? {
    try await database.scalar(
      "SELECT reseller_id FROM license.customers WHERE id = \(customer) AND reseller_id IS NOT NULL")
  }

  /// Those of `customers` that a portal shows on a host: on a reseller's its own, on ours all.
  func visible(_ customers: [Int64], to reseller: Int64) async throws(DatabaseError) -> [Int64] {
    let rows = try await database.query(
      """
      SELECT id FROM license.customers WHERE id = ANY(\(customers)) AND reseller_id = \(reseller) ORDER BY id
      """)
    var ids: [Int64] = []
    for row in rows { ids.append(try row.get("id")) }
    return ids
  }

  /// The customers of a reseller (`q` in address and name), the newest first; the cursor is an id.
  func list(_ page: PageRequest, of reseller: Int64) async throws(DatabaseError) -> Page<ResellerCustomer> {
    let after = page.cursor.flatMap { Int64($0) }
    let pattern = page.q.map { "%\(LikePattern.escaped($0))%" }
    let rows = try await database.query(
      """
      SELECT c.id, c.email, c.name, c.created_at, count(s.license_id) AS licenses
      FROM license.customers c
      LEFT JOIN license.licenses l ON l.customer_id = c.id
      LEFT JOIN license.reseller_licenses s ON s.license_id = l.id AND s.reseller_id = c.reseller_id
      WHERE c.reseller_id = \(reseller) AND (\(after)::bigint IS NULL OR c.id < \(after))
        AND (\(pattern)::text IS NULL OR c.email ILIKE \(pattern) OR c.name ILIKE \(pattern))
      GROUP BY c.id ORDER BY c.id DESC LIMIT \(page.limit + 1)
      """)
    var customers: [ResellerCustomer] = []
    for row in rows {
      customers.append(
        ResellerCustomer(
          id: try row.get("id"), email: try row.get("email"), name: try row.get("name"),
          licenses: try row.get("licenses"), createdAt: try row.get("created_at")))
    }
    return Page(fetched: customers, limit: page.limit) { String($0.id) }
  }
}

/// A customer as the reseller sees it.
struct ResellerCustomer: Sendable, Identifiable {
  let id: Int64
  let email: EmailAddress
  let name: String
  let licenses: Int
  let createdAt: Timestamp

  var json: JSONValue {
    [
      "id": .int(id), "email": .string(email.description), "name": .string(name), "licenses": .int(licenses),
      "created_at": JSONValue(createdAt),
    ]
  }
}
