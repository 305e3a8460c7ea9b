import Core
import Database
import Web

/// All SQL on API keys: for machines, per user, at most as mighty as the user.
struct APIKeyStore: Sendable {
  struct Key: Sendable {
    let id: Int64
    let name: String
    let lastFour: String
    let permissions: Permissions?
    let createdAt: Timestamp
    let lastUsedAt: Timestamp?
    let expiresAt: Timestamp?

    var json: JSONValue {
      [
        "id": .int(id), "name": .string(name), "last_four": .string(lastFour),
        "permissions": .optional(permissions?.json), "created_at": JSONValue(createdAt),
        "last_used_at": JSONValue(lastUsedAt), "expires_at": JSONValue(expiresAt),
      ]
    }
  }

  func insert(
    name: String, tokenHash: [UInt8], lastFour: String, permissions: Permissions?, expiresAt: Timestamp?, user: Int64,
    at time: Timestamp, of scope: TenantScope
  ) async throws -> Key {
    let rows = try await scope.query(
      """
      INSERT INTO \(scope.schema).api_keys (user_id, name, token_hash, last_four, permissions, created_at, expires_at)
      VALUES (\(user), \(name), \(tokenHash), \(lastFour), \(permissions?.json), \(time), \(expiresAt))
      RETURNING id
      """)
    return Key(
      id: try rows[0].get("id"), name: name, lastFour: lastFour, permissions: permissions, createdAt: time,
      lastUsedAt: nil, expiresAt: expiresAt)
  }

  func find(tokenHash: [UInt8], at time: Timestamp, of scope: TenantScope) async throws -> (key: Key, userID: Int64)? {
    let row = try await scope.query(
      """
      SELECT id, user_id, name, last_four, permissions, created_at, last_used_at, expires_at
      FROM \(scope.schema).api_keys
      WHERE token_hash = \(tokenHash) AND (expires_at IS NULL OR expires_at > \(time))
      """
    ).first
    guard let row else { return nil }
    return (try Self.key(row), try row.get("user_id"))
  }

  func list(user: Int64, of scope: TenantScope) async throws -> [Key] {
    try await scope.query(
      """
      SELECT id, name, last_four, permissions, created_at, last_used_at, expires_at FROM \(scope.schema).api_keys
      WHERE user_id = \(user) ORDER BY id LIMIT 100
      """
    ).map(Self.key)
  }

  func touch(_ id: Int64, at time: Timestamp, of scope: TenantScope) async throws {
    try await scope.execute("UPDATE \(scope.schema).api_keys SET last_used_at = \(time) WHERE id = \(id)")
  }

  func delete(_ id: Int64, user: Int64, of scope: TenantScope) async throws -> Bool {
    try await scope.execute("DELETE FROM \(scope.schema).api_keys WHERE id = \(id) AND user_id = \(user)") > 0
  }

  private static func key(_ row: Row) throws -> Key {
    let stored: JSONValue? = try row.get("permissions")
    return Key(
      id: try row.get("id"), name: try row.get("name"), lastFour: try row.get("last_four"),
      permissions: stored.map { Permissions(stored: $0) }, createdAt: try row.get("created_at"),
      lastUsedAt: try row.get("last_used_at"), expiresAt: try row.get("expires_at"))
  }
}
