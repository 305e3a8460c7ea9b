public import Core
import Database

/// The instants between which a report's local days lie.
public struct ReportWindow: Sendable, Hashable {
  public let days: LocalDateRange
  /// The first instant of the first day.
  public let start: Timestamp
  /// The first instant after the last day.
  public let end: Timestamp
  /// The first instant of as many days before; the last one is ``start``.
  public let previousStart: Timestamp

  /// Finds the window of the days asked for.
  ///
  /// A local day is half-open and begins at its first instant, which is not always the instant that 00:00 names: where
  /// the clock is put forward at midnight there is none, where it is put back over midnight there are two, and a day that
  /// an island skipped is empty. So the first instant with that date (or, if skipped, a later one) is looked for around
  /// 00:00, in the quarters of an hour that all zones keep to.
  /// - Throws: 422 for a zone that Postgres does not know, or a range that is too long or upside down.
  static func find(_ request: ReportRequest, now: Timestamp, in executor: some SQLExecutor) async throws -> ReportWindow {
    do {
      let days = try await days(of: request, now: now, in: executor)
      let edges = [days.from, days.to.adding(days: 1), days.previous.from]
      let rows = try await executor.query(
        """
        SELECT (
          SELECT min(instant)
          FROM generate_series(midnight - interval '3 hours', midnight + interval '3 hours', interval '15 minutes') instant
          WHERE (instant AT TIME ZONE \(request.zone.description))::date >= day
        ) AS first_instant
        FROM (
          SELECT position, day, day::timestamp AT TIME ZONE \(request.zone.description) AS midnight
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
    of request: ReportRequest, now: Timestamp, in executor: some SQLExecutor
  ) async throws -> LocalDateRange {
    var to = request.to
    if to == nil {
      to = try await executor.scalar(
        "SELECT (\(now)::timestamptz AT TIME ZONE \(request.zone.description))::date AS today", as: LocalDate.self)
    }
    guard let to else { throw Problem.internalError() }
    let from = request.from ?? to.adding(days: -29)
    guard let days = LocalDateRange(from: from, to: to) else {
      throw Problem.invalid("from", "range", "must not be after to")
    }
    guard days.dayCount <= ReportRequest.mostDays else {
      throw Problem.invalid("from", "range", "a report may span \(ReportRequest.mostDays) days")
    }
    return days
  }
}
