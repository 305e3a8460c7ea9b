public import Core
public import Database

/// The instants between which a report's local days lie.
public struct ReportWindow: Sendable, Hashable {
  public let days: LocalDateRange
  /// The first instant of the first day.
  public let start: Timestamp
  /// The first instant after the last day.
  public let end: Timestamp
  /// The days that they are compared with; right before unless asked for otherwise.
  public let previousDays: LocalDateRange
  public let previousStart: Timestamp
  /// The first instant after ``previousDays``; earlier when only a part of them is compared.
  public let previousEnd: Timestamp

  init(
    days: LocalDateRange, start: Timestamp, end: Timestamp, previousDays: LocalDateRange? = nil,
    previousStart: Timestamp, previousEnd: Timestamp? = nil
  ) {
    self.days = days
    self.start = start
    self.end = end
    self.previousDays = previousDays ?? days.previous
    self.previousStart = previousStart
    self.previousEnd = previousEnd ?? start
  }

  /// The last instant of the last day.
  public var lastMoment: Timestamp { Timestamp(microseconds: end.microseconds - 1) }

  /// How many days the compared ones are before.
  public var daysBetween: Int { days.from.daysSinceEpoch - previousDays.from.daysSinceEpoch }

  /// Finds the window of `from` to `to`, local days of `zone`. Without `to` it ends today; without `from` it spans thirty
  /// days.
  ///
  /// A local day is half-open and begins at its first instant, which is not always the instant that 00:00 names: where
  /// the clock is put forward at midnight there is none, where it is put back over midnight there are two, and a day that
  /// an island skipped is empty. So the first instant with that date (or, if skipped, a later one) is looked for around
  /// 00:00, in the quarters of an hour that all zones keep to.
  /// - Parameter cutsComparison: if some of the window is to come, what it is compared with ends as far before as well:
  ///   today until now is set beside yesterday until this time.
  /// - Throws: 422 for a zone that Postgres does not know, or days in the wrong order.
  public static func find(
    from: LocalDate?, to: LocalDate?, zone: TimeZoneName, now: Timestamp, comparison: ReportComparison = .previous,
    cutsComparison: Bool = false, in executor: some SQLExecutor
  ) async throws -> ReportWindow {
    let days = try await knowingZone { try await Self.days(from: from, to: to, zone: zone, now: now, in: executor) }
    let previous = days.compared(comparison)
    let edges = [days.from, days.to.adding(days: 1), previous.from, previous.to.adding(days: 1)]
    let instants = try await firstInstants(of: edges, zone: zone, in: executor)
    var previousEnd = instants[3]
    if cutsComparison, now < instants[1] {
      previousEnd = min(previousEnd, max(instants[2], instants[2] + (now - instants[0])))
    }
    return ReportWindow(
      days: days, start: instants[0], end: instants[1], previousDays: previous, previousStart: instants[2],
      previousEnd: previousEnd)
  }

  /// - Throws: as ``find(from:to:zone:now:comparison:cutsComparison:in:)``.
  static func firstInstants(
    of days: [LocalDate], zone: TimeZoneName, in executor: some SQLExecutor
  ) async throws -> [Timestamp] {
    try await knowingZone {
      let rows = try await executor.query(
        """
        SELECT (
          SELECT min(instant)
          FROM generate_series(midnight - interval '3 hours', midnight + interval '3 hours', interval '15 minutes') instant
          WHERE (instant AT TIME ZONE \(zone.description))::date >= day
        ) AS first_instant
        FROM (
          SELECT position, day, day::timestamp AT TIME ZONE \(zone.description) AS midnight
          FROM unnest(\(days)::date[]) WITH ORDINALITY AS edge (day, position)
        ) days
        ORDER BY position
        """)
      return try rows.map { row throws(DatabaseError) in try row.get("first_instant", as: Timestamp.self) }
    }
  }

  private static func knowingZone<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    do {
      return try await body()
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
