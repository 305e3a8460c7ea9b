extension Timestamp: Codable, CustomStringConvertible {
  /// `2026-11-21T10:00:00.123Z`: always UTC, always milliseconds.
  public var rfc3339: String {
    let (days, millisecondOfDay) = dayAndMillisecond
    let date = LocalDate(daysSinceEpoch: Int(days))
    return String(unsafeUninitializedCapacity: 32) { buffer in
      var writer = DigitWriter(buffer: buffer)
      writer.write(date.year, width: 4)
      writer.write(ascii: "-")
      writer.write(date.month, width: 2)
      writer.write(ascii: "-")
      writer.write(date.day, width: 2)
      writer.write(ascii: "T")
      writer.write(Int(millisecondOfDay / 3_600_000), width: 2)
      writer.write(ascii: ":")
      writer.write(Int(millisecondOfDay / 60_000 % 60), width: 2)
      writer.write(ascii: ":")
      writer.write(Int(millisecondOfDay / 1_000 % 60), width: 2)
      writer.write(ascii: ".")
      writer.write(Int(millisecondOfDay % 1_000), width: 3)
      writer.write(ascii: "Z")
      return writer.count
    }
  }

  public var description: String { rfc3339 }

  /// Reads `2026-11-21T10:00:00[.fraction](Z|+hh:mm)`; a blank may stand for the `T`. Digits past microseconds are cut.
  /// Nil for what falls outside of years 1 to 9999 in UTC too.
  public init?(rfc3339 text: some StringProtocol) {
    var digits = DigitReader(text.utf8)
    guard let year = digits.number(width: 4), digits.skip("-"), let month = digits.number(width: 2), digits.skip("-"),
      let day = digits.number(width: 2), let date = LocalDate(year: year, month: month, day: day),
      digits.skip("T") || digits.skip("t") || digits.skip(" "),
      let hour = digits.number(width: 2), hour < 24, digits.skip(":"), let minute = digits.number(width: 2),
      minute < 60,
      digits.skip(":"), let second = digits.number(width: 2), second <= 60
    else { return nil }
    var fraction = 0
    if digits.skip(".") {
      guard let microseconds = digits.fraction(digits: 6) else { return nil }
      fraction = microseconds
    }
    var offsetMinutes = 0
    if !(digits.skip("Z") || digits.skip("z")) {
      let sign: Int
      if digits.skip("+") { sign = 1 } else if digits.skip("-") { sign = -1 } else { return nil }
      guard let hours = digits.number(width: 2), hours < 24, digits.skip(":"), let minutes = digits.number(width: 2),
        minutes < 60
      else { return nil }
      offsetMinutes = sign * (hours * 60 + minutes)
    }
    guard digits.isAtEnd else { return nil }
    let secondsOfDay = hour * 3_600 + (minute - offsetMinutes) * 60 + second
    let seconds = date.daysSinceEpoch * 86_400 + secondsOfDay
    guard LocalDate.years1To9999.contains(seconds.flooredQuotient(86_400)) else { return nil }
    self.init(microseconds: Int64(seconds) * 1_000_000 + Int64(fraction))
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let time = Timestamp(rfc3339: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 timestamp")
    }
    self = time
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(rfc3339)
  }

  /// Days since the epoch and the millisecond within that UTC day.
  private var dayAndMillisecond: (days: Int64, millisecond: Int64) {
    let days = milliseconds.flooredQuotient(86_400_000)
    return (days, milliseconds - days * 86_400_000)
  }

  /// The UTC calendar day of this moment.
  public var utcDate: LocalDate { LocalDate(daysSinceEpoch: Int(dayAndMillisecond.days)) }
}
