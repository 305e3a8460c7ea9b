import Core
import Database

/// Writes events down and queues them for the endpoints that want them.
struct VendorEventStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// To be called in the transaction of what happened: the event is told if, and only if, that commits.
  func record(_ event: VendorEvent, at now: Timestamp) async throws(DatabaseError) {
    let id = UUIDv7(at: now)
    let reseller = try await reseller(of: event)
    try await insert(event, id: id, reseller: reseller, at: now)
    try await database.execute(
      """
      INSERT INTO license.webhook_deliveries (event_id, endpoint_id, state, due_at, created_at)
      SELECT \(id), e.id, 'waiting', \(now), \(now) FROM license.webhook_endpoints e
      WHERE e.status = 'enabled' AND (e.event_types = '{}' OR \(event.type.rawValue) = ANY(e.event_types))
        AND ((e.customer_id IS NULL AND e.reseller_id IS NULL) OR e.customer_id = \(event.customerID)
          OR e.reseller_id = \(reseller))
      ORDER BY e.id
      """)
  }

  /// For one endpoint alone, whatever it wants to be told of.
  func record(_ event: VendorEvent, for endpoint: Int64, at now: Timestamp) async throws(DatabaseError) -> Int64 {
    let id = UUIDv7(at: now)
    try await insert(event, id: id, reseller: event.resellerID, at: now)
    return try await database.one(
      """
      INSERT INTO license.webhook_deliveries (event_id, endpoint_id, state, due_at, created_at)
      VALUES (\(id), \(endpoint), 'waiting', \(now), \(now)) RETURNING id
      """
    ).get("id")
  }

  /// Forgets what ended long ago, and the events that nobody waits for.
  func forget(before time: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      DELETE FROM license.vendor_events v WHERE v.created_at < \(time) AND NOT EXISTS (
        SELECT 1 FROM license.webhook_deliveries d WHERE d.event_id = v.id AND d.state = 'waiting')
      """)
  }

  private func insert(
    _ event: VendorEvent, id: UUIDv7, reseller: Int64?, at now: Timestamp
  ) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.vendor_events (id, type, customer_id, reseller_id, body, created_at)
      VALUES (\(id), \(event.type.rawValue), \(event.customerID), \(reseller), \(event.body(id: id, at: now)), \(now))
      """)
  }

  private func reseller(of event: VendorEvent) async throws(DatabaseError) -> Int64? {
    if let id = event.resellerID { return id }
    guard let customer = event.customerID else { return nil }
    let found: Int64?? = try await database.scalar(
      "SELECT reseller_id FROM license.customers WHERE id = \(customer)")
    return found ?? nil
  }
}
