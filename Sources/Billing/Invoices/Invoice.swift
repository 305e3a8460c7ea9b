public import Core
public import Database

/// What a customer is asked to pay, and for what. Once issued, only its payment changes it.
public struct Invoice: Hashable, Sendable, Identifiable {
  public enum Status: String, Sendable, CaseIterable, SQLValue, SQLDecodable {
    case open, paid
  }

  /// One thing that is charged for.
  public struct Line: Hashable, Sendable {
    public let description: String
    public let quantity: Int64
    public let unitAmount: Money
    public let amount: Money

    public init(description: String, quantity: Int64 = 1, unitAmount: Money) throws(MoneyFault) {
      self.description = description
      self.quantity = quantity
      self.unitAmount = unitAmount
      amount = try unitAmount.multiplied(by: quantity)
    }
  }

  public let id: Int64
  /// `2026-000042`: the year's series without gaps.
  public let number: String
  public let customerID: Int64
  public let subscriptionID: Int64?
  public let status: Status
  public let lines: [Line]
  public let subtotal: Money
  public let tax: Money
  public let total: Money
  public let issuedAt: Timestamp
  public let dueAt: Timestamp
  public let paidAt: Timestamp?
}

/// What an invoice is made from: the sums are worked out once, here.
struct InvoiceDraft {
  let customerID: Int64
  let subscriptionID: Int64?
  let lines: [Invoice.Line]
  let subtotal: Money
  let tax: Money
  let total: Money

  static let termOfPayment = Duration.seconds(14 * 86_400)

  init(
    customerID: Int64, subscriptionID: Int64?, currency: Currency, lines: [Invoice.Line]
  ) throws(MoneyFault) {
    self.customerID = customerID
    self.subscriptionID = subscriptionID
    self.lines = lines
    var sum = Money.zero(currency)
    for line in lines { sum = try sum.adding(line.amount) }
    subtotal = sum
    tax = .zero(currency)
    total = try sum.adding(tax)
  }
}
