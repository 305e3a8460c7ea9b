import Core
import Database
import Security
import Web

/// Remembered answers of creating requests, so that a POST that is sent again has one effect.
struct IdempotencyStore: Sendable {
  static let lifetime = Duration.hours(24)
  /// A first request that has not ended by then died: its key can be taken again.
  static let patience = Duration.minutes(5)

  let clock: any WallClock
  /// Answers may hold what is shown once only, a new key for instance: they are kept sealed.
  let secrets: SecretBox

  var hooks: Idempotency<TrackerPlace, TrackerSession> {
    Idempotency(
      begin: { place, session, request in try await begin(place.scope, session?.actorID ?? "", request) },
      finish: { place, session, request, reply in
        try await finish(place.scope, session?.actorID ?? "", request, reply)
      },
      abandon: { place, session, request in try await abandon(place.scope, session?.actorID ?? "", request) })
  }

  private func begin(
    _ scope: TenantScope, _ actor: String, _ request: IdempotentRequest
  ) async throws -> Idempotency<TrackerPlace, TrackerSession>.Start {
    let now = clock.now()
    let fingerprint = request.fingerprint.hex
    let taken = try await scope.execute(
      """
      INSERT INTO \(scope.schema).idempotency_keys AS k (actor, key, fingerprint, created_at)
      VALUES (\(actor), \(request.key), \(fingerprint), \(now))
      ON CONFLICT (actor, key) DO UPDATE
        SET fingerprint = EXCLUDED.fingerprint, created_at = EXCLUDED.created_at, status = NULL, headers = NULL, body = NULL
        WHERE k.created_at < \(now - Self.lifetime) OR (k.status IS NULL AND k.created_at < \(now - Self.patience))
      """)
    if taken == 1 { return .first }
    let row = try await scope.query(
      """
      SELECT fingerprint, status, headers, body FROM \(scope.schema).idempotency_keys
      WHERE actor = \(actor) AND key = \(request.key)
      """
    ).first
    guard let row else { return .inFlight }
    guard try row.get("fingerprint", as: String.self) == fingerprint else { return .reused }
    guard let status = try row.get("status", as: Int?.self) else { return .inFlight }
    let headers = try row.get("headers", as: JSONValue?.self)
    let body = try secrets.open(
      String(decoding: try row.get("body", as: [UInt8]?.self) ?? [], as: UTF8.self), for: Self.context(scope))
    return .replay(
      StoredReply(
        status: status, contentType: headers?["content_type"]?.stringValue, location: headers?["location"]?.stringValue,
        body: body))
  }

  private func finish(
    _ scope: TenantScope, _ actor: String, _ request: IdempotentRequest, _ reply: StoredReply
  ) async throws {
    let headers: JSONValue = ["content_type": JSONValue(reply.contentType), "location": JSONValue(reply.location)]
    let body = Array(try secrets.seal(reply.body, for: Self.context(scope)).utf8)
    try await scope.execute(
      """
      UPDATE \(scope.schema).idempotency_keys SET status = \(reply.status), headers = \(headers), body = \(body)
      WHERE actor = \(actor) AND key = \(request.key)
      """)
  }

  private func abandon(_ scope: TenantScope, _ actor: String, _ request: IdempotentRequest) async throws {
    try await scope.execute(
      """
      DELETE FROM \(scope.schema).idempotency_keys
      WHERE actor = \(actor) AND key = \(request.key) AND status IS NULL
      """)
  }

  private static func context(_ scope: TenantScope) -> String { "idempotency:\(scope.schema)" }

  func removeExpired(of scope: TenantScope) async throws {
    try await scope.execute(
      "DELETE FROM \(scope.schema).idempotency_keys WHERE created_at < \(clock.now() - Self.lifetime)")
  }
}
