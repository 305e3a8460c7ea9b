public import Core
public import Database

/// Says that clicks have changed since they were rolled up: until those buckets are folded again, reports read the clicks
/// themselves. A mark belongs into the transaction of the change.
public enum RollupMark {
  public enum Cause: String, Sendable {
    /// Clicks that came late.
    case clicks
    case costs
    /// Between currencies; only buckets with costs in others are concerned.
    case rates
  }

  /// Marks the hours of clicks that a transaction is about to add, as far as those are closed. From here to the end of
  /// the transaction no hour is closed, so that none is folded without these clicks.
  public static func adding(
    clicksAt times: some Sequence<Timestamp>, in connection: Connection, schema: SchemaName
  ) async throws(DatabaseError) {
    let state = try await connection.one(
      "SELECT closed_until FROM \(schema).rollup_state WHERE id = 1 FOR SHARE")
    let closedUntil: Timestamp = try state.get("closed_until")
    let hours = Set(times.lazy.filter { $0 < closedUntil }.map(\.hour)).sorted()
    guard !hours.isEmpty else { return }
    try await connection.execute(
      """
      INSERT INTO \(schema).rollup_marks (since, until, cause)
      SELECT h.hour, h.hour + interval '1 hour', \(Cause.clicks.rawValue) FROM unnest(\(hours)::timestamptz[]) AS h (hour)
      """)
  }

  /// Marks the hours of clicks whose cost a statement changes.
  /// - Parameter update: an `UPDATE` of `clicks` that returns each one's `ts`.
  public static func costs(changedBy update: SQL, schema: SchemaName) -> SQL {
    """
    WITH changed AS (\(update))
    INSERT INTO \(schema).rollup_marks (since, until, cause)
    SELECT DISTINCT date_bin('1 hour', ts, '2000-01-01 00:00:00+00'),
      date_bin('1 hour', ts, '2000-01-01 00:00:00+00') + interval '1 hour', \(Cause.costs.rawValue)
    FROM changed
    """
  }

  /// Marks the days whose costs are converted with rates that a statement changes.
  /// - Parameters:
  ///   - change: a statement that returns the `day` of each rate.
  ///   - reach: for how many days a rate serves after its own.
  /// - Returns: a statement that tells the `count` of them.
  public static func rates(changedBy change: SQL, reach: Int, schema: SchemaName) -> SQL {
    """
    WITH changed AS (\(change)),
    marked AS (
      INSERT INTO \(schema).rollup_marks (since, until, cause)
      SELECT DISTINCT day::timestamp AT TIME ZONE 'UTC', (day + \(reach + 1)::int)::timestamp AT TIME ZONE 'UTC',
        \(Cause.rates.rawValue)
      FROM changed
    )
    SELECT count(*) AS count FROM changed
    """
  }
}

extension Timestamp {
  /// The first moment of its hour, in UTC.
  var hour: Timestamp {
    let rest = seconds % 3_600
    return Timestamp(seconds: seconds - (rest < 0 ? rest + 3_600 : rest))
  }
}
