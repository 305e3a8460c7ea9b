import Core
import Database

/// All SQL on registered trackers.
struct TrackerStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// What staff say of a tracker.
  struct Draft: Sendable {
    var name: String
    var baseURL: String
    var sealedToken: String
    var tokenHint: String
    var capacity: Int
  }

  /// Nil when another one has the name or the address.
  func insert(_ draft: Draft, at now: Timestamp) async throws(DatabaseError) -> Int64? {
    try await database.scalar(
      """
      INSERT INTO license.trackers
        (name, base_url, sealed_token, token_hint, capacity, status, created_at, updated_at)
      VALUES (\(draft.name), \(draft.baseURL), \(draft.sealedToken), \(draft.tokenHint), \(draft.capacity), 'active',
        \(now), \(now))
      ON CONFLICT DO NOTHING RETURNING id
      """)
  }

  /// False when another one has the name or the address.
  func save(_ tracker: RegisteredTracker, at now: Timestamp) async throws(DatabaseError) -> Bool {
    do throws(DatabaseError) {
      try await database.execute(
        """
        UPDATE license.trackers SET name = \(tracker.name), base_url = \(tracker.baseURL),
          sealed_token = \(tracker.sealedToken), token_hint = \(tracker.tokenHint), capacity = \(tracker.capacity),
          status = \(tracker.status), updated_at = \(now)
        WHERE id = \(tracker.id)
        """)
      return true
    } catch  where error.isUniqueViolation {
      return false
    }
  }

  func find(_ id: Int64) async throws(DatabaseError) -> RegisteredTracker? {
    try await trackers("WHERE k.id = \(id)").first
  }

  /// All there are, at most 500: a vendor has a handful.
  func all() async throws(DatabaseError) -> [RegisteredTracker] { try await trackers("ORDER BY k.name LIMIT 500") }

  func list(_ page: PageRequest) async throws(DatabaseError) -> Page<RegisteredTracker> {
    let after = page.cursor.flatMap { Int64($0) }
    let found = try await trackers(
      "WHERE (\(after)::bigint IS NULL OR k.id < \(after)) ORDER BY k.id DESC LIMIT \(page.limit + 1)")
    return Page(fetched: found, limit: page.limit) { String($0.id) }
  }

  /// Takes all trackers' rows for the rest of the transaction, so that placements happen one after another and none is
  /// filled beyond its capacity.
  func lockAll() async throws(DatabaseError) -> [RegisteredTracker] {
    try await database.execute("SELECT id FROM license.trackers ORDER BY id FOR UPDATE")
    return try await all()
  }

  func lock(_ id: Int64) async throws(DatabaseError) -> RegisteredTracker? {
    try await database.execute("SELECT id FROM license.trackers WHERE id = \(id) FOR UPDATE")
    return try await find(id)
  }

  func noteSeen(_ id: Int64, _ report: TrackerReport, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.trackers SET version = \(report.version), reported_tenants = \(report.tenants),
        makes_archives = \(report.makesArchives), last_seen_at = \(now), failing_since = NULL, last_error = NULL
      WHERE id = \(id)
      """)
  }

  func noteFailure(_ id: Int64, _ reason: String, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.trackers SET failing_since = coalesce(failing_since, \(now)), last_error = \(reason)
      WHERE id = \(id)
      """)
  }

  /// False while it has tenants, or data of former ones.
  func delete(_ id: Int64) async throws(DatabaseError) -> Bool {
    try await database.execute(
      """
      DELETE FROM license.trackers k WHERE k.id = \(id)
        AND NOT EXISTS (SELECT 1 FROM license.hosted_tenants t WHERE t.tracker_id = k.id AND t.status <> 'purged')
        AND NOT EXISTS (SELECT 1 FROM license.tenant_leftovers o WHERE o.tracker_id = k.id)
        AND NOT EXISTS (
          SELECT 1 FROM license.tenant_operations o
          WHERE o.state = 'running' AND (o.source_id = k.id OR o.target_id = k.id))
      """) == 1
  }

  /// Lets go of what only history still points to.
  func forgetHistory(of id: Int64) async throws(DatabaseError) {
    try await database.execute(
      "UPDATE license.hosted_tenants SET tracker_id = NULL WHERE tracker_id = \(id) AND status = 'purged'")
    for column in ["source_id", "target_id"] as [SQL] {
      try await database.execute(
        """
        UPDATE license.tenant_operations SET \(column) = NULL WHERE \(column) = \(id) AND state <> 'running'
        """)
    }
  }

  private func trackers(_ condition: SQL) async throws(DatabaseError) -> [RegisteredTracker] {
    let rows = try await database.query(
      """
      SELECT k.id, k.name, k.base_url, k.sealed_token, k.token_hint, k.capacity, k.status, k.version,
        k.reported_tenants, k.makes_archives, k.last_seen_at, k.failing_since, k.last_error, k.created_at,
        (SELECT count(*) FROM license.hosted_tenants t WHERE t.tracker_id = k.id AND t.status <> 'purged')
        + (SELECT count(*) FROM license.tenant_operations o
           WHERE o.target_id = k.id AND o.state = 'running' AND o.kind = 'move') AS tenants
      FROM license.trackers k \(condition)
      """)
    var trackers: [RegisteredTracker] = []
    for row in rows { trackers.append(try RegisteredTracker(row)) }
    return trackers
  }
}

extension RegisteredTracker {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      id: try row.get("id"), name: try row.get("name"), baseURL: try row.get("base_url"),
      sealedToken: try row.get("sealed_token"), tokenHint: try row.get("token_hint"),
      capacity: Int(try row.get("capacity", as: Int32.self)), status: try row.get("status"),
      version: try row.get("version"),
      reportedTenants: try row.get("reported_tenants", as: Int32?.self).map { Int($0) },
      makesArchives: try row.get("makes_archives"), lastSeenAt: try row.get("last_seen_at"),
      failingSince: try row.get("failing_since"), lastError: try row.get("last_error"),
      tenants: try row.get("tenants", as: Int.self), createdAt: try row.get("created_at"))
  }
}
