import Core
import Database
import Security
import Web

/// What creating requests were answered, so that one sent again with the same `Idempotency-Key` creates nothing.
struct IdempotencyStore: Sendable {
  /// After this a key may be used anew.
  static let lifetime = Duration.hours(24)
  /// A first request that has not ended by then died with its process.
  private static let patience = Duration.minutes(5)

  let database: ConnectionPool
  let clock: any WallClock
  /// Answers may hold what is shown once only, a licence key for instance: they are kept sealed.
  let box: SecretBox

  private static let context = "idempotency"

  func hooks<Session: SignedInSession>() -> Idempotency<Vendor, Session> {
    Idempotency(
      begin: { _, session, request in try await begin(session?.actorID ?? "", request) },
      finish: { _, session, request, reply in try await finish(session?.actorID ?? "", request, reply) },
      abandon: { _, session, request in try await abandon(session?.actorID ?? "", request) })
  }

  private func begin<Session>(
    _ actor: String, _ request: IdempotentRequest
  ) async throws -> Idempotency<Vendor, Session>.Start {
    let now = clock.now()
    let taken = try await database.execute(
      """
      INSERT INTO license.idempotency_keys AS k (actor, key, fingerprint, created_at)
      VALUES (\(actor), \(request.key), \(request.fingerprint), \(now))
      ON CONFLICT (actor, key) DO UPDATE SET fingerprint = EXCLUDED.fingerprint, created_at = EXCLUDED.created_at,
        status = NULL, content_type = NULL, location = NULL, body = NULL
      WHERE k.created_at < \(now - Self.lifetime) OR (k.status IS NULL AND k.created_at < \(now - Self.patience))
      """)
    if taken == 1 { return .first }
    let row = try await database.first(
      """
      SELECT fingerprint, status, content_type, location, body FROM license.idempotency_keys
      WHERE actor = \(actor) AND key = \(request.key)
      """)
    guard let row else { return .inFlight }
    guard try row.get("fingerprint", as: [UInt8].self) == request.fingerprint else { return .reused }
    guard let status = try row.get("status", as: Int?.self) else { return .inFlight }
    let sealed = String(decoding: try row.get("body", as: [UInt8]?.self) ?? [], as: UTF8.self)
    return .replay(
      StoredReply(
        status: status, contentType: try row.get("content_type"), location: try row.get("location"),
        body: try box.open(sealed, for: Self.context)))
  }

  private func finish(_ actor: String, _ request: IdempotentRequest, _ reply: StoredReply) async throws {
    let body = Array(try box.seal(reply.body, for: Self.context).utf8)
    try await database.execute(
      """
      UPDATE license.idempotency_keys SET status = \(reply.status), content_type = \(reply.contentType),
        location = \(reply.location), body = \(body)
      WHERE actor = \(actor) AND key = \(request.key)
      """)
  }

  private func abandon(_ actor: String, _ request: IdempotentRequest) async throws {
    try await database.execute(
      """
      DELETE FROM license.idempotency_keys WHERE actor = \(actor) AND key = \(request.key) AND status IS NULL
      """)
  }
}
