import Conversions
import Core
import Database

/// All SQL that writes the postback log: every inbound hit as it came and what became of it.
struct PostbackLogStore: Sendable {
  /// Whether the hit has been processed to its end.
  func contains(_ hitID: UUIDv7, of scope: TenantScope) async throws(DatabaseError) -> Bool {
    try await scope.first("SELECT 1 AS one FROM \(scope.schema).postback_log WHERE id = \(hitID)") != nil
  }

  /// What the log keeps of a hit.
  static let insertedColumns: SQL = """
    id, at, channel, headers, ip, method, path_key, query, content_type, body, outcome, detail, click_id, conversion_id,
    network_id, unmapped_word
    """

  /// A hit's row of ``insertedColumns``.
  static func values(_ hit: PostbackHit, _ verdict: PostbackVerdict) -> SQL {
    let outcome = verdict.outcome
    return """
      (\(hit.id), \(hit.receivedAt), \(hit.channel.rawValue), \(hit.headersJSON), \(hit.address),
        \(hit.method.rawValue), \(hit.pathKey?.storable), \(hit.query.storable), \(hit.contentType?.storable),
        \(body(of: hit, after: outcome)), \(outcome.code), \(outcome.explanation?.storable), \(verdict.clickID),
        \(outcome.conversionID), \(verdict.networkID), \(verdict.unmappedWord))
      """
  }

  /// What is kept of a hit's body; nil for none. What has written something is not processed again, so of a shop's report
  /// the customer's data go then; until then it is kept as it came, signature and all.
  private static func body(of hit: PostbackHit, after outcome: PostbackOutcome) -> [UInt8]? {
    guard !hit.body.isEmpty else { return nil }
    let isOver = !PostbackOutcome.fruitlessCodes.contains(outcome.code)
    return hit.channel.isShop && isOver ? ShopBody.withoutCustomer(hit.body) : hit.body
  }

  /// - Returns: false when the hit is in the log already.
  @discardableResult
  func insert(
    _ hit: PostbackHit, _ verdict: PostbackVerdict, in executor: any SQLExecutor, schema: SchemaName
  ) async throws(DatabaseError) -> Bool {
    let inserted = try await executor.execute(
      """
      INSERT INTO \(schema).postback_log (\(Self.insertedColumns)) VALUES \(Self.values(hit, verdict))
      ON CONFLICT (id) DO NOTHING
      """)
    return inserted == 1
  }

  /// Writes how another attempt ended.
  /// - Returns: false when the hit has written something by now.
  func update(
    _ hit: PostbackHit, _ verdict: PostbackVerdict, at now: Timestamp, in executor: any SQLExecutor, schema: SchemaName
  ) async throws(DatabaseError) -> Bool {
    let outcome = verdict.outcome
    let updated = try await executor.execute(
      """
      UPDATE \(schema).postback_log SET outcome = \(outcome.code), detail = \(outcome.explanation?.storable),
        click_id = \(verdict.clickID), conversion_id = \(outcome.conversionID), network_id = \(verdict.networkID),
        unmapped_word = \(verdict.unmappedWord), body = \(Self.body(of: hit, after: outcome)), attempts = attempts + 1,
        processed_at = \(now)
      WHERE id = \(hit.id) AND outcome = ANY (\(PostbackOutcome.fruitlessCodes))
      """)
    return updated == 1
  }

  /// Drops what is older than the tenant keeps it.
  func removeOld(before time: Timestamp, of scope: TenantScope) async throws(DatabaseError) {
    // Ids sort by time, and have an index.
    let end = UUIDv7(high: UInt64(max(time.milliseconds, 0)) << 16, low: 0)
    for _ in 0..<Self.mostBatches {
      let removed = try await scope.execute(
        """
        DELETE FROM \(scope.schema).postback_log WHERE id IN (
          SELECT id FROM \(scope.schema).postback_log WHERE id < \(end) ORDER BY id LIMIT \(Self.batch))
        """)
      if removed < Self.batch { return }
    }
  }

  /// Rows that one statement removes, and statements of one round: a log that grew for long shrinks over some rounds.
  private static let (batch, mostBatches) = (10_000, 50)
}

extension String {
  /// Postgres has no NUL in text.
  fileprivate var storable: String { replacing("\0", with: "\u{FFFD}") }
}
