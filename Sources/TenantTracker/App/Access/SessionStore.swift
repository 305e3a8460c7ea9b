import Core
import Database
import Security

/// All SQL on sessions and API keys. Tokens are stored hashed; a change of a user acts on the next request.
struct SessionStore: Sendable {
  enum Kind: String, Sendable { case browser, bearer }

  struct Session: Sendable {
    let id: String
    let kind: Kind
    let address: IPAddress?
    let userAgent: String
    let createdAt: Timestamp
    let lastSeenAt: Timestamp
    let expiresAt: Timestamp

    func json(current: String) -> JSONValue {
      [
        "id": .string(id), "kind": .string(kind.rawValue), "address": JSONValue(address?.description),
        "user_agent": .string(userAgent), "created_at": JSONValue(createdAt), "last_seen_at": JSONValue(lastSeenAt),
        "expires_at": JSONValue(expiresAt), "current": .bool(id == current),
      ]
    }
  }

  func insert(
    tokenHash: [UInt8], id: UUIDv7, user: Int64, kind: Kind, address: IPAddress, userAgent: String, at time: Timestamp,
    expiresAt: Timestamp, of scope: TenantScope
  ) async throws {
    try await scope.execute(
      """
      INSERT INTO \(scope.schema).sessions
        (token_hash, id, user_id, kind, address, user_agent, created_at, last_seen_at, expires_at)
      VALUES (\(tokenHash), \(id), \(user), \(kind.rawValue), \(address), \(String(userAgent.prefix(300))), \(time),
        \(time), \(expiresAt))
      """)
  }

  /// The session's id and user, if it is alive; `lastSeenAt` to refresh it now and then.
  func find(
    tokenHash: [UInt8], kind: Kind, at time: Timestamp, of scope: TenantScope
  ) async throws -> (id: String, userID: Int64, lastSeenAt: Timestamp)? {
    let row = try await scope.query(
      """
      SELECT id, user_id, last_seen_at FROM \(scope.schema).sessions
      WHERE token_hash = \(tokenHash) AND kind = \(kind.rawValue) AND expires_at > \(time)
      """
    ).first
    guard let row else { return nil }
    return (try row.get("id", as: UUIDv7.self).description, try row.get("user_id"), try row.get("last_seen_at"))
  }

  func touch(id: String, at time: Timestamp, expiresAt: Timestamp, of scope: TenantScope) async throws {
    try await scope.execute(
      """
      UPDATE \(scope.schema).sessions SET last_seen_at = \(time), expires_at = \(expiresAt)
      WHERE id = \(UUIDv7(id))
      """)
  }

  func list(user: Int64, at time: Timestamp, of scope: TenantScope) async throws -> [Session] {
    try await scope.query(
      """
      SELECT id, kind, address, user_agent, created_at, last_seen_at, expires_at FROM \(scope.schema).sessions
      WHERE user_id = \(user) AND expires_at > \(time) ORDER BY last_seen_at DESC LIMIT 100
      """
    ).map { row in
      Session(
        id: try row.get("id", as: UUIDv7.self).description, kind: Kind(rawValue: try row.get("kind")) ?? .bearer,
        address: try row.get("address"), userAgent: try row.get("user_agent"), createdAt: try row.get("created_at"),
        lastSeenAt: try row.get("last_seen_at"), expiresAt: try row.get("expires_at"))
    }
  }

  @discardableResult
  func end(id: String, user: Int64, of scope: TenantScope) async throws -> Bool {
    guard let id = UUIDv7(id) else { return false }
    return try await scope.execute("DELETE FROM \(scope.schema).sessions WHERE id = \(id) AND user_id = \(user)") > 0
  }

  /// Ends all of a user's sessions but `kept`.
  func endAll(
    user: Int64, except kept: String? = nil, of scope: TenantScope, in executor: (any SQLExecutor)? = nil
  ) async throws {
    try await (executor ?? scope).execute(
      """
      DELETE FROM \(scope.schema).sessions
      WHERE user_id = \(user) AND id IS DISTINCT FROM \(kept.flatMap { UUIDv7($0) })
      """)
  }

  func removeExpired(at time: Timestamp, of scope: TenantScope) async throws {
    try await scope.execute("DELETE FROM \(scope.schema).sessions WHERE expires_at <= \(time)")
  }
}
