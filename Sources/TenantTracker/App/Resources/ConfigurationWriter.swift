import Core
import Database
import Web

/// The one way configuration is written: the change, its audit entry and the notice to the click path, all or nothing.
struct ConfigurationWriter: Sendable {
  /// Postgres' notification channel; the payload is the tenant's id, and only a hint.
  static let channel = "trackily_configuration"

  let audit: AuditLog
  let clock: any WallClock
  /// Makes a committed change live on this node before it is answered; other nodes hear of it by the notification.
  var publish: @Sendable (Int64) async -> Void = { _ in }

  func write<T: Sendable>(
    to scope: TenantScope, _ body: @Sendable (Connection) async throws -> T
  ) async throws -> T {
    do {
      let result = try await scope.transaction { connection in
        let result = try await body(connection)
        try await Self.notify(scope, in: connection)
        return result
      }
      await publish(scope.tenantID)
      return result
    } catch let error as DatabaseError {
      throw Self.problem(for: error) ?? error
    }
  }

  /// Tells every node, once the transaction commits, to read the tenant's configuration again. Who misses that sees it by
  /// the revision.
  static func notify(_ scope: TenantScope, in executor: any SQLExecutor) async throws(DatabaseError) {
    try await executor.execute("UPDATE \(scope.schema).configuration SET revision = revision + 1 WHERE id = 1")
    _ = try await executor.query("SELECT pg_catalog.pg_notify(\(channel), \(String(scope.tenantID)))")
  }

  /// What a constraint's refusal means to the user.
  static func problem(for error: DatabaseError) -> Problem? {
    if error.isUniqueViolation {
      let field = error.constraint?.split(separator: "_").last.map(String.init) ?? "name"
      return .conflict("There is one with this \(field) already.", field: field)
    }
    if error.isForeignKeyViolation {
      let column = error.constraint.map { $0.split(separator: "_").dropFirst().dropLast().joined(separator: "_") }
      return .invalid(column ?? "id", "unknown", "names something that does not exist")
    }
    return nil
  }
}
