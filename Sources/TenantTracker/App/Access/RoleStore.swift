import Core
import Database
import Web

/// All SQL on custom roles that several users share.
struct RoleStore: Sendable {
  struct CustomRole: Sendable {
    let id: Int64
    var name: String
    var permissions: Permissions
    var users: Int

    var json: JSONValue {
      ["id": .int(id), "name": .string(name), "permissions": permissions.json, "users": .int(users), "built_in": false]
    }
  }

  func all(of scope: TenantScope) async throws -> [CustomRole] {
    try await scope.query("\(Self.selection(scope)) ORDER BY r.id LIMIT 500").map(Self.role)
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> CustomRole? {
    try await scope.query("\(Self.selection(scope)) WHERE r.id = \(id)").first.map(Self.role)
  }

  /// Nil when the name is taken.
  func insert(
    name: String, permissions: Permissions, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64? {
    try await executor.query(
      """
      INSERT INTO \(scope.schema).roles (name, permissions, created_at, updated_at)
      VALUES (\(name), \(permissions.json), \(time), \(time)) ON CONFLICT (name) DO NOTHING RETURNING id
      """
    ).first?.get("id")
  }

  func update(
    _ id: Int64, name: String, permissions: Permissions, at time: Timestamp, of scope: TenantScope,
    in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      """
      UPDATE \(scope.schema).roles SET name = \(name), permissions = \(permissions.json), updated_at = \(time)
      WHERE id = \(id)
      """)
  }

  func delete(_ id: Int64, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("DELETE FROM \(scope.schema).roles WHERE id = \(id)")
  }

  private static func selection(_ scope: TenantScope) -> SQL {
    """
    SELECT r.id, r.name, r.permissions,
      (SELECT count(1) FROM \(scope.schema).users u WHERE u.role_id = r.id) AS users
    FROM \(scope.schema).roles r
    """
  }

  private static func role(_ row: Row) throws -> CustomRole {
    CustomRole(
      id: try row.get("id"), name: try row.get("name"),
      permissions: Permissions(stored: try row.get("permissions", as: JSONValue.self)), users: try row.get("users"))
  }
}
