import Core
import Database
import Licensing

/// All SQL on alarms about copies.
struct CloneAlarmStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// Raises an alarm on the instance, or keeps the one that is open.
  /// - Returns: whether it is a new one.
  func raise(on instance: Instance, _ watch: CloneWatch, at now: Timestamp) async throws(DatabaseError) -> Bool {
    let isNew =
      try await database.execute(
        """
        INSERT INTO license.clone_alarms (license_id, instance_id, evidence, raised_at, last_seen_at)
        VALUES (\(instance.licenseID), \(instance.id), \(watch.json), \(now), \(now))
        ON CONFLICT (instance_id) WHERE acknowledged_at IS NULL DO NOTHING
        """) == 1
    if !isNew {
      try await database.execute(
        """
        UPDATE license.clone_alarms SET evidence = \(watch.json), last_seen_at = \(now)
        WHERE instance_id = \(instance.id) AND acknowledged_at IS NULL
        """)
    }
    return isNew
  }

  /// Nil when there is no such alarm, or it was acknowledged before.
  func acknowledge(_ id: Int64, by actor: Actor, at now: Timestamp) async throws(DatabaseError) -> CloneAlarm? {
    let isOpen =
      try await database.execute(
        """
        UPDATE license.clone_alarms SET acknowledged_at = \(now), acknowledged_by = \(actor.name)
        WHERE id = \(id) AND acknowledged_at IS NULL
        """) == 1
    return isOpen ? try await find(id) : nil
  }

  func find(_ id: Int64) async throws(DatabaseError) -> CloneAlarm? { try await alarms("WHERE x.id = \(id)").first }

  /// The alarms a request asks for (`license_id=`, `open=true`), the newest first; the cursor is an id.
  func list(_ page: PageRequest) async throws -> Page<CloneAlarm> {
    let before = page.cursor.flatMap { Int64($0) }
    let license = page.filters["license_id"].map { Int64($0) ?? 0 }
    let open: Bool? =
      switch page.filters["open"] {
      case nil: nil
      case "true": true
      case "false": false
      default: throw Problem.invalid("open", "boolean", "must be true or false")
      }
    let found = try await alarms(
      """
      WHERE (\(before)::bigint IS NULL OR x.id < \(before)) AND (\(license)::bigint IS NULL OR x.license_id = \(license))
        AND (\(open)::boolean IS NULL OR (x.acknowledged_at IS NULL) = \(open))
      ORDER BY x.id DESC LIMIT \(page.limit + 1)
      """)
    return Page(fetched: found, limit: page.limit) { String($0.id) }
  }

  private func alarms(_ condition: SQL) async throws(DatabaseError) -> [CloneAlarm] {
    let rows = try await database.query(
      """
      SELECT x.id, x.license_id, x.instance_id, c.email, i.hostname, x.evidence, x.raised_at, x.last_seen_at,
        x.acknowledged_at, x.acknowledged_by
      FROM license.clone_alarms x
      JOIN license.licenses l ON l.id = x.license_id
      JOIN license.customers c ON c.id = l.customer_id
      JOIN license.instances i ON i.id = x.instance_id
      \(condition)
      """)
    var alarms: [CloneAlarm] = []
    for row in rows {
      alarms.append(
        CloneAlarm(
          id: try row.get("id"), licenseID: try row.get("license_id"), instanceID: try row.get("instance_id"),
          customerEmail: try row.get("email"), hostname: try row.get("hostname"), evidence: try row.get("evidence"),
          raisedAt: try row.get("raised_at"), lastSeenAt: try row.get("last_seen_at"),
          acknowledgedAt: try row.get("acknowledged_at"), acknowledgedBy: try row.get("acknowledged_by")))
    }
    return alarms
  }
}
