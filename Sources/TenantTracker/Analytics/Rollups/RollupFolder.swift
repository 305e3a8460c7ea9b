public import Core
public import Database

/// Keeps a tenant's buckets: folds those that are missing, and again those whose clicks have changed.
///
/// Each step is a transaction with one view of the database, and only one of them runs at a time. So a mark that a step
/// sees tells of clicks that it sees too, and one that it doesn't see stays for the next.
public struct RollupFolder: Sendable {
  /// The rates into a currency for clicks of some time, as this executor sees them.
  public typealias Rates =
    @Sendable (Range<Timestamp>, Currency, any SQLExecutor, SchemaName) async throws -> ClickRates

  /// How long one bucket may take: hours with millions of clicks take minutes.
  private static let foldTime = Duration.minutes(15)

  let rates: Rates
  let clock: any WallClock
  let store = RollupStore()

  public init(clock: any WallClock, rates: @escaping Rates = { _, _, _, _ in ClickRates() }) {
    self.clock = clock
    self.rates = rates
  }

  /// One step: a connection with one view of the database, and up to when buckets may be folded.
  struct Turn: Sendable {
    let connection: Connection
    let schema: SchemaName
    let currency: Currency
    let closedUntil: Timestamp
  }

  /// What is missing of a local day: its hours that are over, and the day itself once all of it is over.
  /// - Returns: how many buckets were folded.
  @discardableResult
  public func build(_ day: Range<Timestamp>, in currency: Currency, of scope: TenantScope) async throws -> Int {
    try await turn(in: currency, of: scope) { turn in
      let there = try await buckets(overlapping: day, turn)
      var count = 0
      for hour in RollupBucket.hours(of: day) where hour.until <= turn.closedUntil {
        guard !there.contains(where: { $0.span == .hour && $0.range.overlaps(hour.range) }) else { continue }
        try await fold(hour, turn)
        count += 1
      }
      guard !there.contains(where: { $0.span == .day }), try await fold(RollupBucket(.day, day), turn) else {
        return count
      }
      return count + 1
    }
  }

  /// Folds again what the oldest marks are about: at most a day.
  /// - Returns: the time that they were about; nil when there was no mark.
  public func renew(in currency: Currency, of scope: TenantScope) async throws -> Range<Timestamp>? {
    try await turn(in: currency, of: scope) { turn in
      let schema = turn.schema
      // A history of rates begins long before the clicks: what concerns no bucket is not gone through day by day.
      try await turn.connection.execute(
        """
        DELETE FROM \(schema).rollup_marks WHERE cause = \(RollupMark.Cause.rates.rawValue) AND until <= COALESCE(
          (SELECT min(b.since) FROM \(schema).rollup_buckets b WHERE b.converts), 'infinity')
        """)
      guard
        let oldest = try await turn.connection.query(
          """
          SELECT m.since, COALESCE(d.until, m.since + interval '1 day') AS until FROM \(schema).rollup_marks m
          LEFT JOIN \(schema).rollup_buckets d ON d.span = 'day' AND d.since <= m.since AND d.until > m.since
          ORDER BY m.since, m.id, d.since LIMIT 1
          """
        ).first
      else { return nil }
      let range: Range<Timestamp> = try oldest.get("since")..<(oldest.get("until"))
      let stale = try await turn.connection.query(
        """
        SELECT span, since, until FROM \(schema).rollup_buckets b
        WHERE b.since < \(range.upperBound) AND b.until > \(range.lowerBound) AND EXISTS (
          SELECT 1 FROM \(schema).rollup_marks m
          WHERE m.since < LEAST(b.until, \(range.upperBound)::timestamptz) AND m.until > b.since
            AND (m.cause <> 'rates' OR b.converts))
        ORDER BY span DESC, since
        """
      ).map { row throws(DatabaseError) in try RollupBucket(row) }
      // Hours first: days are added up from them.
      for bucket in stale { try await replace(bucket, turn) }
      try await turn.connection.execute(
        "DELETE FROM \(schema).rollup_marks WHERE until <= \(range.upperBound)")
      try await turn.connection.execute(
        "UPDATE \(schema).rollup_marks SET since = \(range.upperBound) WHERE since < \(range.upperBound)")
      return range
    }
  }

  /// Folds a local day's buckets again, whether they are right or not, and what is missing of it.
  public func rebuild(_ day: Range<Timestamp>, in currency: Currency, of scope: TenantScope) async throws -> Int {
    let replaced = try await turn(in: currency, of: scope) { turn in
      let there = try await buckets(overlapping: day, turn)
      for bucket in there { try await replace(bucket, turn) }
      return there.count
    }
    return replaced + (try await build(day, in: currency, of: scope))
  }

  // One step

  private func turn<Answer: Sendable>(
    in currency: Currency, of scope: TenantScope, _ body: (Turn) async throws -> Answer
  ) async throws -> Answer {
    try await scope.transaction(.repeatableRead, retries: 3) { connection in
      try await store.takeTurn(in: connection, schema: scope.schema)
      let closedUntil = try await store.closedUntil(in: connection, schema: scope.schema)
      return try await body(
        Turn(connection: connection, schema: scope.schema, currency: currency, closedUntil: closedUntil))
    }
  }

  private func buckets(overlapping range: Range<Timestamp>, _ turn: Turn) async throws -> [RollupBucket] {
    try await turn.connection.query(
      """
      SELECT span, since, until FROM \(turn.schema).rollup_buckets
      WHERE since < \(range.upperBound) AND until > \(range.lowerBound) ORDER BY span DESC, since
      """
    ).map { row throws(DatabaseError) in try RollupBucket(row) }
  }

  /// - Returns: false for a day whose hours are not all there.
  @discardableResult
  private func fold(_ bucket: RollupBucket, _ turn: Turn) async throws -> Bool {
    let rates = try await rates(bucket.range, turn.currency, turn.connection, turn.schema)
    let fold = RollupFold(schema: turn.schema, currency: turn.currency, rates: rates)
    switch bucket.span {
    case .hour: try await turn.connection.execute(fold.hour(bucket, at: clock.now()), timeout: Self.foldTime)
    case .day:
      let hours = try await turn.connection.one(fold.hasAllHours(bucket))
      guard try hours.get("are_all", as: Bool.self) else { return false }
      try await turn.connection.execute(fold.day(bucket, at: clock.now()), timeout: Self.foldTime)
    }
    return true
  }

  /// Folds a bucket again unless its clicks are gone: then what was counted of them is all there is.
  private func replace(_ bucket: RollupBucket, _ turn: Turn) async throws {
    if try await hasLostClicks(bucket, turn) { return }
    try await store.remove(bucket, in: turn.connection, schema: turn.schema)
    try await fold(bucket, turn)
  }

  /// Clicks are never removed one by one, only with their partition when they have had their time.
  private func hasLostClicks(_ bucket: RollupBucket, _ turn: Turn) async throws -> Bool {
    try await turn.connection.one(
      """
      SELECT final OR (span = 'hour' AND hits > (
          SELECT count(*) FROM \(turn.schema).clicks WHERE ts >= \(bucket.since) AND ts < \(bucket.until)
        )) AS has_lost
      FROM \(turn.schema).rollup_buckets WHERE span = \(bucket.span.rawValue) AND since = \(bucket.since)
      """
    ).get("has_lost")
  }
}
