import Core
import Database

/// The SQL that counts a bucket's clicks by every grouping at once.
struct RollupFold: Sendable {
  let schema: SchemaName
  let currency: Currency
  let rates: ClickRates

  /// What a row of a rollup has beside its key.
  static let values: SQL = "clicks, uniques, blocked, cost_micros, unconverted"

  /// `dimension, id, value, clicks, uniques, blocked, cost_micros, unconverted, hits, converts` from clicks.
  func rows(_ range: Range<Timestamp>) -> SQL {
    let dimensions = RollupDimension.all
    let columns = dimensions.compactMap(\.column)
    // A bit for each column that a set does not group by: all but one, or all of them.
    let all = (1 << columns.count) - 1
    let masks = columns.indices.map { all ^ (1 << (columns.count - 1 - $0)) }
    var (numbers, ids, values): (SQL, SQL, SQL) = ("", "", "")
    for (mask, dimension) in zip(masks, dimensions.dropFirst()) {
      guard let column = dimension.column else { continue }
      let mask = SQL(unescaped: "\(mask)")
      numbers += " WHEN \(mask) THEN \(unescaped: "\(dimension.number)")"
      if dimension.isEntity { ids += " WHEN \(mask) THEN \(column)" } else { values += " WHEN \(mask) THEN \(column)" }
    }
    let sets = columns.map { "(\($0))" as SQL } + ["()"]
    return """
      SELECT (CASE mask\(numbers) ELSE 0 END)::smallint AS dimension, CASE mask\(ids) END AS id,
        CASE mask\(values) END AS value, \(Self.values), hits, converts
      FROM (
        SELECT GROUPING(\(list(columns))) AS mask, \(list(columns)),
          (\(overClicks(.clicks)))::int AS clicks, (\(overClicks(.unique)))::int AS uniques,
          (\(overClicks(.blocked)))::int AS blocked,
          LEAST(GREATEST(\(overClicks(.cost)), -4e18), 4e18)::bigint AS cost_micros,
          (\(overClicks(.unconverted)))::int AS unconverted, count(*) AS hits,
          COALESCE(bool_or(status = 'ok' AND currency <> \(currency) AND cost_micros <> 0), false) AS converts
        FROM \(schema).clicks\(rates.isEmpty ? "" : rates.join)
        WHERE ts >= \(range.lowerBound) AND ts < \(range.upperBound)
        GROUP BY GROUPING SETS (\(list(sets)))
      ) sets
      """
  }

  /// Counts an hour's clicks.
  func hour(_ hour: RollupBucket, at time: Timestamp) -> SQL {
    store(hour, rows(hour.range), wide: nil, at: time)
  }

  /// Adds up a day's hours; what is wide in one of them is wide in the day.
  func day(_ day: RollupBucket, at time: Timestamp) -> SQL {
    let rows: SQL = """
      SELECT dimension, id, value, sum(clicks)::int AS clicks, sum(uniques)::int AS uniques,
        sum(blocked)::int AS blocked, LEAST(GREATEST(sum(cost_micros), -4e18), 4e18)::bigint AS cost_micros,
        sum(unconverted)::int AS unconverted, max(b.hits) AS hits, bool_or(b.converts) AS converts
      FROM \(schema).rollup_hours, (
        SELECT sum(hits) AS hits, bool_or(converts) AS converts FROM \(schema).rollup_buckets
        WHERE \(hours(of: day))
      ) b
      WHERE dimension = ANY (\(RollupDimension.numbers)::smallint[])
        AND since >= \(day.since) AND since < \(day.until)
        AND NOT dimension = ANY (ARRAY(SELECT w.dimension FROM \(wide(in: day)) w))
      GROUP BY dimension, id, value
      """
    return store(day, rows, wide: "SELECT w.dimension FROM \(wide(in: day)) w", at: time)
  }

  private func hours(of day: RollupBucket) -> SQL {
    "span = 'hour' AND since >= \(day.since) AND since < \(day.until)"
  }

  private func wide(in day: RollupBucket) -> SQL {
    """
    (SELECT DISTINCT dimension FROM \(schema).rollup_buckets, unnest(wide) AS dimension WHERE \(hours(of: day)))
    """
  }

  /// Whether a day's hours are all there, so that they can be added up.
  func hasAllHours(_ day: RollupBucket) -> SQL {
    """
    SELECT COALESCE(sum(until - since), interval '0') = \(day.until)::timestamptz - \(day.since)::timestamptz
      AND COALESCE(bool_and(currency = \(currency)), false) AS are_all
    FROM \(schema).rollup_buckets WHERE \(hours(of: day))
    """
  }

  /// The bucket and its rows, in one statement.
  private func store(_ bucket: RollupBucket, _ rows: SQL, wide: SQL?, at time: Timestamp) -> SQL {
    let mostKeys = SQL(unescaped: "\(bucket.span.mostKeys)")
    let before: SQL = wide.map { " UNION \($0)" } ?? ""
    return """
      WITH folded AS (\(rows)),
      sized AS (SELECT dimension, count(*) AS keys FROM folded GROUP BY dimension),
      stored AS (
        INSERT INTO \(schema).\(bucket.span.table) (since, dimension, id, value, \(Self.values))
        SELECT \(bucket.since), dimension, id, value, \(Self.values) FROM folded
        WHERE hits > 0 AND dimension IN (SELECT s.dimension FROM sized s WHERE s.keys <= \(mostKeys))
        ORDER BY dimension
      )
      INSERT INTO \(schema).rollup_buckets (span, since, until, currency, hits, converts, wide, folded_at)
      SELECT \(bucket.span.rawValue), \(bucket.since), \(bucket.until), \(currency), COALESCE(max(hits), 0)::bigint,
        COALESCE(bool_or(converts), false),
        ARRAY(SELECT s.dimension FROM sized s WHERE s.keys > \(mostKeys)\(before)), \(time)
      FROM folded WHERE dimension = 0
      """
  }

  private func overClicks(_ metric: BaseMetric) -> SQL {
    metric.overClicks(currency, converts: !rates.isEmpty) ?? "0"
  }

  private func list(_ items: [SQL]) -> SQL { SQL.joined(items, separator: ", ") }
}
