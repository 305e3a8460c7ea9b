import Core
import Database

/// All SQL on a tenant's own domains. Which of them answer is the control schema's matter.
struct DomainStore: ResourceStore {
  static let list = ListColumns("domains", name: "host", texts: ["group_name", "status"])

  let clock: any WallClock

  /// A page of the dashboard shows them all, group by group.
  static let listLimit = 500

  private static let columns: SQL = """
    id, host, group_name, root, root_campaign_id, root_url, robots, robots_text, token, status, checked_at, problem,
    findings, created_at
    """

  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<Domain> {
    let rows = try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).domains
      WHERE \(request.condition(Self.list, of: scope)) AND host ILIKE \(request.pattern)
      ORDER BY \(request.order(Self.list)) LIMIT \(request.limit + 1)
      """)
    return Page(fetched: try rows.map(domain), limit: request.limit) { "\($0.id)" }
  }

  /// The first ``listLimit`` by group and host; those without a group come last.
  /// - Parameter pattern: for ILIKE.
  func grouped(matching pattern: String, group: String?, of scope: TenantScope) async throws -> [Domain] {
    try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).domains
      WHERE host ILIKE \(pattern) AND (\(group)::text IS NULL OR group_name = \(group))
      ORDER BY group_name = '', lower(group_name), group_name, host LIMIT \(Self.listLimit)
      """
    ).map(domain)
  }

  /// The groups in use.
  func groups(of scope: TenantScope) async throws -> [String] {
    try await scope.query(
      "SELECT DISTINCT group_name FROM \(scope.schema).domains WHERE group_name <> '' ORDER BY group_name LIMIT 200"
    ).map { try $0.get("group_name") }
  }

  /// Those that have been neither checked nor added since `time`, the longest unchecked first.
  func unchecked(since time: Timestamp, limit: Int, of scope: TenantScope) async throws -> [Domain] {
    try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).domains WHERE coalesce(checked_at, created_at) < \(time)
      ORDER BY checked_at NULLS FIRST, id LIMIT \(limit)
      """
    ).map(domain)
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> Domain? {
    try await scope.query("SELECT \(Self.columns) FROM \(scope.schema).domains WHERE id = \(id)").first.map(domain)
  }

  func insert(
    _ draft: Domain.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64 {
    let rows = try await executor.query(
      """
      INSERT INTO \(scope.schema).domains
        (host, group_name, root, root_campaign_id, root_url, robots, robots_text, token, status, created_at, updated_at)
      VALUES (\(draft.host), \(draft.groupName), \(draft.root.kind), \(draft.root.campaignID), \(draft.root.url),
        \(draft.robots.mode), \(draft.robots.text), \(RandomBytes.make(16).hex), 'pending', \(time), \(time))
      RETURNING id
      """)
    return try rows[0].get("id")
  }

  func update(
    _ id: Int64, _ draft: Domain.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      """
      UPDATE \(scope.schema).domains
      SET group_name = \(draft.groupName), root = \(draft.root.kind), root_campaign_id = \(draft.root.campaignID),
        root_url = \(draft.root.url), robots = \(draft.robots.mode), robots_text = \(draft.robots.text),
        updated_at = \(time)
      WHERE id = \(id)
      """)
  }

  /// A host is either there or not: nothing refers to it by name, so it is really deleted.
  func archive(_ id: Int64, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("DELETE FROM \(scope.schema).domains WHERE id = \(id)")
  }

  func users(of id: Int64, of scope: TenantScope) async throws -> [String] {
    try await scope.query(
      "SELECT name FROM \(scope.schema).campaigns WHERE domain_id = \(id) ORDER BY name LIMIT 6"
    ).map { try $0.get("name") }
  }

  func note(
    _ status: Domain.Status, problem: String?, _ findings: DomainFindings, of id: Int64, at time: Timestamp,
    _ scope: TenantScope
  ) async throws {
    try await scope.execute(
      """
      UPDATE \(scope.schema).domains
      SET status = \(status.rawValue), problem = \(problem), findings = \(findings.stored), checked_at = \(time),
        updated_at = \(time)
      WHERE id = \(id)
      """)
  }

  private func domain(_ row: Row) throws -> Domain {
    let host = try row.get("host", as: String.self)
    return Domain(
      id: try row.get("id"),
      draft: Domain.Draft(
        host: host, groupName: try row.get("group_name"),
        root: .init(
          kind: try row.get("root"), campaignID: try row.get("root_campaign_id"), url: try row.get("root_url")),
        robots: .init(mode: try row.get("robots"), text: try row.get("robots_text"))),
      token: try row.get("token"), status: Domain.Status(rawValue: try row.get("status")) ?? .pending,
      checkedAt: try row.get("checked_at"), problem: try row.get("problem"),
      findings: try row.get("findings", as: JSONValue?.self).map { DomainFindings(stored: $0, host: host) },
      createdAt: try row.get("created_at"), readAt: clock.now())
  }
}
