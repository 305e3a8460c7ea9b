/// Who moves the money. Its calls go over the network or to people, so they are made outside of transactions; what came
/// of them is booked afterwards.
public protocol PaymentProvider: Sendable {
  /// Tries to get an open invoice paid.
  /// - Parameter attempt: from 1. The same attempt of the same invoice asked for again charges nobody twice.
  /// - Throws: when it is not known what came of it; the same attempt may then be made again.
  func collect(invoice: Invoice, customer: Customer, attempt: Int) async throws -> CollectionOutcome

  /// Gives money back.
  /// - Parameters:
  ///   - amount: in the payment's currency, at most what is left of it.
  ///   - key: the same one never gives back twice.
  func refund(payment: Payment, amount: Money, key: String) async throws -> RefundOutcome
}

/// What came of an attempt to get paid.
public enum CollectionOutcome: Hashable, Sendable {
  /// - reference: what the provider calls the payment.
  case paid(reference: String)
  /// - code: for programs, such as `card_declined`.
  /// - message: for the customer.
  case declined(code: String, message: String)
  /// Somebody has to do something first: transfer the money, or confirm it at their bank.
  case waiting
}

/// What came of giving money back.
public enum RefundOutcome: Hashable, Sendable {
  /// It is on its way.
  case refunded(reference: String)
  case declined(code: String, message: String)
  /// The staff have to transfer it.
  case waiting
}

/// Without a payment provider: customers transfer the money by themselves, and the staff say when it came.
public struct ManualProvider: PaymentProvider {
  public init() {}

  public func collect(invoice: Invoice, customer: Customer, attempt: Int) async throws -> CollectionOutcome { .waiting }

  public func refund(payment: Payment, amount: Money, key: String) async throws -> RefundOutcome { .waiting }
}
