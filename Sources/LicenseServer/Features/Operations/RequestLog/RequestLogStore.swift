import Core
import Database

/// All SQL on the request log.
struct RequestLogStore: Sendable {
  /// After which a line is forgotten.
  static let memory = Duration.hours(24 * 30)

  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func insert(_ records: [RequestRecord]) async throws(DatabaseError) {
    guard !records.isEmpty else { return }
    let rows = records.map { record -> SQL in
      """
      (\(record.at), \(record.requestID), \(record.method), \(record.route), \(record.status), \(record.milliseconds),
        \(record.actor), \(record.apiKeyID), \(record.address))
      """
    }
    try await database.execute(
      """
      INSERT INTO license.request_log
        (at, request_id, method, route, status, took_ms, actor, api_key_id, address)
      VALUES \(SQL.joined(rows, separator: ", "))
      """)
  }

  /// The requests asked for (`api_key_id=`, `actor=`, `route=`, `method=`, `status=` such as 404 or 4xx), the newest
  /// first; the cursor is an id.
  func list(_ page: PageRequest) async throws(DatabaseError) -> Page<RequestRecord> {
    let after = page.cursor.flatMap { Int64($0) }
    let key = page.filters["api_key_id"].map { Int64($0) ?? 0 }
    let statuses = page.filters["status"].map(Self.statuses)
    let rows = try await database.query(
      """
      SELECT id, at, request_id, method, route, status, took_ms, actor, address FROM license.request_log
      WHERE (\(after)::bigint IS NULL OR id < \(after))
        AND (\(key)::bigint IS NULL OR api_key_id = \(key))
        AND (\(page.filters["actor"])::text IS NULL OR actor = \(page.filters["actor"]))
        AND (\(page.filters["route"])::text IS NULL OR route = \(page.filters["route"]))
        AND (\(page.filters["method"])::text IS NULL OR method = \(page.filters["method"]))
        AND (\(page.q)::text IS NULL OR request_id = \(page.q))
        AND (\(statuses?.lowerBound)::int IS NULL OR status BETWEEN \(statuses?.lowerBound) AND \(statuses?.upperBound))
      ORDER BY id DESC LIMIT \(page.limit + 1)
      """)
    var records: [RequestRecord] = []
    for row in rows {
      records.append(
        RequestRecord(
          id: try row.get("id"), at: try row.get("at"), requestID: try row.get("request_id"),
          method: try row.get("method"), route: try row.get("route"), status: try row.get("status"),
          milliseconds: try row.get("took_ms"), actor: try row.get("actor"), address: try row.get("address")))
    }
    return Page(fetched: records, limit: page.limit) { String($0.id) }
  }

  func forget(before time: Timestamp) async throws(DatabaseError) {
    try await database.execute("DELETE FROM license.request_log WHERE at < \(time)")
  }

  /// `404` is that one, `4xx` all of them; what is neither fits nothing.
  private static func statuses(_ text: String) -> ClosedRange<Int> {
    if let number = Int(text) { return number...number }
    guard text.hasSuffix("xx"), let hundred = Int(text.dropLast(2)), (1...5).contains(hundred) else { return 0...0 }
    return (hundred * 100)...(hundred * 100 + 99)
  }
}
