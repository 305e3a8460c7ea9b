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
  public var previous: LocalDateRange {
    LocalDateRange(from: from.adding(days: -dayCount), to: from.adding(days: -1)) ?? self
  }
}
