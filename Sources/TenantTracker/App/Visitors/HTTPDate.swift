import Core

/// The Date field of answers, written once a second.
struct HTTPDate {
  private var second: Int64 = .min
  private var text = ""

  /// `Sat, 21 Nov 2026 10:00:00 GMT`.
  mutating func text(at time: Timestamp) -> String {
    let now = time.seconds
    if now != second {
      second = now
      text = HTTPDate.text(second: now, on: time.utcDate)
    }
    return text
  }

  private static func text(second: Int64, on date: LocalDate) -> String {
    let second = Int(second - Int64(date.daysSinceEpoch) * 86_400)
    let clock = [second / 3_600, second / 60 % 60, second % 60].map(twoDigits).joined(separator: ":")
    let weekday = weekdays[((date.daysSinceEpoch % 7) + 7) % 7]
    return "\(weekday), \(twoDigits(date.day)) \(months[date.month - 1]) \(date.year) \(clock) GMT"
  }

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  /// The epoch was a Thursday.
  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
