import Core
import Database

/// All SQL on API keys. A token is never stored, only its hash.
struct APIKeyStore: Sendable {
  private static let touchInterval = Duration.minutes(5)

  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func insert(
    _ owner: APIKey.Owner, name: String, tokenHash: [UInt8], lastFour: String, permissions: JSONValue,
    expiresAt: Timestamp?, at now: Timestamp
  ) async throws(DatabaseError) -> APIKey {
    let (staff, customer, reseller) = columns(of: owner)
    let row = try await database.one(
      """
      INSERT INTO license.api_keys
        (token_hash, last_four, name, staff_id, customer_id, reseller_id, permissions, expires_at, created_at)
      VALUES (\(tokenHash), \(lastFour), \(name), \(staff), \(customer), \(reseller), \(permissions), \(expiresAt), \(now))
      RETURNING \(APIKey.columns)
      """)
    return try APIKey(row)
  }

  /// Whose token it is; nil when it is unknown, revoked or over.
  func find(tokenHash: [UInt8], at now: Timestamp) async throws(DatabaseError) -> APIKey? {
    let key = try await keys("WHERE token_hash = \(tokenHash)").first
    return key.flatMap { $0.isUsable(at: now) ? $0 : nil }
  }

  /// Notes that it was used, every few minutes at most.
  func touch(_ key: APIKey, at now: Timestamp) async throws(DatabaseError) {
    guard key.lastUsedAt.map({ now - $0 > Self.touchInterval }) ?? true else { return }
    try await database.execute("UPDATE license.api_keys SET last_used_at = \(now) WHERE id = \(key.id)")
  }

  func find(_ id: Int64) async throws(DatabaseError) -> APIKey? {
    try await keys("WHERE id = \(id)").first
  }

  /// The owner's keys that are not revoked, the newest first.
  func all(of owner: APIKey.Owner) async throws(DatabaseError) -> [APIKey] {
    let (staff, customer, reseller) = columns(of: owner)
    return try await keys(
      """
      WHERE (staff_id = \(staff) OR customer_id = \(customer) OR reseller_id = \(reseller)) AND revoked_at IS NULL
      ORDER BY id DESC LIMIT 100
      """)
  }

  /// All keys of the staff, the newest first; the cursor is an id.
  func list(_ page: PageRequest) async throws(DatabaseError) -> Page<APIKey> {
    let after = page.cursor.flatMap { Int64($0) }
    let found = try await keys(
      """
      WHERE staff_id IS NOT NULL AND (\(after)::bigint IS NULL OR id < \(after)) ORDER BY id DESC LIMIT \(page.limit + 1)
      """)
    return Page(fetched: found, limit: page.limit) { String($0.id) }
  }

  /// For good. False when it was before.
  func revoke(_ id: Int64, at now: Timestamp) async throws(DatabaseError) -> Bool {
    try await database.execute(
      "UPDATE license.api_keys SET revoked_at = \(now) WHERE id = \(id) AND revoked_at IS NULL") == 1
  }

  private func columns(of owner: APIKey.Owner) -> (staff: Int64?, customer: Int64?, reseller: Int64?) {
    switch owner {
    case .staff(let id): (id, nil, nil)
    case .customer(let id): (nil, id, nil)
    case .reseller(let id): (nil, nil, id)
    }
  }

  private func keys(_ condition: SQL) async throws(DatabaseError) -> [APIKey] {
    let rows = try await database.query("SELECT \(APIKey.columns) FROM license.api_keys \(condition)")
    var keys: [APIKey] = []
    for row in rows { keys.append(try APIKey(row)) }
    return keys
  }
}

extension APIKey {
  fileprivate static let columns: SQL = """
    id, staff_id, customer_id, reseller_id, name, last_four, permissions, expires_at, last_used_at, revoked_at, created_at
    """

  fileprivate init(_ row: Row) throws(DatabaseError) {
    let staff: Int64? = try row.get("staff_id")
    let customer: Int64? = try row.get("customer_id")
    let reseller: Int64? = try row.get("reseller_id")
    let owner = staff.map { Owner.staff($0) } ?? customer.map { .customer($0) } ?? .reseller(reseller ?? 0)
    self.init(
      id: try row.get("id"), owner: owner, name: try row.get("name"), lastFour: try row.get("last_four"),
      permissions: try row.get("permissions"), expiresAt: try row.get("expires_at"),
      lastUsedAt: try row.get("last_used_at"), revokedAt: try row.get("revoked_at"),
      createdAt: try row.get("created_at"))
  }
}
