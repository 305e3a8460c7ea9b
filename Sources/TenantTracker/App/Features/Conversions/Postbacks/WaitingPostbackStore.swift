import Conversions
import Core
import Database

/// All SQL on postbacks that wait for their click.
struct WaitingPostbackStore: Sendable {
  func insert(_ hit: PostbackHit, of scope: TenantScope) async throws(DatabaseError) {
    try await scope.execute(
      """
      INSERT INTO \(scope.schema).waiting_postbacks (id, at, channel, headers, ip, method, path_key, query, content_type, body)
      VALUES (\(hit.id), \(hit.receivedAt), \(hit.channel.rawValue), \(hit.headersJSON), \(hit.address), \(hit.method.rawValue), \(hit.pathKey), \(hit.query),
        \(hit.contentType), \(hit.body))
      ON CONFLICT (id) DO NOTHING
      """)
  }

  /// The oldest that came after `last`.
  func some(_ count: Int, after last: UUIDv7?, of scope: TenantScope) async throws(DatabaseError) -> [PostbackHit] {
    let rows = try await scope.query(
      """
      SELECT id, channel, headers, ip, method, path_key, query, content_type, body FROM \(scope.schema).waiting_postbacks
      WHERE \(last)::uuid IS NULL OR id > \(last) ORDER BY id LIMIT \(count)
      """)
    var hits: [PostbackHit] = []
    for row in rows {
      hits.append(
        PostbackHit(
          id: try row.get("id"), channel: InboundChannel(rawValue: try row.get("channel")) ?? .postback,
          method: PostbackHit.Method(rawValue: try row.get("method")) ?? .get,
          pathKey: try row.get("path_key"), query: try row.get("query"), contentType: try row.get("content_type"),
          body: try row.get("body"), headers: PostbackHit.headers(try row.get("headers", as: JSONValue.self)),
          address: try row.get("ip")))
    }
    return hits
  }

  func remove(_ id: UUIDv7, of scope: TenantScope) async throws(DatabaseError) {
    try await scope.execute("DELETE FROM \(scope.schema).waiting_postbacks WHERE id = \(id)")
  }
}
