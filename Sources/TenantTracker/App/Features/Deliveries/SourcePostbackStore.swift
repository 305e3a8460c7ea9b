import Conversions
import Core
import Database

/// All SQL on what sources are told.
struct SourcePostbackStore: Sendable {
  func list(of sourceID: Int64, of scope: TenantScope) async throws(DatabaseError) -> [SourcePostback] {
    try await list("p.source_id = \(sourceID) ORDER BY p.is_main DESC, p.id", in: scope, schema: scope.schema)
  }

  /// Nil when there is none, or its source was deleted.
  func find(_ id: Int64, of scope: TenantScope) async throws(DatabaseError) -> SourcePostback? {
    try await list("p.id = \(id)", in: scope, schema: scope.schema).first
  }

  private func list(
    _ condition: SQL, in executor: any SQLExecutor, schema: SchemaName
  ) async throws(DatabaseError) -> [SourcePostback] {
    let rows = try await executor.query(
      """
      SELECT p.id, p.source_id, p.is_main, p.name, p.url, p.method, p.body, p.content_type, p.statuses, p.types,
        p.success_rule, p.active, p.created_at, p.updated_at, s.template
      FROM \(schema).source_postbacks p JOIN \(schema).sources s ON s.id = p.source_id AND s.archived_at IS NULL
      WHERE \(condition)
      """)
    var postbacks: [SourcePostback] = []
    for row in rows { postbacks.append(try Self.postback(row)) }
    return postbacks
  }

  func insert(
    _ draft: SourcePostback.Draft, of sourceID: Int64, isMain: Bool = false, at time: Timestamp, schema: SchemaName,
    in connection: Connection
  ) async throws(DatabaseError) -> Int64 {
    try await connection.one(
      """
      INSERT INTO \(schema).source_postbacks (source_id, is_main, name, url, method, body, content_type, statuses,
        types, success_rule, active, created_at, updated_at)
      VALUES (\(sourceID), \(isMain), \(draft.name), \(draft.url), \(draft.method.rawValue), \(draft.body),
        \(draft.contentType), \(draft.statuses.map(\.rawValue)), \(draft.types), \(draft.success?.json),
        \(draft.isActive), \(time), \(time))
      RETURNING id
      """
    ).get("id")
  }

  /// The main one's URL is its source's, too.
  func update(
    _ id: Int64, _ draft: SourcePostback.Draft, at time: Timestamp, schema: SchemaName, in connection: Connection
  ) async throws(DatabaseError) {
    try await connection.execute(
      """
      UPDATE \(schema).source_postbacks SET name = \(draft.name), url = \(draft.url),
        method = \(draft.method.rawValue), body = \(draft.body), content_type = \(draft.contentType),
        statuses = \(draft.statuses.map(\.rawValue)), types = \(draft.types), success_rule = \(draft.success?.json),
        active = \(draft.isActive), updated_at = \(time)
      WHERE id = \(id)
      """)
    try await connection.execute(
      """
      UPDATE \(schema).sources SET postback_url = \(draft.url), updated_at = \(time)
      WHERE id = (SELECT source_id FROM \(schema).source_postbacks WHERE id = \(id) AND is_main)
      """)
  }

  /// Deliveries that wait are cancelled with it; the source's own URL goes with the main one.
  func delete(
    _ id: Int64, at time: Timestamp, schema: SchemaName, in connection: Connection
  ) async throws(DatabaseError) {
    try await connection.execute(
      """
      UPDATE \(schema).sources SET postback_url = '', updated_at = \(time)
      WHERE id = (SELECT source_id FROM \(schema).source_postbacks WHERE id = \(id) AND is_main)
      """)
    try await connection.execute("DELETE FROM \(schema).source_postbacks WHERE id = \(id)")
    try await DeliveryStore().cancel(
      "postback_id = \(id)", because: "The postback was deleted.", at: time, schema: schema, in: connection)
  }

  /// What belongs to a source goes with its copy.
  func copy(
    from sourceID: Int64, to copyID: Int64, at time: Timestamp, schema: SchemaName, in connection: Connection
  ) async throws(DatabaseError) {
    try await connection.execute(
      """
      INSERT INTO \(schema).source_postbacks (source_id, is_main, name, url, method, body, content_type, statuses,
        types, success_rule, active, created_at, updated_at)
      SELECT \(copyID), is_main, name, url, method, body, content_type, statuses, types, success_rule, active,
        \(time), \(time)
      FROM \(schema).source_postbacks WHERE source_id = \(sourceID)
      """)
  }

  /// Keeps the main postback with the source's URL, in the transaction that writes the source.
  func follow(
    _ source: TrafficSource.Draft, id: Int64, at time: Timestamp, schema: SchemaName, in connection: Connection
  ) async throws(DatabaseError) {
    let current = try await list("p.source_id = \(id) AND p.is_main", in: connection, schema: schema).first
    guard !source.postbackURL.isEmpty else {
      if let current { try await delete(current.id, at: time, schema: schema, in: connection) }
      return
    }
    let template = SourceTemplate.named(source.template) ?? .custom
    guard let current else {
      var draft = template.postback
      draft.url = source.postbackURL
      draft.isActive = template.placeholders(in: draft.url).isEmpty
      _ = try await insert(draft, of: id, isMain: true, at: time, schema: schema, in: connection)
      return
    }
    guard current.draft.url != source.postbackURL else { return }
    var draft = current.draft
    draft.url = source.postbackURL
    // Filled in at last, it begins; what somebody switched off stays off.
    let left = template.placeholders(in: draft.url)
    draft.isActive = left.isEmpty && (current.draft.isActive || !current.placeholders.isEmpty)
    try await update(current.id, draft, at: time, schema: schema, in: connection)
  }

  private static func postback(_ row: Row) throws(DatabaseError) -> SourcePostback {
    let url = try row.get("url", as: String.self)
    let template = SourceTemplate.named(try row.get("template")) ?? .custom
    return SourcePostback(
      id: try row.get("id"), sourceID: try row.get("source_id"), isMain: try row.get("is_main"),
      draft: try draft(row), placeholders: template.placeholders(in: url), createdAt: try row.get("created_at"),
      updatedAt: try row.get("updated_at"))
  }

  static func draft(_ row: Row) throws(DatabaseError) -> SourcePostback.Draft {
    SourcePostback.Draft(
      name: try row.get("name"), url: try row.get("url"),
      method: SourcePostback.Method(rawValue: try row.get("method")) ?? .get, body: try row.get("body"),
      contentType: try row.get("content_type"),
      statuses: try row.get("statuses", as: [String].self).compactMap(ConversionStatus.init(rawValue:)),
      types: try row.get("types"), success: SuccessRule(try row.get("success_rule", as: JSONValue?.self)),
      isActive: try row.get("active"))
  }
}
