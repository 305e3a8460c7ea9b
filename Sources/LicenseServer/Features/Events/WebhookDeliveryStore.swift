import Core
import Database

/// All SQL on deliveries as a log.
struct WebhookDeliveryStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func find(_ id: Int64) async throws(DatabaseError) -> WebhookDelivery? {
    try await deliveries("WHERE d.id = \(id)").first
  }

  /// Those of an endpoint that a request asks for (`state=`, `type=`), the newest first; the cursor is an id.
  func list(_ page: PageRequest, of endpoint: Int64) async throws(DatabaseError) -> Page<WebhookDelivery> {
    let after = page.cursor.flatMap { Int64($0) }
    let found = try await deliveries(
      """
      WHERE d.endpoint_id = \(endpoint) AND (\(after)::bigint IS NULL OR d.id < \(after))
        AND (\(page.filters["state"])::text IS NULL OR d.state = \(page.filters["state"]))
        AND (\(page.filters["type"])::text IS NULL OR v.type = \(page.filters["type"]))
      ORDER BY d.id DESC LIMIT \(page.limit + 1)
      """)
    return Page(fetched: found, limit: page.limit) { String($0.id) }
  }

  /// Takes what waits for an endpoint off the queue. An attempt that is under way is not written any more.
  func cancel(of endpoint: Int64, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.webhook_deliveries SET state = 'cancelled', lease = NULL, ended_at = \(now),
        problem = 'The endpoint was disabled.'
      WHERE endpoint_id = \(endpoint) AND state = 'waiting'
      """)
  }

  /// Gives a delivery all its attempts again. False while one is under way.
  func revive(_ id: Int64, at now: Timestamp) async throws(DatabaseError) -> Bool {
    try await database.execute(
      """
      UPDATE license.webhook_deliveries SET state = 'waiting', attempts = 0, due_at = \(now), ended_at = NULL
      WHERE id = \(id) AND lease IS NULL
      """) == 1
  }

  private func deliveries(_ condition: SQL) async throws(DatabaseError) -> [WebhookDelivery] {
    let rows = try await database.query(
      """
      SELECT d.id, d.event_id, v.type, d.endpoint_id, e.url, v.body, d.state, d.attempts, d.due_at, d.problem,
        d.response_status, d.response_body, d.attempted_at, d.took_ms, d.created_at, d.ended_at
      FROM license.webhook_deliveries d
      JOIN license.vendor_events v ON v.id = d.event_id
      JOIN license.webhook_endpoints e ON e.id = d.endpoint_id
      \(condition)
      """)
    var deliveries: [WebhookDelivery] = []
    for row in rows {
      deliveries.append(
        WebhookDelivery(
          id: try row.get("id"), eventID: try row.get("event_id"), type: try row.get("type"),
          endpointID: try row.get("endpoint_id"), url: try row.get("url"), body: try row.get("body"),
          state: try row.get("state"), attempts: try row.get("attempts"), dueAt: try row.get("due_at"),
          problem: try row.get("problem"), responseStatus: try row.get("response_status"),
          responseBody: try row.get("response_body"), attemptedAt: try row.get("attempted_at"),
          milliseconds: try row.get("took_ms"), createdAt: try row.get("created_at"),
          endedAt: try row.get("ended_at")))
    }
    return deliveries
  }
}
