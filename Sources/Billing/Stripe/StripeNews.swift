public import Core

/// The state of one of Stripe's objects that we are about to take over.
public struct StripeNews: Sendable {
  public enum Content: Hashable, Sendable {
    case subscription(StripeSubscription)
    case invoice(StripeInvoice)
    /// - refunds: all of the charge, the oldest first.
    case charge(StripeCharge, refunds: [StripeRefund])
    case dispute(StripeDispute)
  }

  public let content: Content
  /// What was known of the object when this was decided or asked for.
  public let known: StripeObjectState?
  /// By Stripe's clock: the state is as it was then.
  public let asOf: Timestamp

  public init(_ content: Content, known: StripeObjectState?, asOf: Timestamp) {
    self.content = content
    self.known = known
    self.asOf = asOf
  }

  /// Stripe's name for the object.
  public var id: String {
    switch content {
    case .subscription(let subscription): subscription.id
    case .invoice(let invoice): invoice.id
    case .charge(let charge, _): charge.id
    case .dispute(let dispute): dispute.id
    }
  }
}
