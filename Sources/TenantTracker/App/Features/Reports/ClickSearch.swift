import Core
import Database

/// The way through the click log, one stretch of time after the other: each is bounded, so its statement reads only the
/// partitions that it lies in. Where little is found the next stretch is longer.
struct ClickSearch: Sendable {
  let isOldestFirst: Bool
  /// What has not been looked at yet.
  private(set) var left: Range<ClickID>
  private var span = Self.firstSpan

  private static let firstSpan = Duration.days(1)
  private static let longestSpan = Duration.days(20_000)

  /// - Parameters:
  ///   - bounds: all that may be looked at.
  ///   - cursor: the last id that was seen.
  init(_ bounds: Range<ClickID>, after cursor: ClickID?, isOldestFirst: Bool) {
    self.isOldestFirst = isOldestFirst
    var (start, end) = (bounds.lowerBound, bounds.upperBound)
    if let cursor {
      if isOldestFirst { start = max(start, cursor.next) } else { end = min(end, cursor) }
    }
    left = start..<max(start, end)
  }

  /// The next stretch; nil when nothing is left.
  var stretch: Range<ClickID>? {
    guard !left.isEmpty else { return nil }
    if isOldestFirst {
      return left
        .lowerBound..<min(left.upperBound, max(left.lowerBound.next, .first(at: left.lowerBound.timestamp + span)))
    }
    return max(left.lowerBound, .first(at: left.upperBound.timestamp - span))..<left.upperBound
  }

  /// - Parameter isFull: the stretch was cut off because too much was in it.
  mutating func pass(_ stretch: Range<ClickID>, isFull: Bool) {
    left =
      isOldestFirst
      ? min(stretch.upperBound, left.upperBound)..<left.upperBound
      : left.lowerBound..<max(stretch.lowerBound, left.lowerBound)
    if !isFull { span = min(span * 4, Self.longestSpan) }
  }

  /// The cursor with which the search goes on from here.
  var cursor: ClickID { isOldestFirst ? left.lowerBound.previous : left.upperBound }

  /// The stretch up to its last id that is to be looked at.
  func cut(_ stretch: Range<ClickID>, at last: ClickID) -> Range<ClickID> {
    isOldestFirst ? stretch.lowerBound..<last.next : last..<stretch.upperBound
  }
}

extension Range<ClickID> {
  /// The bounds on `ts`, which is the id's millisecond, choose partitions; those on the id serve within one.
  var condition: SQL {
    """
    ts >= \(lowerBound.timestamp) AND ts <= \(upperBound.previous.timestamp) AND id >= \(lowerBound) AND id < \(upperBound)
    """
  }
}

extension UUIDv7 {
  /// The neighbours in the order of ids, which need be no version 7; the last one has none and is its own.
  var next: UUIDv7 {
    guard low == .max else { return UUIDv7(high: high, low: low + 1) }
    return high == .max ? self : UUIDv7(high: high + 1, low: 0)
  }

  var previous: UUIDv7 {
    guard low == 0 else { return UUIDv7(high: high, low: low - 1) }
    return high == 0 ? self : UUIDv7(high: high - 1, low: .max)
  }
}
