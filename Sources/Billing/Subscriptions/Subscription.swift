public import Core
public import Database

/// A customer's standing order for a plan, paid period by period. How it changes is in the transitions beside this.
public struct Subscription: Hashable, Sendable, Identifiable {
  public enum Status: String, Sendable, CaseIterable, SQLValue, SQLDecodable {
    /// Ordered; the first invoice is not paid yet.
    case incomplete
    case trialing, active
    /// The current period's invoice, or an upgrade's, is not paid.
    case pastDue = "past_due"
    /// Unpaid for so long that the licence does not work any more.
    case suspended
    /// Ended because somebody wanted it to.
    case canceled
    /// Ended because nobody paid.
    case expired

    public var hasEnded: Bool { self == .canceled || self == .expired }
  }

  /// Who runs it through its periods and collects for it.
  public enum Provider: String, Sendable, CaseIterable, SQLValue, SQLDecodable {
    /// We do: ``BillingRun``.
    case manual
    case stripe
  }

  /// What it becomes with the next period.
  public struct ScheduledPrice: Hashable, Sendable {
    public let priceID: Int64
    public let planID: Int64
    public let period: BillingPeriod

    public init(_ price: Price) {
      self.init(priceID: price.id, planID: price.planID, period: price.period)
    }

    init(priceID: Int64, planID: Int64, period: BillingPeriod) {
      self.priceID = priceID
      self.planID = planID
      self.period = period
    }
  }

  public let id: Int64
  public let customerID: Int64
  public internal(set) var provider: Provider
  /// What the provider calls it.
  public internal(set) var providerReference: String?
  public internal(set) var planID: Int64
  public internal(set) var priceID: Int64
  public internal(set) var period: BillingPeriod
  public internal(set) var status: Status
  /// The first period's start; all later ones are counted from it.
  public internal(set) var anchor: Timestamp?
  /// The period of now, or the trial; nil before the first payment.
  public internal(set) var current: Span?
  /// The end of the newest period that is paid for; nil while nothing has been paid.
  public internal(set) var paidUntil: Timestamp?
  public internal(set) var trialEnd: Timestamp?
  public internal(set) var cancelsAtPeriodEnd = false
  /// When its end was asked for.
  public internal(set) var canceledAt: Timestamp?
  public internal(set) var endedAt: Timestamp?
  public internal(set) var scheduled: ScheduledPrice?
  public internal(set) var coupon: AppliedCoupon?
  /// When the oldest of its unpaid invoices was issued; nil when all are paid.
  public internal(set) var unpaidSince: Timestamp?
  public let createdAt: Timestamp

  public init(
    id: Int64, customerID: Int64, provider: Provider = .manual, providerReference: String? = nil, planID: Int64,
    priceID: Int64, period: BillingPeriod, status: Status, anchor: Timestamp? = nil, current: Span? = nil,
    createdAt: Timestamp
  ) {
    self.id = id
    self.customerID = customerID
    self.provider = provider
    self.providerReference = providerReference
    self.planID = planID
    self.priceID = priceID
    self.period = period
    self.status = status
    self.anchor = anchor
    self.current = current
    self.createdAt = createdAt
  }

  /// Whether it brings money month by month: it counts as recurring revenue.
  public var isRecurring: Bool { status == .active || status == .pastDue }
}
