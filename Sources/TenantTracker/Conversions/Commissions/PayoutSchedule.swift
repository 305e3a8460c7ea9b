public import Core

/// When a publisher's commissions are reckoned up, and when they are to be paid.
public struct PayoutSchedule: Sendable, Hashable {
  public enum Interval: String, Sendable, CaseIterable {
    /// Monday to Sunday.
    case weekly
    /// Two such weeks, counted from Monday, 5 January 1970.
    case biweekly
    /// The calendar month.
    case monthly
  }

  public var interval: Interval
  /// Days from the period's last to the day of payment.
  public var netDays: Int

  public init(_ interval: Interval, netDays: Int) {
    self.interval = interval
    self.netDays = netDays
  }

  /// The period that a local day lies in, both ends included. Periods follow each other without a gap.
  public func period(containing day: LocalDate) -> ClosedRange<LocalDate> {
    switch interval {
    case .weekly: return weeks(1, day)
    case .biweekly: return weeks(2, day)
    case .monthly:
      let first = day.adding(days: 1 - day.day)
      let next = first.adding(days: 31)
      return first...next.adding(days: -next.day)
    }
  }

  /// 5 January 1970 was a Monday.
  private func weeks(_ count: Int, _ day: LocalDate) -> ClosedRange<LocalDate> {
    let length = 7 * count
    let offset = (day.daysSinceEpoch - 4) % length
    let first = day.adding(days: -(offset < 0 ? offset + length : offset))
    return first...first.adding(days: length - 1)
  }

  public func dueDate(ofPeriodTo day: LocalDate) -> LocalDate { day.adding(days: netDays) }
}
