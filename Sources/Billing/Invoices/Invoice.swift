public import Core
public import Database

/// What a customer is asked to pay, and for what. Once issued it is paid or voided, and credit notes take back from it;
/// nothing else changes it.
public struct Invoice: Hashable, Sendable, Identifiable {
  public enum Status: String, Sendable, CaseIterable, SQLValue, SQLDecodable {
    case open, paid
    /// Withdrawn before anything was paid on it. It keeps its number.
    case void
  }

  /// What it was issued for.
  public enum Purpose: String, Sendable, CaseIterable, SQLValue, SQLDecodable {
    case order, renewal, upgrade, wholesale, other
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

  /// The tax as it was when the invoice was issued.
  public struct TaxFacts: Hashable, Sendable {
    /// `VAT 19 %`; empty for none.
    public let label: String
    public let rate: Rate
    public let isInclusive: Bool
    public let isReverseCharge: Bool
  }

  public let id: Int64
  /// `2026-000042`: the year's series without gaps.
  public let number: String
  public let customerID: Int64
  public let subscriptionID: Int64?
  public let purpose: Purpose
  public let status: Status
  public let lines: [Line]
  /// The lines together.
  public let subtotal: Money
  public let discount: Money
  public let couponID: Int64?
  public let taxFacts: TaxFacts
  public let tax: Money
  /// What is asked for, tax included.
  public let total: Money
  /// What the customer's credit balance paid of it.
  public let creditApplied: Money
  /// What credit notes have taken back of the total, and of its tax.
  public let credited: Money
  public let creditedTax: Money
  /// What is still to be paid.
  public let due: Money
  /// The time of use that it is for.
  public let covers: Subscription.Span?
  public let billTo: BillingDetails
  public let issuedAt: Timestamp
  public let dueAt: Timestamp
  public let paidAt: Timestamp?
  public let voidedAt: Timestamp?
  /// What the provider calls it.
  public let providerReference: String?

  /// The total without its tax.
  public var net: Money { get throws(MoneyFault) { try total.subtracting(tax) } }
  /// What credit notes can still take back.
  public var creditable: Money { get throws(MoneyFault) { try total.subtracting(credited) } }

  public func isOverdue(at now: Timestamp) -> Bool { status == .open && dueAt <= now }
}
