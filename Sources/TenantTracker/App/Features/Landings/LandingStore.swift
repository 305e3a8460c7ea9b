import Core
import Database

/// All SQL on landings.
struct LandingStore: ResourceStore {
  static let list = ListColumns("landings", as: "l", texts: ["kind", "status"], flags: ["protected"])
  static let restores = true

  private func selection(_ scope: TenantScope) -> SQL {
    """
    SELECT l.id, l.name, l.kind, l.html, l.url, l.status, l.protected, l.notes, l.created_at, l.updated_at,
      (SELECT count(*) FROM \(scope.schema).landing_versions v WHERE v.landing_id = l.id) AS versions
    FROM \(scope.schema).landings l
    """
  }

  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<Landing> {
    let rows = try await scope.query(
      """
      \(selection(scope)) WHERE l.archived_at IS NULL AND \(request.condition(Self.list, of: scope))
        AND l.name ILIKE \(request.pattern)
      ORDER BY \(request.order(Self.list)) LIMIT \(request.limit + 1)
      """)
    return Page(fetched: try rows.map(Self.landing), limit: request.limit) { "\($0.id)" }
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> Landing? {
    try await scope.query("\(selection(scope)) WHERE l.id = \(id) AND l.archived_at IS NULL").first.map(Self.landing)
  }

  func insert(
    _ draft: Landing.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64 {
    let rows = try await executor.query(
      """
      INSERT INTO \(scope.schema).landings (name, kind, html, url, status, protected, notes, created_at, updated_at)
      VALUES (\(draft.name), \(draft.content.kind), \(draft.content.html), \(draft.content.url),
        \(draft.status.rawValue), \(draft.isProtected), \(draft.notes), \(time), \(time))
      RETURNING id
      """)
    return try rows[0].get("id")
  }

  func update(
    _ id: Int64, _ draft: Landing.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      """
      UPDATE \(scope.schema).landings SET name = \(draft.name), kind = \(draft.content.kind),
        html = \(draft.content.html), url = \(draft.content.url), status = \(draft.status.rawValue),
        protected = \(draft.isProtected), notes = \(draft.notes), updated_at = \(time)
      WHERE id = \(id)
      """)
  }

  func archive(_ id: Int64, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("UPDATE \(scope.schema).landings SET archived_at = \(time) WHERE id = \(id)")
  }

  func users(of id: Int64, of scope: TenantScope) async throws -> [String] {
    try await scope.query(
      """
      SELECT DISTINCT c.name FROM \(scope.schema).flow_landings fl
      JOIN \(scope.schema).flows f ON f.id = fl.flow_id
      JOIN \(scope.schema).campaigns c ON c.id = f.campaign_id
      WHERE fl.landing_id = \(id) AND c.archived_at IS NULL ORDER BY c.name LIMIT 6
      """
    ).map { try $0.get("name") }
  }

  private static func landing(_ row: Row) throws -> Landing {
    let content: Landing.Content =
      try row.get("kind", as: String.self) == "local"
      ? .local(html: try row.get("html")) : .url(try row.get("url"))
    return Landing(
      id: try row.get("id"),
      draft: Landing.Draft(
        name: try row.get("name"), content: content,
        status: Landing.Status(rawValue: try row.get("status")) ?? .active, isProtected: try row.get("protected"),
        notes: try row.get("notes")),
      versionCount: Int(try row.get("versions", as: Int64.self)), createdAt: try row.get("created_at"),
      updatedAt: try row.get("updated_at"))
  }
}
