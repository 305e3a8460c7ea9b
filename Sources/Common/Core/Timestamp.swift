/// A moment in time: microseconds since 1970-01-01T00:00:00Z, the resolution Postgres keeps.
public struct Timestamp: Hashable, Comparable, Sendable {
  public var microseconds: Int64

  public init(microseconds: Int64) { self.microseconds = microseconds }
  public init(milliseconds: Int64) { self.microseconds = milliseconds * 1_000 }
  public init(seconds: Int64) { self.microseconds = seconds * 1_000_000 }

  /// Whole milliseconds, rounded towards the past.
  public var milliseconds: Int64 { microseconds.flooredQuotient(1_000) }
  /// Whole seconds, rounded towards the past.
  public var seconds: Int64 { microseconds.flooredQuotient(1_000_000) }

  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

  public static func + (time: Timestamp, duration: Duration) -> Timestamp {
    Timestamp(microseconds: time.microseconds + duration.wholeMicroseconds)
  }

  public static func - (time: Timestamp, duration: Duration) -> Timestamp {
    Timestamp(microseconds: time.microseconds - duration.wholeMicroseconds)
  }

  public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
    .microseconds(later.microseconds - earlier.microseconds)
  }

  public static func += (time: inout Timestamp, duration: Duration) { time = time + duration }
  public static func -= (time: inout Timestamp, duration: Duration) { time = time - duration }
}

extension Duration {
  /// Microseconds, the rest below one cut off.
  public var wholeMicroseconds: Int64 {
    components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
  }

  public static func minutes(_ count: Int64) -> Duration { .seconds(count * 60) }
  public static func hours(_ count: Int64) -> Duration { .seconds(count * 3_600) }
  /// Days of 24 hours; local days are ``LocalDate``'s matter.
  public static func days(_ count: Int64) -> Duration { .seconds(count * 86_400) }
}

extension BinaryInteger {
  /// The quotient rounded towards negative infinity, as calendars need it before 1970.
  func flooredQuotient(_ divisor: Self) -> Self {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
