public import Core

/// What of a payment was given back or is disputed.
public struct PaymentReversals: Sendable, Hashable, Codable {
  public struct Refund: Sendable, Hashable, Codable {
    public var amount: Micros
    /// Nil: the payment's.
    public var currency: Currency?

    public init(amount: Micros, currency: Currency? = nil) {
      self.amount = amount
      self.currency = currency
    }
  }

  /// A customer's bank takes the money back until it has decided.
  public struct Dispute: Sendable, Hashable, Codable {
    public enum State: Int, Sendable, Codable {
      case open, won, lost
    }

    public var amount: Micros
    public var state: State

    public init(amount: Micros, state: State) {
      self.amount = amount
      self.state = state
    }
  }

  /// By the shop's id of each.
  public var refunds: [String: Refund] = [:]
  /// Of all refunds so far, where the shop tells but the sum.
  public var refundedInAll = Micros.zero
  public var isFullyRefunded = false
  public var disputes: [String: Dispute] = [:]

  public init() {}

  mutating func add(_ other: PaymentReversals) {
    refunds.merge(other.refunds) { $0.amount < $1.amount ? $1 : $0 }
    refundedInAll = max(refundedInAll, other.refundedInAll)
    isFullyRefunded = isFullyRefunded || other.isFullyRefunded
    disputes.merge(other.disputes) { mine, theirs in
      Dispute(
        amount: max(mine.amount, theirs.amount),
        state: mine.state.rawValue < theirs.state.rawValue ? theirs.state : mine.state)
    }
  }

  /// In the currency of the payment.
  func refunded(of payment: OrderPayment.Statement) -> Micros {
    if isFullyRefunded { return payment.amount }
    let sum = refunds.values.reduce(Micros.zero) { sum, refund in
      Micros(rawValue: sum.rawValue.addingReportingOverflow(payment.inItsCurrency(refund).rawValue).partialValue)
    }
    return max(sum, refundedInAll)
  }

  func disputed(_ state: Dispute.State) -> Micros {
    Micros(
      rawValue: disputes.values.filter { $0.state == state }.reduce(0) {
        $0.addingReportingOverflow($1.amount.rawValue).partialValue
      })
  }
}

extension OrderPayment.Statement {
  /// A refund in the currency that the customer saw is the same part of the payment in the shop's.
  fileprivate func inItsCurrency(_ refund: PaymentReversals.Refund) -> Micros {
    guard let other = refund.currency, other != currency, let shown, shown.currency == other, shown.amount > .zero
    else { return refund.amount }
    return refund.amount.scaled(from: shown.amount, to: amount)
  }
}
