import Core
import Database

/// All SQL on a tenant's own domains. Which of them answer is the control schema's matter.
struct DomainStore: ResourceStore {
  private static let columns: SQL = "id, host, status, checked_at, problem, created_at"

  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<Domain> {
    let rows = try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).domains
      WHERE \(request.following("id")) AND host ILIKE \(request.pattern) ORDER BY \(request.order("id")) LIMIT \(request.limit + 1)
      """)
    return Page(fetched: try rows.map(Self.domain), limit: request.limit) { "\($0.id)" }
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> Domain? {
    try await scope.query("SELECT \(Self.columns) FROM \(scope.schema).domains WHERE id = \(id)").first.map(Self.domain)
  }

  func insert(
    _ draft: Domain.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64 {
    let rows = try await executor.query(
      """
      INSERT INTO \(scope.schema).domains (host, status, created_at, updated_at)
      VALUES (\(draft.host), 'pending', \(time), \(time)) RETURNING id
      """)
    return try rows[0].get("id")
  }

  func update(
    _ id: Int64, _ draft: Domain.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      "UPDATE \(scope.schema).domains SET host = \(draft.host), updated_at = \(time) WHERE id = \(id)")
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
    _ status: Domain.Status, problem: String?, of id: Int64, at time: Timestamp, _ scope: TenantScope
  ) async throws {
    try await scope.execute(
      """
      UPDATE \(scope.schema).domains
      SET status = \(status.rawValue), problem = \(problem), checked_at = \(time), updated_at = \(time) WHERE id = \(id)
      """)
  }

  private static func domain(_ row: Row) throws -> Domain {
    Domain(
      id: try row.get("id"), draft: Domain.Draft(host: try row.get("host")),
      status: Domain.Status(rawValue: try row.get("status")) ?? .pending, checkedAt: try row.get("checked_at"),
      problem: try row.get("problem"), createdAt: try row.get("created_at"))
  }
}
