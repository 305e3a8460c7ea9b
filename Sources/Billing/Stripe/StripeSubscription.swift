public import Core

/// Stripe's subscription, as far as it concerns us.
public struct StripeSubscription: Hashable, Sendable {
  /// Stripe's states.
  public enum Status: String, Sendable, CaseIterable {
    case incomplete
    case incompleteExpired = "incomplete_expired"
    case trialing, active
    case pastDue = "past_due"
    case canceled, unpaid, paused
  }

  public let id: String
  public let customer: String
  public let status: Status
  /// Our subscription, which we told Stripe in its metadata; nil for one that is none of ours.
  public let ours: Int64?
  /// The one thing that is subscribed to, and its price.
  public let item: String
  public let price: String
  /// The period that has been invoiced last.
  public let periodStart: Timestamp
  public let periodEnd: Timestamp
  public let trialEnd: Timestamp?
  public let latestInvoice: String?
  public let endsWithPeriod: Bool
  /// When its end was asked for.
  public let canceledAt: Timestamp?
  public let endedAt: Timestamp?
  /// Stripe ended it because nobody paid.
  public let endedUnpaid: Bool

  /// - Throws: ``StripeError`` of kind `malformedAnswer`.
  public init(_ object: JSONValue) throws(StripeError) {
    let fields = StripeFields(object: object, noun: "subscription")
    id = try fields.string("id")
    customer = try fields.reference("customer")
    status = try fields.choice("status")
    ours = object["metadata"]?[Self.metadataKey]?.stringValue.flatMap { Int64($0) }
    guard let first = object["items"]?["data"]?.arrayValue?.first else { throw .malformed("subscription.items") }
    let item = StripeFields(object: first, noun: "subscription_item")
    self.item = try item.string("id")
    // Stripe's older objects call it a plan, with the same id.
    price = if let price = item.optionalReference("price") { price } else { try item.reference("plan") }
    periodStart = try fields.time("current_period_start")
    periodEnd = try fields.time("current_period_end")
    guard periodStart <= periodEnd else { throw .malformed("subscription.current_period_end") }
    latestInvoice = fields.optionalReference("latest_invoice")
    trialEnd = fields.optionalTime("trial_end")
    endsWithPeriod = object["cancel_at_period_end"]?.boolValue ?? false
    canceledAt = fields.optionalTime("canceled_at")
    endedUnpaid = object["cancellation_details"]?["reason"]?.stringValue == "payment_failed"
    endedAt = fields.optionalTime("ended_at")
  }

  /// Where a subscription at Stripe says which one of ours it is.
  static let metadataKey = "trackily_subscription"
}

extension StripeClient {
  public func subscription(_ id: String) async throws -> (subscription: StripeSubscription, asOf: Timestamp?) {
    let answer = try await get("/v1/subscriptions/\(id)")
    return (try StripeSubscription(answer.object), answer.asOf)
  }

  /// How the difference is paid when the price changes within a period.
  public enum Proration: String, Sendable {
    /// At once, by an invoice of its own.
    case invoiceNow = "always_invoice"
    /// Not at all: the new price begins with the next period.
    case none
  }

  /// Moves the subscription to another price.
  /// - Throws: ``StripeError`` of kind `cardDeclined` when the difference could not be collected; then nothing changed.
  public func change(
    _ subscription: StripeSubscription, toPrice price: String, proration: Proration
  ) async throws -> StripeSubscription {
    var fields: JSONObject = [
      "items": [["id": .string(subscription.item), "price": .string(price)]],
      "proration_behavior": .string(proration.rawValue),
    ]
    if proration == .invoiceNow { fields["payment_behavior"] = "error_if_incomplete" }
    return try StripeSubscription(await post("/v1/subscriptions/\(subscription.id)", fields, key: nil).object)
  }

  /// Lets it run out at the end of its period, or takes that back.
  public func setEndsWithPeriod(_ id: String, _ ends: Bool) async throws -> StripeSubscription {
    try StripeSubscription(
      await post("/v1/subscriptions/\(id)", ["cancel_at_period_end": .bool(ends)], key: nil).object)
  }

  /// Ends it now. What was paid for the rest of the period stays paid.
  public func cancel(_ id: String) async throws -> StripeSubscription {
    try StripeSubscription(await delete("/v1/subscriptions/\(id)", key: nil).object)
  }
}
