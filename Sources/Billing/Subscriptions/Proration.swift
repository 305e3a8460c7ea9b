public import Core

extension Subscription {
  /// A time of use: from its start to its end, which is the next one's start.
  public struct Span: Hashable, Sendable {
    public let start: Timestamp
    public let end: Timestamp

    public init(start: Timestamp, end: Timestamp) {
      self.start = start
      self.end = end
    }
  }
}

/// Which part of a period something is charged or credited for, to the second.
public struct Proration: Hashable, Sendable {
  public static let whole = Proration(seconds: 1, of: 1)

  public let seconds: Int64
  /// Of the whole period; above zero.
  public let total: Int64

  private init(seconds: Int64, of total: Int64) {
    self.seconds = seconds
    self.total = total
  }

  /// What of `span` lies after `now`: nothing once it is over, all of it before it begins.
  public init(after now: Timestamp, of span: Subscription.Span) {
    total = max(1, span.end.seconds - span.start.seconds)
    seconds = min(max(0, span.end.seconds - now.seconds), total)
  }

  public func of(_ amount: Money) throws(MoneyFault) -> Money { try amount.share(seconds, of: total) }
}
