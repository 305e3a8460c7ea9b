import Core
import Database
import Security
import Web

/// Makes, revokes and recognises the staff's API keys. Each act is one transaction with its entry in the audit log.
struct APIKeyDesk: Sendable {
  let database: ConnectionPool
  /// Nil for no limit.
  let limiter: RateLimiter<Int64>?
  let clock: any WallClock

  /// What a new key is asked for with.
  struct Request: Sendable {
    var name: String
    /// Cut down to the owner's with each use.
    var grants: StaffGrants
    var expiresAt: Timestamp?
  }

  /// Who acts with a key; nil when the token is nobody's any more.
  /// - Throws: 429 when the key has asked too often.
  func session(token: String) async throws -> StaffSession? {
    let now = clock.now()
    let hash = TokenHash(of: token).bytes
    let store = APIKeyStore(database)
    guard let key = try await store.find(tokenHash: hash, at: now), case .staff(let id) = key.owner,
      let member = try await StaffStore(database).find(id), member.status == .active
    else { return nil }
    try limiter?.admit(key.id)
    try await store.touch(key, at: now)
    return StaffSession(
      member: member, tokenHash: hash,
      key: APIKeyUse(id: key.id, name: key.name, grants: StaffGrants(stored: key.permissions)))
  }

  func make(
    _ request: Request, for session: StaffSession, by actor: Actor
  ) async throws -> (key: APIKey, token: SecretToken) {
    let token = SecretToken.make(prefix: APIKey.prefix)
    let key = try await database.transaction { connection in
      let now = clock.now()
      let store = APIKeyStore(connection)
      let owner = APIKey.Owner.staff(session.member.id)
      guard try await store.all(of: owner).count < APIKey.Owner.limit else {
        throw Problem.conflict("You have \(APIKey.Owner.limit) API keys; revoke one first.")
      }
      let key = try await store.insert(
        owner, name: request.name, tokenHash: token.hash.bytes, lastFour: token.hint,
        permissions: request.grants.json, expiresAt: request.expiresAt, at: now)
      try await AuditStore(connection).append(
        AuditEntry(action: "api_key.create", subject: "api_key:\(key.id)", after: key.json), by: actor, at: now)
      return key
    }
    return (key, token)
  }

  /// - Parameter member: whose key it must be; nil for anybody's on the staff.
  func revoke(_ id: Int64, of member: Int64?, by actor: Actor) async throws {
    try await database.transaction { connection in
      let now = clock.now()
      let store = APIKeyStore(connection)
      guard let key = try await store.find(id), case .staff(let owner) = key.owner, member == nil || member == owner
      else { throw Problem.notFound("API key") }
      guard try await store.revoke(id, at: now) else { return }
      try await AuditStore(connection).append(
        AuditEntry(
          action: "api_key.revoke", subject: "api_key:\(id)", before: key.json,
          after: ["revoked_at": JSONValue(now)]), by: actor, at: now)
    }
  }
}
