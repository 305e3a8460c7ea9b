public import Core
public import Database

/// How often a subscription is paid.
public enum BillingPeriod: String, Sendable, CaseIterable, SQLValue, SQLDecodable {
  case month, year

  var months: Int { self == .month ? 1 : 12 }

  /// When the period number `count` (1 is the first) ends that is counted from `anchor`, in UTC. Days that a month does
  /// not have become its last; counting from the anchor keeps the 31st from turning into the 28th for good.
  public func end(of count: Int, from anchor: Timestamp) -> Timestamp {
    let day = LocalDate(daysSinceEpoch: anchor.utcDay)
    let timeOfDay = anchor - day.utcMidnight
    let month = day.year * 12 + day.month - 1 + months * count
    let (year, index) = month.quotientAndRemainder(dividingBy: 12)
    let first = LocalDate.daysSinceEpoch(year: year, month: index + 1)
    let length = LocalDate.daysSinceEpoch(year: index == 11 ? year + 1 : year, month: (index + 1) % 12 + 1) - first
    return LocalDate(daysSinceEpoch: first + min(day.day, length) - 1).utcMidnight + timeOfDay
  }
}

extension Timestamp {
  /// Whole days since 1970-01-01 in UTC.
  fileprivate var utcDay: Int {
    let (quotient, remainder) = seconds.quotientAndRemainder(dividingBy: 86_400)
    return Int(remainder < 0 ? quotient - 1 : quotient)
  }
}

extension LocalDate {
  /// The first of a month; 0 beyond year 9999, where nothing is billed.
  fileprivate static func daysSinceEpoch(year: Int, month: Int) -> Int {
    LocalDate(year: year, month: month, day: 1)?.daysSinceEpoch ?? 0
  }
}
