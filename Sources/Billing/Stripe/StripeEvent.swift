public import Core

/// Something that happened at Stripe, as a webhook tells it.
public struct StripeEvent: Hashable, Sendable {
  /// What the event is about, as far as it matters to us.
  public enum Subject: Hashable, Sendable {
    case checkout, subscription, invoice, charge, dispute
  }

  public let id: String
  public let type: String
  /// Nil for an event that means nothing to us.
  public let subject: Subject?
  /// Of the object that it is about.
  public let objectID: String
  public let mode: StripeAccount.Mode
  /// By Stripe's clock, in whole seconds.
  public let createdAt: Timestamp
  /// The object as it was then; nil when it is in the shape of another version of the API.
  public let snapshot: JSONValue?

  /// - Throws: ``StripeError`` of kind `malformedAnswer` for what is no event.
  public init(_ body: [UInt8]) throws(StripeError) {
    guard let event = try? JSONValue.parse(body), event["object"]?.stringValue == "event",
      let object = event["data"]?["object"]
    else { throw .malformed("the event") }
    let fields = StripeFields(object: event, noun: "event")
    id = try fields.string("id")
    type = try fields.string("type")
    createdAt = try fields.time("created")
    mode = event["livemode"]?.boolValue == true ? .live : .test
    subject = Self.subject(of: type)
    // A refund tells of itself, but it is the charge that knows the sum of its refunds.
    let isRefund = object["object"]?.stringValue == "refund"
    objectID = (isRefund ? object["charge"]?.stringValue : object["id"]?.stringValue) ?? ""
    let isReadable = event["api_version"]?.stringValue == StripeClient.version && !isRefund
    snapshot = isReadable ? .some(object) : .none  // a plain nil would be JSON's null
    guard StripeID.isValid(id), type.utf8.count <= 100, subject == nil || isRefund || StripeID.isValid(objectID) else {
      throw .malformed("event.id")
    }
  }

  private static func subject(of type: String) -> Subject? {
    switch type {
    case "checkout.session.completed", "checkout.session.async_payment_succeeded": .checkout
    case "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted",
      "customer.subscription.paused", "customer.subscription.resumed":
      .subscription
    case "invoice.finalized", "invoice.paid", "invoice.payment_succeeded", "invoice.payment_failed",
      "invoice.payment_action_required", "invoice.updated", "invoice.voided", "invoice.marked_uncollectible":
      .invoice
    case "charge.refunded", "charge.refund.updated", "refund.created", "refund.updated", "refund.failed": .charge
    case "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed",
      "charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated":
      .dispute
    default: nil
    }
  }
}
