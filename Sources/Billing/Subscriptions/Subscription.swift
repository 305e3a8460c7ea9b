public import Core
public import Database

/// A customer's standing order for a plan, paid period by period.
public struct Subscription: Hashable, Sendable, Identifiable {
  public enum Status: String, Sendable, CaseIterable, SQLValue, SQLDecodable {
    /// Ordered; the first invoice is not paid yet.
    case incomplete
    case trialing, active
    case pastDue = "past_due"
    case suspended, canceled, expired
  }

  /// What a period of use runs from and to; the end is the next one's start.
  public struct Span: Hashable, Sendable {
    public let start: Timestamp
    public let end: Timestamp
  }

  public let id: Int64
  public let customerID: Int64
  public let planID: Int64
  public let priceID: Int64
  public let period: BillingPeriod
  public private(set) var status: Status
  /// The first period's start; all later ones are counted from it.
  public private(set) var anchor: Timestamp?
  /// The newest period that is paid for; nil before the first payment.
  public private(set) var current: Span?
  public let createdAt: Timestamp

  public init(
    id: Int64, customerID: Int64, planID: Int64, priceID: Int64, period: BillingPeriod, status: Status,
    anchor: Timestamp?, current: Span?, createdAt: Timestamp
  ) {
    self.id = id
    self.customerID = customerID
    self.planID = planID
    self.priceID = priceID
    self.period = period
    self.status = status
    self.anchor = anchor
    self.current = current
    self.createdAt = createdAt
  }

  /// The next period has been paid: the first one starts with the payment, each later one where the last ended.
  public mutating func paid(at now: Timestamp) throws(BillingError) {
    switch status {
    case .incomplete, .trialing, .active, .pastDue, .suspended: break
    case .canceled, .expired: throw .illegalTransition(from: status)
    }
    let anchor = anchor ?? now
    let start = current?.end ?? anchor
    var count = 1
    while period.end(of: count, from: anchor) <= start { count += 1 }
    self.anchor = anchor
    current = Span(start: start, end: period.end(of: count, from: anchor))
    status = .active
  }
}
