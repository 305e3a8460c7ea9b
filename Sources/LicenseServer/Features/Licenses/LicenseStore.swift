import Billing
import Core
import Database

/// All SQL on licences and their keys.
struct LicenseStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// What a new licence is made with.
  struct Draft: Sendable {
    var customerID: Int64
    var planID: Int64
    var subscriptionID: Int64?
    var expiresAt: Timestamp?
    var overdueUntil: Timestamp?
    var maxInstances = 1
    var overrides = LicenseOverrides.none
  }

  func insert(_ draft: Draft, at now: Timestamp) async throws(DatabaseError) -> Int64 {
    try await database.one(
      """
      INSERT INTO license.licenses (customer_id, plan_id, subscription_id, status, expires_at, overdue_until,
        max_instances, overrides, created_at, updated_at)
      VALUES (\(draft.customerID), \(draft.planID), \(draft.subscriptionID), 'active', \(draft.expiresAt),
        \(draft.overdueUntil), \(draft.maxInstances), \(draft.overrides.json), \(now), \(now))
      RETURNING id
      """
    ).get("id")
  }

  /// Makes the key the licence's current one. The one before it, if any, stays valid until `formerUntil`.
  func addKey(
    license: Int64, hash: [UInt8], lastFour: String, sealed: String, formerUntil: Timestamp, at now: Timestamp
  ) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.license_keys SET valid_until = \(formerUntil)
      WHERE license_id = \(license) AND valid_until IS NULL
      """)
    try await database.execute(
      """
      INSERT INTO license.license_keys (key_hash, license_id, last_four, sealed, created_at)
      VALUES (\(hash), \(license), \(lastFour), \(sealed), \(now))
      """)
  }

  /// The current key as it is kept, for its owner.
  func sealedKey(of license: Int64) async throws(DatabaseError) -> String? {
    try await database.scalar(
      "SELECT sealed FROM license.license_keys WHERE license_id = \(license) AND valid_until IS NULL")
  }

  func find(_ id: Int64) async throws(DatabaseError) -> License? {
    try await licenses("WHERE l.id = \(id)").first
  }

  func find(subscription: Int64) async throws(DatabaseError) -> License? {
    try await licenses("WHERE l.subscription_id = \(subscription)").first
  }

  /// Takes the licence's row for the rest of the transaction, then reads it: in one statement the parts that come from
  /// other tables would be those of before the wait.
  func lock(_ id: Int64) async throws(DatabaseError) -> License? {
    try await database.execute("SELECT id FROM license.licenses WHERE id = \(id) FOR UPDATE")
    return try await find(id)
  }

  func all(ofCustomers customers: [Int64]) async throws(DatabaseError) -> [License] {
    try await licenses("WHERE l.customer_id = ANY(\(customers)) ORDER BY l.id LIMIT 500")
  }

  /// The licences a request asks for (`customer_email=`, `customer_id=`, `plan=`, `status=`, `q` in the address or the
  /// key's last four), the newest first; the cursor is an id.
  func list(_ page: PageRequest, at now: Timestamp) async throws(DatabaseError) -> Page<License> {
    let after = page.cursor.flatMap { Int64($0) }
    let email = page.filters["customer_email"]?.trimmed.lowercased()
    let customer = page.filters["customer_id"].map { Int64($0) ?? 0 }
    let pattern = page.q.map { "%\(LikePattern.escaped($0))%" }
    let matching: SQL = """
      (\(email)::text IS NULL OR c.email = \(email))
      AND (\(customer)::bigint IS NULL OR l.customer_id = \(customer))
      AND (\(page.filters["plan"])::text IS NULL OR p.slug = \(page.filters["plan"]))
      AND (\(page.filters["status"])::text IS NULL OR \(page.filters["status"]) = \(status(at: now)))
      AND (\(pattern)::text IS NULL OR c.email ILIKE \(pattern) OR k.last_four ILIKE \(pattern))
      """
    let found = try await licenses(
      """
      WHERE \(matching) AND (\(after)::bigint IS NULL OR l.id < \(after)) ORDER BY l.id DESC LIMIT \(page.limit + 1)
      """)
    let total: Int? = try await database.scalar("SELECT count(*) \(from) WHERE \(matching)")
    return Page(fetched: found, limit: page.limit, total: total) { String($0.id) }
  }

  /// ``LicenseGrant/status(at:)`` in SQL.
  private func status(at now: Timestamp) -> SQL {
    """
    CASE WHEN l.status <> 'active' THEN l.status WHEN l.expires_at IS NULL OR l.expires_at > \(now) THEN 'active'
      WHEN l.overdue_until > \(now) THEN 'overdue' ELSE 'expired' END
    """
  }

  func set(_ id: Int64, standing: LicenseGrant.Standing, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      "UPDATE license.licenses SET status = \(standing), updated_at = \(now) WHERE id = \(id)")
  }

  func set(
    _ id: Int64, expiresAt: Timestamp?, overdueUntil: Timestamp?, at now: Timestamp
  ) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.licenses SET expires_at = \(expiresAt), overdue_until = \(overdueUntil), updated_at = \(now)
      WHERE id = \(id)
      """)
  }

  func set(_ id: Int64, plan: Int64, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      "UPDATE license.licenses SET plan_id = \(plan), updated_at = \(now) WHERE id = \(id)")
  }

  func set(
    _ id: Int64, maxInstances: Int, transferAllowance: Int, overrides: LicenseOverrides, at now: Timestamp
  ) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.licenses SET max_instances = \(maxInstances), transfer_allowance = \(transferAllowance),
        overrides = \(overrides.json), updated_at = \(now)
      WHERE id = \(id)
      """)
  }

  private var from: SQL {
    """
    FROM license.licenses l
    JOIN license.customers c ON c.id = l.customer_id
    JOIN license.plans p ON p.id = l.plan_id
    JOIN license.license_keys k ON k.license_id = l.id AND k.valid_until IS NULL
    """
  }

  private func licenses(_ condition: SQL) async throws(DatabaseError) -> [License] {
    let rows = try await database.query("SELECT \(License.columns) \(from) \(condition)")
    var licenses: [License] = []
    for row in rows { licenses.append(try License(row)) }
    return licenses
  }
}

extension License {
  /// Of `license.licenses l`, `license.customers c`, `license.plans p` and `license.license_keys k`. The plan's id comes
  /// with the plan.
  fileprivate static let columns: SQL = """
    l.id, l.status, l.expires_at, l.overdue_until, l.max_instances, l.transfer_allowance, l.overrides, l.seq,
    l.customer_id, c.email AS customer_email, l.subscription_id, k.last_four, l.created_at, l.updated_at,
    \(Plan.joinedColumns),
    (SELECT count(*) FROM license.instances a WHERE a.license_id = l.id AND a.state = 'active') AS active_instances
    """

  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      grant: try LicenseGrant(row, plan: try Plan(joined: row)), customerID: try row.get("customer_id"),
      customerEmail: try row.get("customer_email"), subscriptionID: try row.get("subscription_id"),
      keyLastFour: try row.get("last_four"), activeInstances: try row.get("active_instances"),
      createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"))
  }
}
