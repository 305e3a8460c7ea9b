import Core
import Database

/// Writes and reads what happened to licences.
struct LicenseHistory: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// To be called in the transaction of what happened, after it: other systems are told with the licence as it is now.
  func record(
    _ kind: LicenseEventKind, of license: Int64, instance: Int64? = nil, by actor: Actor, data: JSONObject = [:],
    at now: Timestamp
  ) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.license_events (license_id, instance_id, kind, actor, data, at)
      VALUES (\(license), \(instance), \(kind), \(actor.name), \(JSONValue.object(data)), \(now))
      """)
    guard let type = kind.announcement, let license = try await LicenseStore(database).find(license) else { return }
    var told: JSONObject = ["license": license.json(at: now)]
    if let instance { told["instance_id"] = .int(instance) }
    for member in data.members { told[member.key] = member.value }
    try await VendorEventStore(database).record(
      VendorEvent(type, customer: license.customerID, data: told), at: now)
  }

  /// A licence's events, the newest first; the cursor is an id.
  func list(of license: Int64, _ page: PageRequest) async throws(DatabaseError) -> Page<LicenseEvent> {
    let before = page.cursor.flatMap { Int64($0) }
    let kind = page.filters["kind"]
    let rows = try await database.query(
      """
      SELECT id, kind, instance_id, actor, data, at FROM license.license_events
      WHERE license_id = \(license) AND (\(before)::bigint IS NULL OR id < \(before))
        AND (\(kind)::text IS NULL OR kind = \(kind))
      ORDER BY id DESC LIMIT \(page.limit + 1)
      """)
    var events: [LicenseEvent] = []
    for row in rows {
      events.append(
        LicenseEvent(
          id: try row.get("id"), kind: try row.get("kind"), instanceID: try row.get("instance_id"),
          actor: try row.get("actor"), data: try row.get("data"), at: try row.get("at")))
    }
    return Page(fetched: events, limit: page.limit) { String($0.id) }
  }
}
