import Core
import Database

/// Something that was deleted, as its archive lists it.
struct ArchivedThing: Sendable {
  let id: Int64
  let name: String
  let archivedAt: Timestamp
}

extension ResourceStore {
  static var restores: Bool { false }

  /// What was deleted and has `request.q` in its name, the youngest first. The cursor is the last id seen.
  func archived(_ request: PageRequest, of scope: TenantScope) async throws -> Page<ArchivedThing> {
    let request = try request.checkedForIDs()
    let rows = try await scope.query(
      """
      SELECT id, \(identifier: Self.list.name) AS name, archived_at FROM \(table(scope))
      WHERE archived_at IS NOT NULL AND \(identifier: Self.list.name) ILIKE \(request.pattern)
        AND \(request.following("id"))
      ORDER BY \(request.order("id")) LIMIT \(request.limit + 1)
      """)
    let things = try rows.map {
      ArchivedThing(id: try $0.get("id"), name: try $0.get("name"), archivedAt: try $0.get("archived_at"))
    }
    return Page(fetched: things, limit: request.limit) { "\($0.id)" }
  }

  func isArchived(_ id: Int64, of scope: TenantScope) async throws -> Bool {
    try await !scope.query("SELECT id FROM \(table(scope)) WHERE id = \(id) AND archived_at IS NOT NULL").isEmpty
  }

  func restore(_ id: Int64, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("UPDATE \(table(scope)) SET archived_at = NULL, updated_at = \(time) WHERE id = \(id)")
  }

  func missing(for id: Int64, of scope: TenantScope) async throws -> [String] { [] }

  private func table(_ scope: TenantScope) -> SQL { "\(scope.schema).\(identifier: Self.list.table)" }
}
