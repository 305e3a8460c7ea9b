import Core
import Database

extension RollupStore {
  /// More stretches than these are not worth their conditions: then it is all read from clicks.
  private static let mostPieces = 300

  /// Finds out what of some time can be counted from rollups: whole days first, whole hours beside them. Buckets with a
  /// mark, wide ones and those that straddle two of the report's days or hours are left to the clicks.
  func cover(
    _ range: Range<Timestamp>, for request: ReportRequest, by dimension: RollupDimension, in currency: Currency,
    of connection: Connection, schema: SchemaName
  ) async throws -> RollupCover {
    var cover = RollupCover(raw: range)
    for span in [RollupSpan.day, .hour] {
      let gaps = cover.ranges(.raw)
      guard !gaps.isEmpty else { break }
      let conditions = fitting(request, dimension, currency)
      let rows = try await connection.query(runs(of: span, within: gaps, where: conditions, schema))
      let runs = try rows.map { row throws(DatabaseError) -> Range<Timestamp> in
        let since: Timestamp = try row.get("since")
        return since..<(try row.get("until"))
      }
      cover.use(runs, of: span)
    }
    return cover.pieces.count <= Self.mostPieces ? cover : RollupCover(raw: range)
  }

  private func fitting(_ request: ReportRequest, _ dimension: RollupDimension, _ currency: Currency) -> [SQL] {
    var conditions: [SQL] = [
      "b.currency = \(currency)", "NOT \(unescaped: "\(dimension.number)")::smallint = ANY (b.wide)",
    ]
    let zone = request.zone.description
    let first: SQL = "(b.since AT TIME ZONE \(zone))"
    let last: SQL = "((b.until - interval '1 microsecond') AT TIME ZONE \(zone))"
    for grouping in request.groupings where grouping.isTime {
      conditions.append("\(first)::date = \(last)::date")
      if grouping == .hour { conditions.append("extract(hour FROM \(first)) = extract(hour FROM \(last))") }
    }
    return conditions
  }

  /// Buckets that follow one another without a gap, as one stretch.
  private func runs(
    of span: RollupSpan, within gaps: [Range<Timestamp>], where conditions: [SQL], _ schema: SchemaName
  ) -> SQL {
    """
    SELECT min(since) AS since, max(until) AS until FROM (
      SELECT since, until, count(*) FILTER (WHERE follows IS NOT TRUE) OVER (ORDER BY since) AS run FROM (
        SELECT b.since, b.until, lag(b.until) OVER (ORDER BY b.since) = b.since
          AND lag(gap.since) OVER (ORDER BY b.since) = gap.since AS follows
        FROM unnest(\(gaps.map(\.lowerBound))::timestamptz[], \(gaps.map(\.upperBound))::timestamptz[])
          AS gap (since, until)
        JOIN \(schema).rollup_buckets b ON b.span = \(span.rawValue) AND b.since >= gap.since AND b.since < gap.until
          AND b.until <= gap.until
        WHERE \(SQL.joined(conditions, separator: " AND "))
          AND NOT EXISTS (
            SELECT 1 FROM \(schema).rollup_marks m
            WHERE m.since < b.until AND m.until > b.since AND (m.cause <> 'rates' OR b.converts))
      ) bucket
    ) numbered GROUP BY run
    """
  }
}
