import Core
import Database

/// Which deliveries a list shows.
struct DeliveryFilter: Sendable {
  var state: Delivery.State? = nil
  var sourceID: Int64? = nil
  var conversionID: ConversionID? = nil
  var clickID: ClickID? = nil
  var host: String? = nil
  /// Of a click, a conversion or a delivery.
  var anyID: UUIDv7? = nil

  var conditions: [SQL] {
    var conditions: [SQL] = []
    if let state { conditions.append("state = \(state.rawValue)") }
    if let sourceID { conditions.append("source_id = \(sourceID)") }
    if let conversionID { conditions.append("conversion_id = \(conversionID)") }
    if let clickID { conditions.append("click_id = \(clickID)") }
    if let host { conditions.append("host = \(host)") }
    if let anyID { conditions.append("(id = \(anyID) OR click_id = \(anyID) OR conversion_id = \(anyID))") }
    return conditions
  }

  var condition: SQL { conditions.isEmpty ? "true" : SQL.joined(conditions, separator: " AND ") }
}

/// All SQL on deliveries as a log. What makes it a queue is ``DeliveryQueue``.
struct DeliveryStore: Sendable {
  private static let columns: SQL = """
    id, conversion_id, click_id, status, postback_id, source_id, method, url, body, content_type, success_rule, state,
    attempts, due_at, response_status, response_body, problem, attempted_at, took_ms, created_at, ended_at
    """

  /// Newest first; the cursor is the last id seen, which is minted with `created_at`.
  func page(
    _ filter: DeliveryFilter, limit: Int, after cursor: UUIDv7?, of scope: TenantScope
  ) async throws(DatabaseError) -> Page<Delivery> {
    var conditions = filter.conditions
    if let cursor { conditions.append("(created_at, id) < (\(cursor.timestamp), \(cursor))") }
    if conditions.isEmpty { conditions.append("true") }
    let found = try await list(
      "WHERE \(SQL.joined(conditions, separator: " AND ")) ORDER BY created_at DESC, id DESC LIMIT \(limit + 1)", scope)
    return Page(fetched: found, limit: limit) { $0.id.description }
  }

  func find(_ id: UUIDv7, of scope: TenantScope) async throws(DatabaseError) -> Delivery? {
    try await list("WHERE id = \(id)", scope).first
  }

  /// Those of all conversions of a click, in their order.
  func list(ofClick id: ClickID, limit: Int, of scope: TenantScope) async throws(DatabaseError) -> [Delivery] {
    try await list("WHERE click_id = \(id) ORDER BY position LIMIT \(limit)", scope)
  }

  /// Those that ended otherwise than delivered, oldest first.
  func undelivered(
    _ filter: DeliveryFilter, limit: Int, of scope: TenantScope
  ) async throws(DatabaseError) -> [UUIDv7] {
    let rows = try await scope.query(
      """
      SELECT id FROM \(scope.schema).deliveries WHERE state = 'dead' AND \(filter.condition)
      ORDER BY created_at, id LIMIT \(limit)
      """)
    var ids: [UUIDv7] = []
    for row in rows { ids.append(try row.get("id")) }
    return ids
  }

  /// The targets of the deliveries that are kept, for a filter's choice.
  func hosts(of scope: TenantScope) async throws(DatabaseError) -> [String] {
    let rows = try await scope.query(
      """
      SELECT DISTINCT host FROM (
        SELECT host FROM \(scope.schema).deliveries ORDER BY created_at DESC LIMIT 5000) AS latest
      ORDER BY host LIMIT 100
      """)
    var hosts: [String] = []
    for row in rows { hosts.append(try row.get("host")) }
    return hosts
  }

  /// What waits and fits goes nowhere any more.
  func cancel(
    _ condition: SQL, because reason: String, at time: Timestamp, schema: SchemaName, in executor: any SQLExecutor
  ) async throws(DatabaseError) {
    try await executor.execute(
      """
      UPDATE \(schema).deliveries SET state = 'cancelled', problem = \(reason), lease = NULL, ended_at = \(time)
      WHERE state = 'waiting' AND \(condition)
      """)
  }

  /// What went out is kept for a month, what did not for three.
  func removeOld(at now: Timestamp, of scope: TenantScope) async throws(DatabaseError) {
    try await scope.execute(
      """
      DELETE FROM \(scope.schema).deliveries
      WHERE ended_at < \(now - .days(30)) AND (state <> 'dead' OR ended_at < \(now - .days(90)))
      """)
  }

  private func list(_ clauses: SQL, _ scope: TenantScope) async throws(DatabaseError) -> [Delivery] {
    let rows = try await scope.query("SELECT \(Self.columns) FROM \(scope.schema).deliveries \(clauses)")
    var deliveries: [Delivery] = []
    for row in rows { deliveries.append(try Self.delivery(row)) }
    return deliveries
  }

  private static func delivery(_ row: Row) throws(DatabaseError) -> Delivery {
    Delivery(
      id: try row.get("id"), conversionID: try row.get("conversion_id"), clickID: try row.get("click_id"),
      status: try row.get("status"), postbackID: try row.get("postback_id"), sourceID: try row.get("source_id"),
      message: try message(row), state: Delivery.State(rawValue: try row.get("state")) ?? .dead,
      attempts: try row.get("attempts"), dueAt: try row.get("due_at"), lastAttempt: try attempt(row),
      problem: try row.get("problem"), createdAt: try row.get("created_at"), endedAt: try row.get("ended_at"))
  }

  static func message(_ row: Row) throws(DatabaseError) -> Delivery.Message {
    Delivery.Message(
      method: SourcePostback.Method(rawValue: try row.get("method")) ?? .get, url: try row.get("url"),
      body: try row.get("body"), contentType: try row.get("content_type"),
      success: SuccessRule(try row.get("success_rule", as: JSONValue?.self)))
  }

  private static func attempt(_ row: Row) throws(DatabaseError) -> Delivery.Attempt? {
    guard let at = try row.get("attempted_at", as: Timestamp?.self) else { return nil }
    return Delivery.Attempt(
      at: at, milliseconds: try row.get("took_ms", as: Int?.self) ?? 0, status: try row.get("response_status"),
      body: try row.get("response_body", as: [UInt8]?.self) ?? [])
  }
}
