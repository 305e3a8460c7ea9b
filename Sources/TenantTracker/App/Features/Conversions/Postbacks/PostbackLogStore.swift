import Conversions
import Core
import Database

/// All SQL on the postback log: every inbound hit as it came and what became of it.
struct PostbackLogStore: Sendable {
  /// Whether the hit has been processed to its end.
  func contains(_ hitID: UUIDv7, of scope: TenantScope) async throws(DatabaseError) -> Bool {
    try await scope.first("SELECT 1 AS one FROM \(scope.schema).postback_log WHERE id = \(hitID)") != nil
  }

  /// - Returns: false when the hit is in the log already.
  @discardableResult
  func insert(
    _ hit: PostbackHit, _ outcome: PostbackOutcome, click: ClickID?, in executor: any SQLExecutor, schema: SchemaName
  ) async throws(DatabaseError) -> Bool {
    let inserted = try await executor.execute(
      """
      INSERT INTO \(schema).postback_log
        (id, at, channel, headers, ip, method, path_key, query, content_type, body, outcome, detail, click_id,
         conversion_id)
      VALUES (\(hit.id), \(hit.receivedAt), \(hit.channel.rawValue), \(hit.headersJSON), \(hit.address),
        \(hit.method.rawValue), \(hit.pathKey?.storable),
        \(hit.query.storable), \(hit.contentType?.storable), \(hit.body.isEmpty ? nil : hit.body), \(outcome.code),
        \(outcome.explanation?.storable), \(click), \(outcome.conversionID))
      ON CONFLICT (id) DO NOTHING
      """)
    return inserted == 1
  }
}

extension String {
  /// Postgres has no NUL in text.
  fileprivate var storable: String { replacing("\0", with: "\u{FFFD}") }
}
