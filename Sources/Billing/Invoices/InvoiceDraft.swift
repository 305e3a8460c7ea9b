public import Core

/// What an invoice is made from: the sums are worked out once, here.
public struct InvoiceDraft: Sendable {
  /// What a coupon takes off.
  public struct Discount: Hashable, Sendable {
    public let couponID: Int64?
    public let amount: Money

    public init(couponID: Int64?, amount: Money) {
      self.couponID = couponID
      self.amount = amount
    }
  }

  /// For orders: the customer has not got anything yet.
  public static let orderTerm = Duration.days(14)
  /// For everything a running subscription owes: the day after which its licence is overdue.
  public static let runningTerm = Dunning.graceBegins

  public let customerID: Int64
  public let subscriptionID: Int64?
  public let purpose: Invoice.Purpose
  public let lines: [Invoice.Line]
  public let discount: Discount
  public let treatment: TaxTreatment
  public let term: Duration
  public let covers: Subscription.Span?
  /// Whether what the customer has to his credit pays it first.
  public let usesCredit: Bool
  public let providerReference: String?

  public let subtotal: Money
  public let tax: Money
  public let total: Money

  /// - Parameters:
  ///   - discount: at most the lines together; nil for none.
  ///   - term: how long after its issue it is due.
  /// - Throws: ``MoneyFault`` for sums that do not fit, and for lines that together with the discount are below zero.
  public init(
    customerID: Int64, subscriptionID: Int64? = nil, purpose: Invoice.Purpose, currency: Currency,
    lines: [Invoice.Line], discount: Discount? = nil, tax treatment: TaxTreatment = .none,
    term: Duration = InvoiceDraft.orderTerm, covers: Subscription.Span? = nil, usesCredit: Bool = true,
    providerReference: String? = nil
  ) throws(MoneyFault) {
    self.customerID = customerID
    self.subscriptionID = subscriptionID
    self.purpose = purpose
    self.lines = lines
    self.treatment = treatment
    self.term = term
    self.covers = covers
    self.usesCredit = usesCredit
    self.providerReference = providerReference
    let discount = discount ?? Discount(couponID: nil, amount: .zero(currency))
    self.discount = discount
    subtotal = try lines.map(\.amount).total(currency)
    let taxable = try subtotal.subtracting(discount.amount)
    guard taxable.minorUnits >= 0, discount.amount.minorUnits >= 0 else { throw .negative }
    tax = try treatment.tax(on: taxable)
    total = treatment.isInclusive ? taxable : try taxable.adding(tax)
  }
}
