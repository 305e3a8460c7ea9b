public import Core

/// A time zone as the click path needs it: its offsets over the coming years, without a zone database behind it.
public struct LocalClock: Hashable, Sendable {
  /// Seconds east of UTC before the first change.
  private let firstOffset: Int
  private let changes: [ZoneRecord.Change]

  public static let utc = LocalClock(ZoneRecord(name: "UTC", firstOffset: 0, changes: []))

  public init(_ record: ZoneRecord) {
    firstOffset = LocalClock.plausible(record.firstOffset)
    changes = record.changes.sorted { $0.at < $1.at }.map {
      ZoneRecord.Change(at: $0.at, offset: LocalClock.plausible($0.offset))
    }
  }

  /// No zone was ever a whole day off.
  private static func plausible(_ offset: Int) -> Int { max(-86_400, min(offset, 86_400)) }

  /// Seconds east of UTC.
  public func offset(at time: Timestamp) -> Int { changes.last { $0.at <= time }?.offset ?? firstOffset }

  /// The local wall clock, as if it were UTC.
  func wallTime(at time: Timestamp) -> Timestamp {
    Timestamp(microseconds: time.microseconds + Int64(offset(at: time)) * 1_000_000)
  }

  /// 0...23.
  public func hour(at time: Timestamp) -> Int {
    let seconds = wallTime(at: time).seconds % 86_400
    return Int((seconds + 86_400) % 86_400 / 3_600)
  }

  /// Days since 1970 on the local calendar.
  public func day(at time: Timestamp) -> Int {
    let seconds = wallTime(at: time).seconds
    return Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
  }

  /// When a local day begins; where midnight comes twice or never, the first moment of the day.
  public func start(ofDay day: Int) -> Timestamp {
    let midnight = Timestamp(seconds: Int64(day) * 86_400)
    let candidates = Set(changes.map(\.offset) + [firstOffset]).map { midnight - .seconds($0) }
    return candidates.sorted().first { self.day(at: $0) == day } ?? midnight - .seconds(offset(at: midnight))
  }

  /// 0 is Monday, 6 Sunday.
  public func weekday(at time: Timestamp) -> Int { wallTime(at: time).utcDate.weekday }

  static let weekdayNames = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

  static func shortName(weekday: Int) -> String { String(weekdayNames[weekday].prefix(3)) }
}
