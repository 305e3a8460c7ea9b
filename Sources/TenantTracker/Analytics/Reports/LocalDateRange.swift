public import Core

/// Whole days of some time zone, both ends included.
public struct LocalDateRange: Sendable, Hashable {
  public let from: LocalDate
  public let to: LocalDate

  /// Nil when `to` is before `from`.
  public init?(from: LocalDate, to: LocalDate) {
    guard from <= to else { return nil }
    self.from = from
    self.to = to
  }

  public var dayCount: Int { to.daysSinceEpoch - from.daysSinceEpoch + 1 }

  /// As many days right before.
  public var previous: LocalDateRange { shifted(by: -dayCount) }

  /// The days that a report sets beside these: as many. A year before 29 February begins on 28 February.
  public func compared(_ comparison: ReportComparison) -> LocalDateRange {
    switch comparison {
    case .previous: previous
    case .day: shifted(by: -1)
    case .week: shifted(by: -7)
    case .year: shifted(by: from.yearBefore.daysSinceEpoch - from.daysSinceEpoch)
    }
  }

  private func shifted(by days: Int) -> LocalDateRange {
    LocalDateRange(from: from.adding(days: days), to: to.adding(days: days)) ?? self
  }
}

extension LocalDate {
  fileprivate var yearBefore: LocalDate {
    LocalDate(year: year - 1, month: month, day: day) ?? LocalDate(year: year - 1, month: month, day: 28) ?? self
  }
}
