import Analytics
import Conversions
import Core
import Database

/// When a publisher's periods begin and end: local days of the tenant's zone, as instants half-open.
struct StatementCalendar: Sendable {
  let schedule: PayoutSchedule
  let zone: TimeZoneName
  let now: Timestamp
  /// Ends a period by hand, today at this moment; nil leaves it to the schedule.
  let lastDay: LocalDate?
  let executor: any SQLExecutor

  typealias Span = (days: ClosedRange<LocalDate>, period: Range<Timestamp>)

  /// Throws 422 for a day to come.
  func check() async throws {
    guard let lastDay, try await lastDay > day(of: now) else { return }
    throw Problem.invalid("to", "range", "must not be after today")
  }

  /// The period that what is open goes into, once it is over: the one it came in, or, where a statement covers that already,
  /// the next.
  /// - Parameter lastEnd: of the last statement; the period begins there at the earliest.
  func period(since: Timestamp, lastEnd: Timestamp?) async throws -> Span? {
    let moment = max(since, lastEnd ?? since)
    let first = try await day(of: moment)
    let scheduled = schedule.period(containing: first)
    let last = lastDay ?? scheduled.upperBound
    guard last >= first else { return nil }
    let bounds = try await instants(of: min(scheduled.lowerBound, last)...last)
    let end = lastDay == nil ? bounds.upperBound : min(bounds.upperBound, now)
    let start = max(bounds.lowerBound, lastEnd ?? bounds.lowerBound)
    guard end <= now, start < end else { return nil }
    return (try await day(of: start)...last, start..<end)
  }

  private func day(of moment: Timestamp) async throws -> LocalDate {
    try await executor.one("SELECT (\(moment)::timestamptz AT TIME ZONE \(zone.description))::date AS day").get("day")
  }

  private func instants(of days: ClosedRange<LocalDate>) async throws -> Range<Timestamp> {
    let window = try await ReportWindow.find(
      from: days.lowerBound, to: days.upperBound, zone: zone, now: now, in: executor)
    return window.start..<window.end
  }
}
