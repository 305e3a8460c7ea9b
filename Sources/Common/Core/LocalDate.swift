/// A calendar day without a time zone (proleptic Gregorian), as reports are asked for.
public struct LocalDate: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
  public let year: Int
  public let month: Int
  public let day: Int

  /// Nil when no such day exists; years 1 to 9999.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    let date = LocalDate(unchecked: year, month, day)
    guard LocalDate(daysSinceEpoch: date.daysSinceEpoch) == date else { return nil }
    self = date
  }

  /// Reads `2026-11-21`.
  public init?(_ text: some StringProtocol) {
    var digits = DigitReader(text.utf8)
    guard let year = digits.number(width: 4), digits.skip("-"), let month = digits.number(width: 2), digits.skip("-"),
      let day = digits.number(width: 2), digits.isAtEnd
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// 0001-01-01 to 9999-12-31 as days since 1970-01-01.
  static let years1To9999 = -719_162...2_932_896

  /// From the count of days since 1970-01-01 (Howard Hinnant's civil-from-days). What lies before year 1 is its first
  /// day, what lies after 9999 its last: a date always has four digits for its year.
  public init(daysSinceEpoch days: Int) {
    let shifted = min(max(days, Self.years1To9999.lowerBound), Self.years1To9999.upperBound) + 719_468
    let era = shifted.flooredQuotient(146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    self.init(unchecked: year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private init(unchecked year: Int, _ month: Int, _ day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  public var daysSinceEpoch: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = shiftedYear.flooredQuotient(400)
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// 0 is Monday, 6 Sunday (ISO 8601).
  public var weekday: Int {
    let days = daysSinceEpoch + 3
    return days - days.flooredQuotient(7) * 7
  }

  /// Stops at the first and the last day that a date can name.
  public func adding(days: Int) -> LocalDate { LocalDate(daysSinceEpoch: daysSinceEpoch + days) }

  /// Midnight UTC at the start of this day.
  public var utcMidnight: Timestamp { Timestamp(seconds: Int64(daysSinceEpoch) * 86_400) }

  public var description: String {
    String(unsafeUninitializedCapacity: 10) { buffer in
      var writer = DigitWriter(buffer: buffer)
      writer.write(year, width: 4)
      writer.write(ascii: "-")
      writer.write(month, width: 2)
      writer.write(ascii: "-")
      writer.write(day, width: 2)
      return writer.count
    }
  }

  public static func < (left: LocalDate, right: LocalDate) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let date = LocalDate(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a date like 2026-11-21")
    }
    self = date
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
