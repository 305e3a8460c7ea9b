/// What a plan costs for one period in one currency.
public struct Price: Hashable, Sendable, Identifiable {
  public let id: Int64
  public let planID: Int64
  public let period: BillingPeriod
  public let amount: Money

  /// What it brings in a month, a year's price rounded half to even.
  public var monthly: Money {
    get throws(MoneyFault) { period == .month ? amount : try amount.share(1, of: 12) }
  }
}
