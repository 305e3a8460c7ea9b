import Core
import Database

/// A delivery that a runner has claimed: its own until the lease runs out.
struct ClaimedWebhook: Sendable {
  let id: Int64
  let endpointID: Int64
  let eventID: UUIDv7
  let url: String
  let body: String
  /// The endpoint's, as it is kept; with the former one while that signs as well.
  let sealedSecrets: [String]
  /// This one included.
  let attempt: Int
  /// Proof of the claim.
  let lease: UUIDv7
}

/// All SQL on deliveries as a queue: each is tried until it is delivered or given up, by one runner at a time.
struct WebhookQueue: Sendable {
  let database: ConnectionPool
  let clock: any WallClock
  var settings = WebhookSettings()

  /// Takes due deliveries, at most `limit`, for the time of a lease. Endpoints are walked by an index and those with the
  /// most slots free go first, so that neither a long queue nor a slow endpoint holds up the others.
  /// - Parameter free: how many of an endpoint may be taken, where that is not all.
  func claim(_ limit: Int, free: [Int64: Int]) async throws(DatabaseError) -> [ClaimedWebhook] {
    let now = clock.now()
    let isDue = try await database.first(
      "SELECT id FROM license.webhook_deliveries WHERE state = 'waiting' AND due_at <= \(now) LIMIT 1")
    guard isDue != nil else { return [] }
    let lease = UUIDv7(at: now)
    let known = free.sorted { $0.key < $1.key }
    let rows = try await database.query(
      """
      WITH due AS (
        SELECT found.id FROM (
          SELECT e.id, COALESCE(f.free, \(settings.perEndpoint)) AS free
          FROM license.webhook_endpoints e
          LEFT JOIN unnest(\(known.map(\.key)), \(known.map { Int64($0.value) })) AS f (id, free) ON f.id = e.id
          WHERE e.status = 'enabled' ORDER BY COALESCE(f.free, \(settings.perEndpoint)) DESC, e.id
        ) AS target
        CROSS JOIN LATERAL (
          SELECT d.id FROM license.webhook_deliveries d
          WHERE d.state = 'waiting' AND d.endpoint_id = target.id AND d.due_at <= \(now)
          ORDER BY d.due_at, d.id LIMIT target.free FOR UPDATE SKIP LOCKED
        ) AS found
        LIMIT \(limit)
      )
      UPDATE license.webhook_deliveries AS d
      SET lease = \(lease), due_at = \(now + settings.lease), attempts = d.attempts + 1
      FROM due, license.webhook_endpoints e, license.vendor_events v
      WHERE d.id = due.id AND e.id = d.endpoint_id AND v.id = d.event_id
      RETURNING d.id, d.endpoint_id, d.event_id, d.attempts, e.url, v.body, e.secret,
        CASE WHEN e.former_secret_until > \(now) THEN e.former_secret END AS former_secret
      """)
    var claimed: [ClaimedWebhook] = []
    for row in rows {
      let former: String? = try row.get("former_secret")
      claimed.append(
        ClaimedWebhook(
          id: try row.get("id"), endpointID: try row.get("endpoint_id"), eventID: try row.get("event_id"),
          url: try row.get("url"), body: try row.get("body"),
          sealedSecrets: [try row.get("secret")] + (former.map { [$0] } ?? []), attempt: try row.get("attempts"),
          lease: lease))
    }
    return claimed.sorted { $0.id < $1.id }
  }

  /// Writes what came of an attempt. False when the claim is lost: the lease ran out, or it was cancelled.
  func finish(
    _ webhook: ClaimedWebhook, _ verdict: WebhookVerdict, in executor: any SQLExecutor
  ) async throws(DatabaseError) -> Bool {
    let now = clock.now()
    let (state, due, ended): (WebhookDelivery.State, Timestamp?, Timestamp?) =
      switch verdict.step {
      case .delivered: (.delivered, nil, now)
      case .retry(let wait): (.waiting, now + wait, nil)
      case .giveUp, .gone: (.dead, nil, now)
      }
    return try await executor.execute(
      """
      UPDATE license.webhook_deliveries SET state = \(state), lease = NULL, due_at = COALESCE(\(due), due_at),
        ended_at = \(ended), problem = \(verdict.problem), response_status = \(verdict.status),
        response_body = \(verdict.answer), attempted_at = \(verdict.at), took_ms = \(verdict.milliseconds)
      WHERE id = \(webhook.id) AND lease = \(webhook.lease)
      """) == 1
  }

  /// Puts a claim back as if it had not been.
  func release(_ webhook: ClaimedWebhook) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.webhook_deliveries SET lease = NULL, due_at = \(clock.now()), attempts = attempts - 1
      WHERE id = \(webhook.id) AND lease = \(webhook.lease)
      """)
  }

  /// Gives up what brought its runner down with each attempt.
  func giveUpOverdue() async throws(DatabaseError) {
    let now = clock.now()
    try await database.execute(
      """
      UPDATE license.webhook_deliveries SET state = 'dead', lease = NULL, ended_at = \(now),
        problem = COALESCE(problem, 'No attempt ever came to its end.')
      WHERE state = 'waiting' AND due_at <= \(now) AND lease IS NOT NULL AND attempts >= \(settings.attempts)
      """)
  }
}
