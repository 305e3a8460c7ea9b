import Core
import Database

/// A delivery that a runner has claimed: its own until the lease runs out.
struct ClaimedDelivery: Sendable {
  let id: UUIDv7
  let message: Delivery.Message
  let host: String
  /// This one included.
  let attempt: Int
  /// Proof of the claim.
  let lease: UUIDv7
}

/// All SQL on deliveries as a queue: each is tried at least once, one after the other within a conversion and postback,
/// until it is delivered or given up.
struct DeliveryQueue: Sendable {
  /// Postgres' notification channel; the payload is the tenant's id, and only a hint.
  static let channel = "trackily_deliveries"

  let clock: any WallClock
  var settings: DeliverySettings

  /// Tells every runner, once the connection's transaction is committed, that the tenant has something to deliver.
  static func notify(_ scope: TenantScope, in connection: Connection) {
    connection.afterCommit("SELECT pg_catalog.pg_notify(\(channel), \(String(scope.tenantID)))")
  }

  /// Takes due deliveries, at most `limit`, for the time of a lease. Targets are walked by an index, so that one with a
  /// long queue costs the others nothing; those with the most slots free go first, so that slow ones never keep all the
  /// tenant's places to themselves.
  /// - Parameters:
  ///   - free: how many of a target may be taken, where that is not `share`.
  ///   - share: how many of any other.
  func claim(
    _ limit: Int, free: [String: Int], share: Int, of scope: TenantScope
  ) async throws(DatabaseError) -> [ClaimedDelivery] {
    let now = clock.now()
    let lease = UUIDv7(at: now)
    let known = free.sorted { $0.key < $1.key }
    let rows = try await scope.query(
      """
      WITH RECURSIVE hosts (host) AS (
        (SELECT host FROM \(scope.schema).deliveries WHERE state = 'waiting' ORDER BY host LIMIT 1)
        UNION ALL
        SELECT (SELECT d.host FROM \(scope.schema).deliveries d WHERE d.state = 'waiting' AND d.host > hosts.host
          ORDER BY d.host LIMIT 1)
        FROM hosts WHERE hosts.host IS NOT NULL
      ), due AS (
        SELECT found.id FROM (
          SELECT hosts.host, COALESCE(f.free, \(share)) AS free FROM hosts
          LEFT JOIN unnest(\(known.map(\.key)), \(known.map { Int64($0.value) })) AS f (host, free) ON f.host = hosts.host
          WHERE hosts.host IS NOT NULL ORDER BY COALESCE(f.free, \(share)) DESC
        ) AS target
        CROSS JOIN LATERAL (
          SELECT d.id FROM \(scope.schema).deliveries d
          WHERE d.state = 'waiting' AND d.host = target.host AND d.due_at <= \(now)
            AND NOT EXISTS (
              SELECT 1 FROM \(scope.schema).deliveries earlier
              WHERE earlier.conversion_id = d.conversion_id AND earlier.postback_id = d.postback_id
                AND earlier.state = 'waiting' AND earlier.position < d.position)
          ORDER BY d.due_at LIMIT target.free FOR UPDATE SKIP LOCKED
        ) AS found
        LIMIT \(limit)
      )
      UPDATE \(scope.schema).deliveries AS d
      SET lease = \(lease), due_at = \(now + settings.lease), attempts = d.attempts + 1
      FROM due WHERE d.id = due.id
      RETURNING d.id, d.position, d.method, d.url, d.body, d.content_type, d.success_rule, d.host, d.attempts
      """)
    var claimed: [(position: Int64, delivery: ClaimedDelivery)] = []
    for row in rows {
      let delivery = ClaimedDelivery(
        id: try row.get("id"), message: try DeliveryStore.message(row), host: try row.get("host"),
        attempt: try row.get("attempts"), lease: lease)
      claimed.append((try row.get("position"), delivery))
    }
    return claimed.sorted { $0.position < $1.position }.map(\.delivery)
  }

  /// When the tenant has something to do next, `after` some time; nil when nothing waits.
  func nextDue(after time: Timestamp, of scope: TenantScope) async throws(DatabaseError) -> Timestamp? {
    try await scope.scalar(
      """
      SELECT due_at FROM \(scope.schema).deliveries WHERE state = 'waiting' AND due_at > \(time)
      ORDER BY due_at LIMIT 1
      """)
  }

  func waitingCount(of scope: TenantScope) async throws(DatabaseError) -> Int {
    try await scope.scalar("SELECT count(*) FROM \(scope.schema).deliveries WHERE state = 'waiting'") ?? 0
  }

  /// Writes what came of an attempt. False when the claim is lost: the lease ran out, or it was cancelled.
  @discardableResult
  func finish(
    _ delivery: ClaimedDelivery, _ verdict: DeliveryVerdict, of scope: TenantScope
  ) async throws(DatabaseError) -> Bool {
    let (state, due, ended): (Delivery.State, Timestamp?, Timestamp?) =
      switch verdict.step {
      case .delivered: (.delivered, nil, clock.now())
      case .retry(let pause): (.waiting, clock.now() + pause, nil)
      case .giveUp: (.dead, nil, clock.now())
      }
    return try await scope.execute(
      """
      UPDATE \(scope.schema).deliveries SET state = \(state.rawValue), lease = NULL,
        due_at = COALESCE(\(due), due_at), ended_at = \(ended), problem = \(verdict.problem?.storable),
        response_status = \(verdict.attempt.status), response_body = \(verdict.attempt.body),
        attempted_at = \(verdict.attempt.at), took_ms = \(verdict.attempt.milliseconds)
      WHERE id = \(delivery.id) AND lease = \(delivery.lease)
      """) == 1
  }

  /// Puts deliveries back as if they had not been claimed.
  func release(_ deliveries: [ClaimedDelivery], of scope: TenantScope) async throws(DatabaseError) {
    guard let lease = deliveries.first?.lease else { return }
    try await scope.execute(
      """
      UPDATE \(scope.schema).deliveries SET lease = NULL, due_at = \(clock.now()), attempts = attempts - 1
      WHERE id = ANY(\(deliveries.map(\.id))) AND lease = \(lease)
      """)
  }

  /// Gives up what was tried for too long, and what brought its runner down each time.
  func giveUpOverdue(of scope: TenantScope) async throws(DatabaseError) -> Int {
    let now = clock.now()
    return try await scope.execute(
      """
      UPDATE \(scope.schema).deliveries SET state = 'dead', lease = NULL, ended_at = \(now),
        problem = COALESCE(problem, 'The target did not answer in time.')
      WHERE state = 'waiting' AND due_at <= \(now)
        AND (give_up_at <= \(now) OR attempts >= \(Int32(settings.attempts)))
      """)
  }

  /// Adds a delivery unless this status of this conversion has one for this postback.
  /// - Returns: whether it is new.
  func insert(
    _ delivery: Delivery, in connection: Connection, schema: SchemaName
  ) async throws(DatabaseError) -> Bool {
    let message = delivery.message
    return try await connection.execute(
      """
      INSERT INTO \(schema).deliveries (id, conversion_id, click_id, status, postback_id, source_id, method, url, body,
        content_type, success_rule, host, state, due_at, give_up_at, problem, created_at, ended_at)
      VALUES (\(delivery.id), \(delivery.conversionID), \(delivery.clickID), \(delivery.status),
        \(delivery.postbackID), \(delivery.sourceID), \(message.method.rawValue), \(message.url.storable),
        \(message.body.storable), \(message.contentType), \(message.success?.json), \(message.host.storable),
        \(delivery.state.rawValue), \(delivery.dueAt), \(delivery.createdAt + settings.patience), \(delivery.problem), \(delivery.createdAt),
        \(delivery.endedAt))
      ON CONFLICT DO NOTHING
      """) == 1
  }

  /// Has a delivery tried again from its first attempt, whatever became of it. The id stays.
  /// - Parameter message: what to send now; nil leaves it as it was.
  func revive(
    _ id: UUIDv7, _ message: Delivery.Message?, in connection: Connection, schema: SchemaName
  ) async throws(DatabaseError) {
    let now = clock.now()
    if let message {
      try await connection.execute(
        """
        UPDATE \(schema).deliveries SET method = \(message.method.rawValue), url = \(message.url.storable),
          body = \(message.body.storable), content_type = \(message.contentType),
          success_rule = \(message.success?.json), host = \(message.host.storable)
        WHERE id = \(id) AND (state <> 'waiting' OR lease IS NULL)
        """)
    }
    try await connection.execute(
      """
      UPDATE \(schema).deliveries SET state = 'waiting', attempts = 0, due_at = \(now), ended_at = NULL,
        give_up_at = \(now + settings.patience)
      WHERE id = \(id) AND (state <> 'waiting' OR lease IS NULL)
      """)
  }
}

extension String {
  /// Postgres has no NUL in text.
  fileprivate var storable: String { replacing("\0", with: "\u{FFFD}") }
}
