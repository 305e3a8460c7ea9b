import Billing
import Core
import Database

/// All SQL on hosted tenants and on what trackers still keep of former ones.
struct HostedTenantStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// What a tenant is asked for with.
  struct Draft: Sendable {
    var slug: String
    var name: String
    var customerID: Int64
    var licenseID: Int64
    var domains: [String]
    var adminEmail: EmailAddress
  }

  /// Nil when another tenant has the slug or runs on the licence.
  func insert(_ draft: Draft, at now: Timestamp) async throws(DatabaseError) -> Int64? {
    try await database.scalar(
      """
      INSERT INTO license.hosted_tenants
        (slug, name, customer_id, license_id, domains, admin_email, status, created_at, updated_at)
      VALUES (\(draft.slug), \(draft.name), \(draft.customerID), \(draft.licenseID), \(draft.domains),
        \(draft.adminEmail), 'provisioning', \(now), \(now))
      ON CONFLICT DO NOTHING RETURNING id
      """)
  }

  func find(_ id: Int64) async throws(DatabaseError) -> HostedTenant? {
    try await tenants("WHERE t.id = \(id)").first
  }

  /// One of a reseller's customers; another's is no different from one that does not exist.
  func find(_ id: Int64, ofReseller reseller: Int64) async throws(DatabaseError) -> HostedTenant? {
    try await tenants("WHERE t.id = \(id) AND c.reseller_id = \(reseller)").first
  }

  /// How many of its customers' tenants are hosted or about to be.
  func count(ofReseller reseller: Int64) async throws(DatabaseError) -> Int {
    try await database.scalar(
      """
      SELECT count(*) FROM license.hosted_tenants t JOIN license.customers c ON c.id = t.customer_id
      WHERE c.reseller_id = \(reseller) AND t.status NOT IN ('failed', 'deleted', 'purged')
      """) ?? 0
  }

  /// Takes the tenant's row for the rest of the transaction.
  func lock(_ id: Int64) async throws(DatabaseError) -> HostedTenant? {
    try await database.execute("SELECT id FROM license.hosted_tenants WHERE id = \(id) FOR UPDATE")
    return try await find(id)
  }

  /// The one that holds a slug; nil when it is free.
  func find(slug: String) async throws(DatabaseError) -> HostedTenant? {
    try await tenants("WHERE t.slug = \(slug) AND t.status <> 'purged'").first
  }

  /// Which of these hosts another tenant of ours has.
  func takenDomains(among hosts: [String], but tenant: Int64?) async throws(DatabaseError) -> [String] {
    let rows = try await database.query(
      """
      SELECT DISTINCT d.host FROM license.hosted_tenants t CROSS JOIN LATERAL unnest(t.domains) AS d (host)
      WHERE t.status NOT IN ('failed', 'deleted', 'purged') AND d.host = ANY(\(hosts))
        AND t.id IS DISTINCT FROM \(tenant)
      ORDER BY d.host
      """)
    var taken: [String] = []
    for row in rows { taken.append(try row.get("host")) }
    return taken
  }

  /// The tenants a request asks for (`status=`, `tracker_id=`, `customer_id=`, `customer_email=`, `q` in slug, name,
  /// domains or the customer's address), the newest first; the cursor is an id.
  /// - Parameter reseller: only tenants of its customers; nil for everybody's.
  func list(_ page: PageRequest, ofReseller reseller: Int64? = nil) async throws(DatabaseError) -> Page<HostedTenant> {
    let after = page.cursor.flatMap { Int64($0) }
    let tracker = page.filters["tracker_id"].map { Int64($0) ?? 0 }
    let customer = page.filters["customer_id"].map { Int64($0) ?? 0 }
    let email = page.filters["customer_email"]?.trimmed.lowercased()
    let pattern = page.q.map { "%\(LikePattern.escaped($0))%" }
    let matching: SQL = """
      (\(reseller)::bigint IS NULL OR c.reseller_id = \(reseller)) AND (\(page.filters["status"])::text IS NULL OR t.status = \(page.filters["status"]))
      AND (\(tracker)::bigint IS NULL OR t.tracker_id = \(tracker))
      AND (\(customer)::bigint IS NULL OR t.customer_id = \(customer))
      AND (\(email)::text IS NULL OR c.email = \(email))
      AND (\(pattern)::text IS NULL OR t.slug ILIKE \(pattern) OR t.name ILIKE \(pattern) OR c.email ILIKE \(pattern)
        OR array_to_string(t.domains, ' ') ILIKE \(pattern))
      """
    let found = try await tenants(
      """
      WHERE \(matching) AND (\(after)::bigint IS NULL OR t.id < \(after)) ORDER BY t.id DESC LIMIT \(page.limit + 1)
      """)
    let total: Int? = try await database.scalar("SELECT count(*) \(from) WHERE \(matching)")
    return Page(fetched: found, limit: page.limit, total: total) { String($0.id) }
  }

  func set(_ id: Int64, status: HostedTenant.Status, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      "UPDATE license.hosted_tenants SET status = \(status), updated_at = \(now) WHERE id = \(id)")
  }

  func set(_ id: Int64, tracker: Int64?, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      "UPDATE license.hosted_tenants SET tracker_id = \(tracker), updated_at = \(now) WHERE id = \(id)")
  }

  func set(_ id: Int64, archive: HostedTenant.Archive?, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.hosted_tenants SET archive_id = \(archive?.id), archive_bytes = \(archive?.bytes),
        archive_sha256 = \(archive?.sha256), archived_at = \(archive?.madeAt), updated_at = \(now)
      WHERE id = \(id)
      """)
  }

  /// Of a tenant that could not be made: what may be put right before it is tried again.
  func set(
    _ id: Int64, name: String, domains: [String], adminEmail: EmailAddress, at now: Timestamp
  ) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.hosted_tenants SET name = \(name), domains = \(domains), admin_email = \(adminEmail),
        updated_at = \(now)
      WHERE id = \(id)
      """)
  }

  /// Notes what a tracker said of its tenants; those that are not ours there are passed over.
  func note(_ reports: [TenantReport], by tracker: Int64, at now: Timestamp) async throws(DatabaseError) {
    for report in reports where report.users != nil {
      try await database.execute(
        """
        UPDATE license.hosted_tenants SET users = \(report.users), clicks_24h = \(report.clicks24h),
          schema_version = \(report.schemaVersion), usage_at = \(now)
        WHERE slug = \(report.slug) AND tracker_id = \(tracker) AND status IN ('active', 'suspended')
        """)
    }
  }

  /// Notes that a tracker keeps data of a tenant that is not in use there any more.
  func addLeftover(of tenant: Int64, on tracker: Int64, purgeAt: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.tenant_leftovers (tenant_id, tracker_id, purge_at)
      VALUES (\(tenant), \(tracker), \(purgeAt))
      ON CONFLICT (tenant_id, tracker_id) DO UPDATE SET purge_at = excluded.purge_at
      """)
  }

  func hasLeftover(of tenant: Int64, on tracker: Int64) async throws(DatabaseError) -> Bool {
    try await database.first(
      "SELECT 1 AS is_there FROM license.tenant_leftovers WHERE tenant_id = \(tenant) AND tracker_id = \(tracker)")
      != nil
  }

  func removeLeftover(of tenant: Int64, on tracker: Int64) async throws(DatabaseError) {
    try await database.execute(
      "DELETE FROM license.tenant_leftovers WHERE tenant_id = \(tenant) AND tracker_id = \(tracker)")
  }

  /// Data that has had its time, the oldest first.
  func dueLeftovers(
    at now: Timestamp, limit: Int = 100
  ) async throws(DatabaseError) -> [(tenant: Int64, tracker: Int64)] {
    let rows = try await database.query(
      """
      SELECT tenant_id, tracker_id FROM license.tenant_leftovers WHERE purge_at <= \(now)
      ORDER BY purge_at, tenant_id LIMIT \(limit)
      """)
    var due: [(Int64, Int64)] = []
    for row in rows { due.append((try row.get("tenant_id"), try row.get("tracker_id"))) }
    return due
  }

  private var from: SQL {
    """
    FROM license.hosted_tenants t
    JOIN license.customers c ON c.id = t.customer_id
    LEFT JOIN license.trackers k ON k.id = t.tracker_id
    """
  }

  private func tenants(_ condition: SQL) async throws(DatabaseError) -> [HostedTenant] {
    let rows = try await database.query(
      """
      SELECT t.id, t.slug, t.name, t.customer_id, c.email AS customer_email, t.license_id, t.tracker_id,
        k.name AS tracker_name, k.base_url, t.domains, t.admin_email, t.status, t.users, t.clicks_24h,
        t.schema_version, t.usage_at, t.archive_id, t.archive_bytes, t.archive_sha256, t.archived_at, t.created_at,
        t.updated_at
      \(from) \(condition)
      """)
    var ids: [Int64] = []
    for row in rows { ids.append(try row.get("id")) }
    let operations = try await TenantOperationStore(database).latest(of: ids)
    var tenants: [HostedTenant] = []
    for (row, id) in zip(rows, ids) { tenants.append(try HostedTenant(row, operation: operations[id])) }
    return tenants
  }
}

extension HostedTenant {
  fileprivate init(_ row: Row, operation: TenantOperation?) throws(DatabaseError) {
    var archive: Archive?
    if let id: UUIDv7 = try row.get("archive_id"), let bytes: Int64 = try row.get("archive_bytes"),
      let sha256: String = try row.get("archive_sha256"), let madeAt: Timestamp = try row.get("archived_at")
    {
      archive = Archive(id: id, bytes: bytes, sha256: sha256, madeAt: madeAt)
    }
    self.init(
      id: try row.get("id"), slug: try row.get("slug"), name: try row.get("name"),
      customerID: try row.get("customer_id"), customerEmail: try row.get("customer_email"),
      licenseID: try row.get("license_id"), trackerID: try row.get("tracker_id"),
      trackerName: try row.get("tracker_name"), trackerURL: try row.get("base_url"), domains: try row.get("domains"),
      adminEmail: try row.get("admin_email"), status: try row.get("status"),
      users: try row.get("users", as: Int32?.self).map { Int($0) }, clicks24h: try row.get("clicks_24h"),
      schemaVersion: try row.get("schema_version", as: Int32?.self).map { Int($0) }, usageAt: try row.get("usage_at"),
      archive: archive, operation: operation, createdAt: try row.get("created_at"),
      updatedAt: try row.get("updated_at"))
  }
}
