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
    /// Once per subscription: it cannot be given to two licences.
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

  func exists(_ id: Int64) async throws(DatabaseError) -> Bool {
    try await database.first("SELECT id FROM license.licenses WHERE id = \(id)") != nil
  }

  /// The sealed key with this hash, also a former one while it is valid, and whose it is.
  func sealedKey(hash: [UInt8], at now: Timestamp) async throws(DatabaseError) -> (license: Int64, sealed: String)? {
    let row = try await database.first(
      """
      SELECT license_id, sealed FROM license.license_keys
      WHERE key_hash = \(hash) AND (valid_until IS NULL OR valid_until > \(now))
      """)
    guard let row else { return nil }
    return (try row.get("license_id"), try row.get("sealed"))
  }

  func all(ids: [Int64]) async throws(DatabaseError) -> [License] {
    ids.isEmpty ? [] : try await licenses("WHERE l.id = ANY(\(ids))")
  }

  func all(ofCustomers customers: [Int64]) async throws(DatabaseError) -> [License] {
    try await licenses("WHERE l.customer_id = ANY(\(customers)) ORDER BY l.id LIMIT 500")
  }

  /// The licences a request asks for, as ``LicenseQuery`` reads it.
  /// - Throws: also ``Problem`` 422 for a filter, an order or a cursor that is none.
  func list(_ request: PageRequest, at now: Timestamp) async throws -> Page<License> {
    let query = try LicenseQuery(request, at: now)
    let found = try await licenses("WHERE \(query.matching) AND \(query.following) \(query.order)")
    let total: Int? = try await database.scalar("SELECT count(*) \(from) WHERE \(query.matching)")
    return Page(fetched: found, limit: request.limit, total: total) { query.cursor(after: $0) }
  }

  func set(_ id: Int64, standing: LicenseGrant.Standing, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      "UPDATE license.licenses SET status = \(standing), suspended_for = NULL, updated_at = \(now) WHERE id = \(id)")
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

  /// Makes it the licence of a subscription. It has none so far.
  func bind(_ id: Int64, to draft: Draft, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.licenses SET subscription_id = \(draft.subscriptionID), plan_id = \(draft.planID),
        expires_at = \(draft.expiresAt), overdue_until = \(draft.overdueUntil), updated_at = \(now)
      WHERE id = \(id) AND subscription_id IS NULL
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
    (SELECT count(*) FROM license.instances a WHERE a.license_id = l.id AND a.state = 'active') AS active_instances,
    ARRAY(SELECT t.tag FROM license.license_tags t WHERE t.license_id = l.id ORDER BY t.tag) AS tags,
    (SELECT r.started_at FROM license.license_trials r WHERE r.license_id = l.id) AS trial_started_at,
    (SELECT r.converted_at FROM license.license_trials r WHERE r.license_id = l.id) AS trial_converted_at,
    \(LicenseQuery.isCloneSuspected) AS clone_suspected, \(LicenseQuery.isOverLimit) AS over_limit
    """

  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      grant: try LicenseGrant(row, plan: try Plan(joined: row)), customerID: try row.get("customer_id"),
      customerEmail: try row.get("customer_email"), subscriptionID: try row.get("subscription_id"),
      keyLastFour: try row.get("last_four"), activeInstances: try row.get("active_instances"),
      createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"), tags: try row.get("tags"),
      trial: try LicenseTrial(row), isCloneSuspected: try row.get("clone_suspected"),
      isOverLimit: try row.get("over_limit"))
  }
}
