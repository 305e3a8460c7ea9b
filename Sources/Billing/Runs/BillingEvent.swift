/// What a billing run has just done, told in the transaction that does it: for the licence, mails and webhooks.
public enum BillingEvent: Sendable {
  case renewed(Subscription, Invoice)
  case collected(Subscription, Invoice)
  /// - attempt: from 1. With nil for `next` it was the last.
  case notCollected(Subscription, Invoice, CollectionOutcome, attempt: Int)
  case suspended(Subscription)
  case canceled(Subscription)
  /// - voided: the open invoices that were withdrawn with it.
  case expired(Subscription, voided: [Invoice])
  /// The provider refused to give money back: the customer has it to his credit.
  case refundFailed(Refund, Invoice)

  /// As it is after the event; nil for what is about an invoice alone.
  public var subscription: Subscription? {
    switch self {
    case .renewed(let subscription, _), .collected(let subscription, _), .notCollected(let subscription, _, _, _),
      .suspended(let subscription), .canceled(let subscription), .expired(let subscription, _):
      subscription
    case .refundFailed: nil
    }
  }
}

/// What a billing run did, in numbers.
public struct BillingReport: Hashable, Sendable {
  public var renewed = 0
  public var collected = 0
  public var notCollected = 0
  public var suspended = 0
  public var canceled = 0
  public var expired = 0
  public var refunded = 0
  public var refundsFailed = 0
  /// What could not be done, each as a short line; the next run tries again.
  public var failures: [String] = []

  mutating func count(_ event: BillingEvent) {
    switch event {
    case .renewed: renewed += 1
    case .collected: collected += 1
    case .notCollected: notCollected += 1
    case .suspended: suspended += 1
    case .canceled: canceled += 1
    case .expired: expired += 1
    case .refundFailed: refundsFailed += 1
    }
  }
}
