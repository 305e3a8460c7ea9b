import Core
import Database

/// All SQL on operations.
struct TenantOperationStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// What an operation begins with.
  struct Draft: Sendable {
    let tenantID: Int64
    let kind: TenantOperation.Kind
    let formerStatus: HostedTenant.Status
    var withExport = false
    var sourceID: Int64?
    var targetID: Int64?
    let requestedBy: String
  }

  /// Nil while another one is running on the tenant.
  func insert(_ draft: Draft, at now: Timestamp) async throws(DatabaseError) -> Int64? {
    guard let first = TenantOperation.steps(of: draft.kind, withExport: draft.withExport).first else { return nil }
    return try await database.scalar(
      """
      INSERT INTO license.tenant_operations (tenant_id, kind, direction, state, step, position, former_status,
        with_export, source_id, target_id, archive_id, requested_by, started_at, step_at)
      VALUES (\(draft.tenantID), \(draft.kind), 'forward', 'running', \(first), 0, \(draft.formerStatus),
        \(draft.withExport), \(draft.sourceID), \(draft.targetID), \(UUIDv7(at: now)), \(draft.requestedBy), \(now),
        \(now))
      ON CONFLICT (tenant_id) WHERE state = 'running' DO NOTHING RETURNING id
      """)
  }

  func find(_ id: Int64) async throws(DatabaseError) -> TenantOperation? {
    try await operations("WHERE o.id = \(id)").first
  }

  /// The newest ones of a tenant, the latest first.
  func history(of tenant: Int64, limit: Int = 20) async throws(DatabaseError) -> [TenantOperation] {
    try await operations("WHERE o.tenant_id = \(tenant) ORDER BY o.id DESC LIMIT \(limit)")
  }

  /// The newest operation of each tenant.
  func latest(of tenants: [Int64]) async throws(DatabaseError) -> [Int64: TenantOperation] {
    let found = try await operations(
      """
      WHERE o.id IN (
        SELECT max(l.id) FROM license.tenant_operations l WHERE l.tenant_id = ANY(\(tenants)) GROUP BY l.tenant_id)
      """)
    return Dictionary(found.map { ($0.tenantID, $0) }) { $1 }
  }

  /// Those that are not at their end, the longest untouched first.
  func running(limit: Int = 500) async throws(DatabaseError) -> [TenantOperation] {
    try await operations("WHERE o.state = 'running' ORDER BY o.step_at, o.id LIMIT \(limit)")
  }

  /// Writes where the operation stands now.
  /// - Parameter position: where it stood when it was read.
  /// - Returns: false when somebody else has moved it on since: then nothing is written.
  func save(_ operation: TenantOperation, from position: Int) async throws(DatabaseError) -> Bool {
    try await database.execute(
      """
      UPDATE license.tenant_operations SET direction = \(operation.direction), state = \(operation.state),
        step = \(operation.step), position = \(operation.position), archive_bytes = \(operation.archive?.bytes),
        archive_sha256 = \(operation.archive?.sha256), transferred = \(operation.transferred),
        attempts = \(operation.attempts), last_error = \(operation.lastError), failure = \(operation.failure),
        step_at = \(operation.stepAt), finished_at = \(operation.finishedAt)
      WHERE id = \(operation.id) AND position = \(position) AND state = 'running'
      """) == 1
  }

  private func operations(_ condition: SQL) async throws(DatabaseError) -> [TenantOperation] {
    let rows = try await database.query(
      """
      SELECT o.id, o.tenant_id, o.kind, o.direction, o.state, o.step, o.position, o.former_status, o.with_export,
        o.source_id, o.target_id, o.archive_id, o.archive_bytes, o.archive_sha256, o.transferred, o.attempts,
        o.last_error, o.failure, o.requested_by, o.started_at, o.step_at, o.finished_at
      FROM license.tenant_operations o \(condition)
      """)
    var operations: [TenantOperation] = []
    for row in rows { operations.append(try TenantOperation(row)) }
    return operations
  }
}

extension TenantOperation {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    let sha256: String? = try row.get("archive_sha256")
    let bytes: Int64? = try row.get("archive_bytes")
    self.init(
      id: try row.get("id"), tenantID: try row.get("tenant_id"), kind: try row.get("kind"),
      direction: try row.get("direction"), state: try row.get("state"), step: try row.get("step"),
      position: Int(try row.get("position", as: Int32.self)), formerStatus: try row.get("former_status"),
      withExport: try row.get("with_export"), sourceID: try row.get("source_id"), targetID: try row.get("target_id"),
      archiveID: try row.get("archive_id"),
      archive: bytes.flatMap { bytes in sha256.map { TrackerClient.Archive(bytes: bytes, sha256: $0) } },
      transferred: try row.get("transferred"), attempts: Int(try row.get("attempts", as: Int32.self)),
      lastError: try row.get("last_error"), failure: try row.get("failure"), requestedBy: try row.get("requested_by"),
      startedAt: try row.get("started_at"), stepAt: try row.get("step_at"), finishedAt: try row.get("finished_at"))
  }
}
