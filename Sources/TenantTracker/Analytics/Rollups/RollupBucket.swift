public import Core

/// An hour or a day of the tenant's time zone: what is folded at once, and from then on counted from rollups.
public struct RollupBucket: Sendable, Hashable {
  public let span: RollupSpan
  public let since: Timestamp
  public let until: Timestamp

  public init(_ span: RollupSpan, _ range: Range<Timestamp>) {
    self.span = span
    since = range.lowerBound
    until = range.upperBound
  }

  public var range: Range<Timestamp> { since..<until }

  /// The hours that a local day consists of. They are counted from its first instant, so that they are whole hours of
  /// the zone whatever its offset; where clocks are moved by half an hour the last one is shorter.
  static func hours(of day: Range<Timestamp>) -> [RollupBucket] {
    var hours: [RollupBucket] = []
    var since = day.lowerBound
    while since < day.upperBound {
      let until = min(since + .hours(1), day.upperBound)
      hours.append(RollupBucket(.hour, since..<until))
      since = until
    }
    return hours
  }
}
