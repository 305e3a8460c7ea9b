import Core
import Database

/// All SQL on traffic sources.
struct TrafficSourceStore: ResourceStore {
  static let list = ListColumns("sources", as: "s", texts: ["template"], ownFlags: ["archived"])
  static let restores = true

  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<TrafficSource> {
    let wantsArchived = request.filters["archived"] == "true"
    let rows = try await scope.query(
      """
      \(Self.selection(scope))
      WHERE (s.archived_at IS NOT NULL) = \(wantsArchived) AND \(request.condition(Self.list, of: scope))
        AND s.name ILIKE \(request.pattern)
      ORDER BY \(request.order(Self.list)) LIMIT \(request.limit + 1)
      """)
    return Page(fetched: try rows.map(Self.source), limit: request.limit) { "\($0.id)" }
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> TrafficSource? {
    try await scope.query("\(Self.selection(scope)) WHERE s.id = \(id) AND s.archived_at IS NULL").first.map(
      Self.source)
  }

  func insert(
    _ draft: TrafficSource.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64 {
    let rows = try await executor.query(
      """
      INSERT INTO \(scope.schema).sources (name, template, parameters, click_id_param, cost_param, postback_url,
        currency, notes, created_at, updated_at)
      VALUES (\(draft.name), \(draft.template), \(JSONValue.array(draft.parameters.map(\.json))),
        \(draft.clickIDParameter), \(draft.costParameter), \(draft.postbackURL), \(draft.currency), \(draft.notes),
        \(time), \(time))
      RETURNING id
      """)
    return try rows[0].get("id")
  }

  func update(
    _ id: Int64, _ draft: TrafficSource.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      """
      UPDATE \(scope.schema).sources SET name = \(draft.name), template = \(draft.template),
        parameters = \(JSONValue.array(draft.parameters.map(\.json))), click_id_param = \(draft.clickIDParameter),
        cost_param = \(draft.costParameter), postback_url = \(draft.postbackURL), currency = \(draft.currency),
        notes = \(draft.notes), updated_at = \(time)
      WHERE id = \(id)
      """)
  }

  func archive(_ id: Int64, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("UPDATE \(scope.schema).sources SET archived_at = \(time) WHERE id = \(id)")
    try await DeliveryStore().cancel(
      "source_id = \(id)", because: "The source was deleted.", at: time, schema: scope.schema, in: executor)
  }

  func users(of id: Int64, of scope: TenantScope) async throws -> [String] {
    try await scope.query(
      """
      SELECT name FROM \(scope.schema).campaigns WHERE source_id = \(id) AND archived_at IS NULL ORDER BY name LIMIT 6
      """
    ).map { try $0.get("name") }
  }

  // Macros that came unreplaced

  private static func selection(_ scope: TenantScope) -> SQL {
    """
    SELECT s.id, s.name, s.template, s.parameters, s.click_id_param, s.cost_param, s.postback_url, s.currency, s.notes,
      s.archived_at, s.created_at, s.updated_at,
      (SELECT jsonb_agg(jsonb_build_array(w.parameter, w.macro, w.hits,
          floor(extract(epoch FROM w.first_seen_at) * 1000)::bigint,
          floor(extract(epoch FROM w.last_seen_at) * 1000)::bigint) ORDER BY w.parameter, w.macro)
        FROM \(scope.schema).source_warnings w WHERE w.source_id = s.id) AS warnings
    FROM \(scope.schema).sources s
    """
  }

  func dismissWarnings(of id: Int64, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("DELETE FROM \(scope.schema).source_warnings WHERE source_id = \(id)")
  }

  private static func source(_ row: Row) throws -> TrafficSource {
    TrafficSource(
      id: try row.get("id"), draft: try draft(row), warnings: warnings(try row.get("warnings")),
      archivedAt: try row.get("archived_at"), createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at")
    )
  }

  /// The click path's snapshot reads it by this as well.
  static func draft(_ row: Row) throws -> TrafficSource.Draft {
    var draft = TrafficSource.Draft(name: try row.get("name"))
    draft.template = try row.get("template")
    draft.clickIDParameter = try row.get("click_id_param")
    draft.costParameter = try row.get("cost_param")
    draft.parameters = parameters(
      try row.get("parameters"), clickID: draft.clickIDParameter, cost: draft.costParameter)
    draft.postbackURL = try row.get("postback_url")
    draft.currency = try row.get("currency")
    draft.notes = try row.get("notes")
    return draft
  }

  private static func parameters(_ json: JSONValue, clickID: String, cost: String) -> [SourceParameter] {
    let stored = (json.arrayValue ?? []).compactMap { SourceParameter($0) }
    guard stored.isEmpty else { return stored }
    return [SourceParameter(clickID, "{click_id}", .clickID), SourceParameter(cost, "{cost}", .cost)]
  }

  private static func warnings(_ json: JSONValue?) -> [SourceWarning] {
    (json?.arrayValue ?? []).compactMap { entry in
      guard let values = entry.arrayValue, values.count == 5, let parameter = values[0].stringValue,
        let macro = values[1].stringValue, let hits = values[2].intValue, let first = values[3].intValue,
        let last = values[4].intValue
      else { return nil }
      return SourceWarning(
        parameter: parameter, macro: macro, hits: hits, firstSeenAt: Timestamp(milliseconds: first),
        lastSeenAt: Timestamp(milliseconds: last))
    }
  }
}
