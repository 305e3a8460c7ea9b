import Core
import Database

/// All SQL on traffic sources.
struct TrafficSourceStore: ResourceStore {
  private static let columns: SQL = "id, name, click_id_param, cost_param, currency, notes, created_at, updated_at"

  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<TrafficSource> {
    let rows = try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).sources
      WHERE archived_at IS NULL AND \(request.following("id")) AND name ILIKE \(request.pattern)
      ORDER BY \(request.order("id")) LIMIT \(request.limit + 1)
      """)
    return Page(fetched: try rows.map(Self.source), limit: request.limit) { "\($0.id)" }
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> TrafficSource? {
    try await scope.query(
      "SELECT \(Self.columns) FROM \(scope.schema).sources WHERE id = \(id) AND archived_at IS NULL"
    ).first.map(Self.source)
  }

  func insert(
    _ draft: TrafficSource.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64 {
    let rows = try await executor.query(
      """
      INSERT INTO \(scope.schema).sources (name, click_id_param, cost_param, currency, notes, created_at, updated_at)
      VALUES (\(draft.name), \(draft.clickIDParameter), \(draft.costParameter), \(draft.currency), \(draft.notes),
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
      UPDATE \(scope.schema).sources SET name = \(draft.name), click_id_param = \(draft.clickIDParameter),
        cost_param = \(draft.costParameter), currency = \(draft.currency), notes = \(draft.notes), updated_at = \(time)
      WHERE id = \(id)
      """)
  }

  func archive(_ id: Int64, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("UPDATE \(scope.schema).sources SET archived_at = \(time) WHERE id = \(id)")
  }

  func users(of id: Int64, of scope: TenantScope) async throws -> [String] {
    try await scope.query(
      """
      SELECT name FROM \(scope.schema).campaigns WHERE source_id = \(id) AND archived_at IS NULL ORDER BY name LIMIT 6
      """
    ).map { try $0.get("name") }
  }

  private static func source(_ row: Row) throws -> TrafficSource {
    TrafficSource(
      id: try row.get("id"),
      draft: TrafficSource.Draft(
        name: try row.get("name"), clickIDParameter: try row.get("click_id_param"),
        costParameter: try row.get("cost_param"), currency: try row.get("currency"), notes: try row.get("notes")),
      createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"))
  }
}
