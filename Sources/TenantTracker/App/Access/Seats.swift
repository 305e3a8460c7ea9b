import Core
import Database
import Licensing

/// The one place where seats are counted and given. Creating, inviting, re-activating, importing and restoring users all
/// come through here, inside the transaction that adds them.
struct Seats: Sendable {
  let users: UserStore

  /// Runs `add` while holding the tenant's seat row; throws 402 first when no seat is left.
  /// N callers at once with k seats left make exactly k users.
  func withSeat<T: Sendable>(
    _ scope: TenantScope, _ entitlements: Entitlements, _ add: @Sendable (Connection) async throws -> T
  ) async throws -> T {
    try await scope.transaction { connection in
      try await lock(scope, connection)
      if let limit = entitlements.userLimit, try await users.count(in: scope, executor: connection) >= limit {
        throw Problem.noSeatLeft(entitlements, limit: limit)
      }
      return try await add(connection)
    }
  }

  /// Makes the newest users beyond `limit` read-only and wakes those that fit again. One admin always stays.
  /// - Returns: whether anything changed.
  @discardableResult
  func enforce(limit: Int?, _ scope: TenantScope) async throws -> Bool {
    try await scope.transaction { connection in
      try await lock(scope, connection)
      let rows = try await connection.query(
        """
        SELECT id, role, status, paused_by_license FROM \(scope.schema).users
        WHERE status <> 'disabled' ORDER BY created_at, id
        """)
      var seated = rows.prefix(limit ?? rows.count).map { $0 }
      if let limit, rows.count > limit, try !seated.contains(where: Self.isActiveAdmin),
        let admin = try rows.first(where: Self.isActiveAdmin)
      {
        seated = seated.dropLast() + [admin]
      }
      let seatedIDs = Set(try seated.map { try $0.get("id", as: Int64.self) })
      var changed = false
      for row in rows {
        let id = try row.get("id", as: Int64.self)
        let shouldPause = !seatedIDs.contains(id)
        guard try row.get("paused_by_license", as: Bool.self) != shouldPause else { continue }
        changed = true
        try await connection.execute(
          "UPDATE \(scope.schema).users SET paused_by_license = \(shouldPause) WHERE id = \(id)")
      }
      return changed
    }
  }

  /// Makes whoever changes who has a seat, or who is an admin, go one after the other.
  func lock(_ scope: TenantScope, _ connection: Connection) async throws {
    _ = try await connection.query("SELECT name FROM \(scope.schema).locks WHERE name = 'seats' FOR UPDATE")
  }

  private static func isActiveAdmin(_ row: Row) throws -> Bool {
    try row.get("role", as: String.self) == "admin" && row.get("status", as: String.self) == "active"
  }
}
