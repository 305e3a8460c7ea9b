import Conversions
import Core
import Database

extension PostbackLogStore {
  private static let columns: SQL = """
    id, channel, headers, ip, method, path_key, query, content_type, body, outcome, detail, click_id, conversion_id,
    network_id, unmapped_word, attempts, processed_at
    """

  /// Newest first; the cursor is the last id seen.
  func page(
    _ filter: PostbackFilter, limit: Int, after cursor: UUIDv7?, of scope: TenantScope
  ) async throws(DatabaseError) -> Page<PostbackLogEntry> {
    var conditions = filter.conditions
    if let cursor { conditions.append("id < \(cursor)") }
    let fitting = Self.selection(conditions, of: scope.schema)
    let rows = try await scope.query(
      filter.textCondition.map { text in
        """
        SELECT \(Self.columns) FROM (\(fitting) ORDER BY id DESC LIMIT \(PostbackFilter.searchDepth)) AS newest
        WHERE \(text) ORDER BY id DESC LIMIT \(limit + 1)
        """
      } ?? "\(fitting) ORDER BY id DESC LIMIT \(limit + 1)")
    return Page(fetched: try Self.entries(rows), limit: limit) { $0.hit.id.description }
  }

  func find(_ id: UUIDv7, of scope: TenantScope) async throws(DatabaseError) -> PostbackLogEntry? {
    try Self.entries(try await scope.query(Self.selection(["id = \(id)"], of: scope.schema))).first
  }

  // For a replay: the fruitless ones alone

  /// The oldest first, so that what a network said of one conversion is taken in its order.
  func fruitless(
    _ filter: PostbackFilter, after last: UUIDv7?, through end: UUIDv7, limit: Int, of scope: TenantScope
  ) async throws(DatabaseError) -> [PostbackLogEntry] {
    var conditions = Self.fruitless(filter, through: end)
    if let last { conditions.append("id > \(last)") }
    return try Self.entries(
      try await scope.query("\(Self.selection(conditions, of: scope.schema)) ORDER BY id LIMIT \(limit)"))
  }

  /// How many there are, at most `limit`.
  func countFruitless(
    _ filter: PostbackFilter, through end: UUIDv7, upTo limit: Int, of scope: TenantScope
  ) async throws(DatabaseError) -> Int {
    let conditions = Self.fruitless(filter, through: end)
    let row = try await scope.one(
      """
      SELECT count(*) AS hits FROM (\(Self.selection(conditions, of: scope.schema)) LIMIT \(limit)) AS fitting
      """)
    return Int(try row.get("hits", as: Int64.self))
  }

  private static func fruitless(_ filter: PostbackFilter, through end: UUIDv7) -> [SQL] {
    var conditions = filter.conditions
    if let text = filter.textCondition { conditions.append(text) }
    // As the index of fruitless hits says it.
    conditions.append("outcome NOT IN ('recorded', 'updated', 'repeated')")
    conditions.append("outcome = ANY (\(PostbackOutcome.fruitlessCodes)) AND id <= \(end)")
    return conditions
  }

  private static func selection(_ conditions: [SQL], of schema: SchemaName) -> SQL {
    let all = conditions.isEmpty ? "true" : SQL.joined(conditions, separator: " AND ")
    return "SELECT \(columns) FROM \(schema).postback_log WHERE \(all)"
  }

  private static func entries(_ rows: [Row]) throws(DatabaseError) -> [PostbackLogEntry] {
    var entries: [PostbackLogEntry] = []
    for row in rows { entries.append(try entry(row)) }
    return entries
  }

  private static func entry(_ row: Row) throws(DatabaseError) -> PostbackLogEntry {
    let hit = PostbackHit(
      id: try row.get("id"), channel: InboundChannel(rawValue: try row.get("channel")) ?? .postback,
      method: PostbackHit.Method(rawValue: try row.get("method")) ?? .get, pathKey: try row.get("path_key"),
      query: try row.get("query"), contentType: try row.get("content_type"),
      body: try row.get("body", as: [UInt8]?.self) ?? [],
      headers: PostbackHit.headers(try row.get("headers", as: JSONValue.self)), address: try row.get("ip"))
    return PostbackLogEntry(
      hit: hit, outcome: try row.get("outcome"), detail: try row.get("detail"), clickID: try row.get("click_id"),
      conversionID: try row.get("conversion_id"), networkID: try row.get("network_id"),
      unmappedWord: try row.get("unmapped_word"), attempts: Int(try row.get("attempts", as: Int32.self)),
      processedAt: try row.get("processed_at"))
  }
}
