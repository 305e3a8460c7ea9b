public import Core
public import Database

/// All SQL on rollups.
public struct RollupStore: Sendable {
  public init() {}

  /// How far a tenant's rollups are.
  public struct State: Sendable, Hashable {
    /// Buckets are folded before this moment only.
    public let closedUntil: Timestamp
    /// That days and hours are of.
    public let zone: TimeZoneName
    public let hasMarks: Bool
  }

  public func state(of scope: TenantScope) async throws -> State {
    let row = try await scope.one(
      """
      SELECT closed_until, zone, EXISTS (SELECT 1 FROM \(scope.schema).rollup_marks) AS has_marks
      FROM \(scope.schema).rollup_state WHERE id = 1
      """)
    return State(
      closedUntil: try row.get("closed_until"), zone: TimeZoneName(try row.get("zone", as: String.self)) ?? .utc,
      hasMarks: try row.get("has_marks"))
  }

  /// Up to when clicks are rolled up, apart from what has marks.
  func closedUntil(in connection: Connection, schema: SchemaName) async throws(DatabaseError) -> Timestamp {
    try await connection.one("SELECT closed_until FROM \(schema).rollup_state WHERE id = 1").get("closed_until")
  }

  /// Lets buckets be folded up to `time`. Waits for whoever is adding clicks; who adds some to the time before from now
  /// on leaves marks.
  public func close(until time: Timestamp, of scope: TenantScope) async throws(DatabaseError) {
    try await scope.execute(
      "UPDATE \(scope.schema).rollup_state SET closed_until = \(time) WHERE id = 1 AND closed_until < \(time)")
  }

  /// When the first click came that is still there; nil without clicks.
  public func firstClick(of scope: TenantScope) async throws -> Timestamp? {
    try await scope.first("SELECT id FROM \(scope.schema).clicks ORDER BY id LIMIT 1")?
      .get("id", as: ClickID.self).timestamp
  }

  /// Sees to it that days and hours are of `zone`, and costs in `currency`: buckets that are not go, if their clicks are
  /// still there to be folded again. Those whose clicks are gone are final from now on.
  /// - Returns: whether some went, or the zone is another now: then days are missing.
  public func arrange(
    zone: TimeZoneName, currency: Currency, firstClick: Timestamp, of scope: TenantScope
  ) async throws -> Bool {
    let schema = scope.schema
    return try await scope.transaction { connection in
      try await takeTurn(in: connection, schema: schema)
      let moved = try await connection.execute(
        "UPDATE \(schema).rollup_state SET zone = \(zone.description) WHERE id = 1 AND zone <> \(zone.description)")
      try await connection.execute(
        """
        UPDATE \(schema).rollup_buckets SET final = true WHERE until <= \(firstClick.hour) AND hits > 0 AND NOT final
        """)
      let stale: SQL = moved > 0 ? "true" : "b.currency <> \(currency)"
      // The first click may lie within a bucket that has lost none, such as its day.
      let buckets = try await connection.query(
        """
        SELECT b.span, b.since, b.until FROM \(schema).rollup_buckets b
        WHERE NOT b.final AND \(stale)
          AND (b.since >= \(firstClick.hour) OR b.hits = 0 OR (b.until > \(firstClick.hour)
            AND b.hits = (SELECT count(*) FROM \(schema).clicks c WHERE c.ts >= b.since AND c.ts < b.until)))
        """)
      for bucket in buckets { try await remove(try RollupBucket(bucket), in: connection, schema: schema) }
      return moved > 0 || !buckets.isEmpty
    }
  }

  /// Of those who fold, one at a time: what they see does not change meanwhile. To be said before anything is read.
  func takeTurn(in connection: Connection, schema: SchemaName) async throws(DatabaseError) {
    try await connection.execute("LOCK TABLE \(schema).rollup_buckets IN SHARE ROW EXCLUSIVE MODE")
  }

  func remove(_ bucket: RollupBucket, in connection: Connection, schema: SchemaName) async throws(DatabaseError) {
    try await connection.execute(
      """
      DELETE FROM \(schema).\(bucket.span.table)
      WHERE dimension = ANY (\(RollupDimension.numbers)::smallint[]) AND since = \(bucket.since)
      """)
    try await connection.execute(
      "DELETE FROM \(schema).rollup_buckets WHERE span = \(bucket.span.rawValue) AND since = \(bucket.since)")
  }
}

extension RollupBucket {
  init(_ row: Row) throws(DatabaseError) {
    let since: Timestamp = try row.get("since")
    let span = RollupSpan(rawValue: try row.get("span")) ?? .hour
    self.init(span, since..<(try row.get("until")))
  }
}
