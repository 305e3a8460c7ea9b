public import Core
public import Database

/// The instants between which a report's local days lie.
public struct ReportWindow: Sendable, Hashable {
  public let days: LocalDateRange
  /// The first instant of the first day.
  public let start: Timestamp
  /// The first instant after the last day.
  public let end: Timestamp
  /// The first instant of as many days before; the last one is ``start``.
  public let previousStart: Timestamp

  /// Finds the window of `from` to `to`, local days of `zone`. Without `to` it ends today; without `from` it spans thirty
  /// days.
  ///
  /// A local day is half-open and begins at its first instant, which is not always the instant that 00:00 names: where
  /// the clock is put forward at midnight there is none, where it is put back over midnight there are two, and a day that
  /// an island skipped is empty. So the first instant with that date (or, if skipped, a later one) is looked for around
  /// 00:00, in the quarters of an hour that all zones keep to.
  /// - Throws: 422 for a zone that Postgres does not know, or days in the wrong order.
  public static func find(
    from: LocalDate?, to: LocalDate?, zone: TimeZoneName, now: Timestamp, in executor: some SQLExecutor
  ) async throws -> ReportWindow {
    do {
      let days = try await days(from: from, to: to, zone: zone, now: now, in: executor)
      let edges = [days.from, days.to.adding(days: 1), days.previous.from]
      let rows = try await executor.query(
        """
        SELECT (
          SELECT min(instant)
          FROM generate_series(midnight - interval '3 hours', midnight + interval '3 hours', interval '15 minutes') instant
          WHERE (instant AT TIME ZONE \(zone.description))::date >= day
        ) AS first_instant
        FROM (
          SELECT position, day, day::timestamp AT TIME ZONE \(zone.description) AS midnight
          FROM unnest(\(edges)::date[]) WITH ORDINALITY AS edge (day, position)
        ) days
        ORDER BY position
        """)
      let instants = try rows.map { row throws(DatabaseError) in try row.get("first_instant", as: Timestamp.self) }
      return ReportWindow(days: days, start: instants[0], end: instants[1], previousStart: instants[2])
    } catch let error as DatabaseError where error.sqlState == "22023" {
      throw Problem.invalid("tz", "time_zone", "must be an IANA time zone such as Europe/Berlin")
    }
  }

  private static func days(
    from: LocalDate?, to: LocalDate?, zone: TimeZoneName, now: Timestamp, in executor: some SQLExecutor
  ) async throws -> LocalDateRange {
    var last = to
    if last == nil {
      last = try await executor.scalar(
        "SELECT (\(now)::timestamptz AT TIME ZONE \(zone.description))::date AS today", as: LocalDate.self)
    }
    guard let last else { throw Problem.internalError() }
    guard let days = LocalDateRange(from: from ?? last.adding(days: -29), to: last) else {
      throw Problem.invalid("from", "range", "must not be after to")
    }
    return days
  }
}
