/// What a plan costs for one period in one currency.
public struct Price: Hashable, Sendable, Identifiable {
  public let id: Int64
  public let planID: Int64
  public let period: BillingPeriod
  public let amount: Money
}
