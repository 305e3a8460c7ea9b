public import Core

/// What somebody wants to buy.
public struct OrderRequest: Hashable, Sendable {
  public let plan: String
  public let period: BillingPeriod
  public let currency: Currency
  public let email: EmailAddress
  /// As the customer typed it.
  public let coupon: String?

  public init(plan: String, period: BillingPeriod, currency: Currency, email: EmailAddress, coupon: String? = nil) {
    self.plan = plan
    self.period = period
    self.currency = currency
    self.email = email
    self.coupon = coupon
  }
}

/// An order as it was taken: with its customer, its subscription that waits for money, and the invoice to pay. When the
/// coupon and the customer's credit pay all of it, the invoice is paid and the subscription runs.
public struct Order: Hashable, Sendable, Identifiable {
  public let id: Int64
  public let plan: Plan
  public let customer: Customer
  public let subscription: Subscription
  public let invoice: Invoice
}

/// What a payment settled. Whoever gives something for the money does it when `isNew`.
public struct SettledInvoice: Hashable, Sendable {
  public let invoice: Invoice
  public let payment: Payment
  /// With the period that is now paid for; nil for an invoice without one.
  public let subscription: Subscription?
  /// False when the same payment was told before.
  public let isNew: Bool
}
