public import Core
public import Database

/// Reads and writes customers.
public struct CustomerStore: Sendable {
  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// The customer with this address; a new one when there is none.
  public func findOrCreate(email: EmailAddress, at now: Timestamp) async throws(DatabaseError) -> Customer {
    // DO UPDATE, not DO NOTHING: it answers with the row that is there, also when another transaction just made it.
    try Customer(
      await database.one(
        """
        INSERT INTO license.customers (email, created_at) VALUES (\(email), \(now))
        ON CONFLICT (email) DO UPDATE SET email = EXCLUDED.email
        RETURNING id, email, name, created_at
        """))
  }

  /// A new customer; nil when there is one with this address.
  public func create(email: EmailAddress, name: String, at now: Timestamp) async throws(DatabaseError) -> Customer? {
    let row = try await database.first(
      """
      INSERT INTO license.customers (email, name, created_at) VALUES (\(email), \(name), \(now))
      ON CONFLICT (email) DO NOTHING RETURNING id, email, name, created_at
      """)
    guard let row else { return nil }
    return try Customer(row)
  }

  public func find(_ id: Int64) async throws(DatabaseError) -> Customer? {
    let row = try await database.first(
      "SELECT id, email, name, created_at FROM license.customers WHERE id = \(id)")
    guard let row else { return nil }
    return try Customer(row)
  }

  /// The addresses of some customers, by their ids.
  public func emails(_ ids: [Int64]) async throws(DatabaseError) -> [Int64: EmailAddress] {
    let rows = try await database.query("SELECT id, email FROM license.customers WHERE id = ANY(\(ids))")
    var emails: [Int64: EmailAddress] = [:]
    for row in rows { emails[try row.get("id")] = try row.get("email") }
    return emails
  }

  /// The customers a request asks for, the newest first. `q` looks in address and name; the cursor is an id.
  public func list(_ page: PageRequest) async throws(DatabaseError) -> Page<Customer> {
    let after = page.cursor.flatMap { Int64($0) }
    let pattern = page.q.map { "%\(LikePattern.escaped($0))%" }
    let rows = try await database.query(
      """
      SELECT id, email, name, created_at FROM license.customers
      WHERE (\(after)::bigint IS NULL OR id < \(after))
        AND (\(pattern)::text IS NULL OR email ILIKE \(pattern) OR name ILIKE \(pattern))
        AND (\(page.filters["email"]?.lowercased())::text IS NULL OR email = \(page.filters["email"]?.lowercased()))
      ORDER BY id DESC LIMIT \(page.limit + 1)
      """)
    var customers: [Customer] = []
    for row in rows { customers.append(try Customer(row)) }
    return Page(fetched: customers, limit: page.limit) { String($0.id) }
  }

  public func rename(_ id: Int64, to name: String) async throws(DatabaseError) {
    try await database.execute("UPDATE license.customers SET name = \(name) WHERE id = \(id)")
  }
}

extension Customer {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      id: try row.get("id"), email: try row.get("email"), name: try row.get("name"),
      createdAt: try row.get("created_at"))
  }
}
