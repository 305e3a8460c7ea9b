public import Core

/// A page of Stripe's on which a customer subscribes.
public struct StripeCheckout: Hashable, Sendable {
  public let id: String
  /// Where the customer goes; nil once it is done or has run out.
  public let url: String?
  /// Our subscription that is paid for.
  public let ours: Int64?
  public let customer: String?
  /// Stripe's subscription, once there is one.
  public let subscription: String?
  /// The first invoice, once there is one.
  public let invoice: String?
  public let isComplete: Bool
  public let expiresAt: Timestamp

  /// - Throws: ``StripeError`` of kind `malformedAnswer`.
  public init(_ object: JSONValue) throws(StripeError) {
    let fields = StripeFields(object: object, noun: "checkout_session")
    id = try fields.string("id")
    url = fields.optionalString("url")
    ours = fields.optionalString("client_reference_id").flatMap { Int64($0) }
    customer = fields.optionalReference("customer")
    subscription = fields.optionalReference("subscription")
    invoice = fields.optionalReference("invoice")
    isComplete = fields.optionalString("status") == "complete"
    expiresAt = try fields.time("expires_at")
  }
}

extension StripeCheckout {
  /// What is to be paid, and where the browser goes then.
  public struct Order: Sendable {
    /// Ours, which waits for its first payment.
    public var subscription: Int64
    /// Stripe's names.
    public var customer: String
    public var price: String
    public var taxRate: String?
    public var coupon: String?
    public var successURL: String
    /// Where the browser goes when the customer turns back.
    public var cancelURL: String

    public init(
      subscription: Int64, customer: String, price: String, taxRate: String?, coupon: String?, successURL: String,
      cancelURL: String
    ) {
      self.subscription = subscription
      self.customer = customer
      self.price = price
      self.taxRate = taxRate
      self.coupon = coupon
      self.successURL = successURL
      self.cancelURL = cancelURL
    }

    fileprivate var fields: JSONObject {
      let number = JSONValue.string(String(subscription))
      let metadata: JSONValue = [StripeSubscription.metadataKey: number]
      var data: JSONObject = ["metadata": metadata]
      if let taxRate { data["default_tax_rates"] = [.string(taxRate)] }
      var fields: JSONObject = [
        "mode": "subscription", "customer": .string(customer), "client_reference_id": number,
        "line_items": [["price": .string(price), "quantity": 1]], "success_url": .string(successURL),
        "cancel_url": .string(cancelURL), "metadata": metadata, "subscription_data": .object(data),
      ]
      if let coupon { fields["discounts"] = [["coupon": .string(coupon)]] }
      return fields
    }
  }
}

extension StripeClient {
  /// - Parameter key: the same one leads to the same checkout.
  public func startCheckout(_ order: StripeCheckout.Order, key: String) async throws -> StripeCheckout {
    try StripeCheckout(await post("/v1/checkout/sessions", order.fields, key: "checkout-\(key)").object)
  }

  public func checkout(_ id: String) async throws -> (checkout: StripeCheckout, asOf: Timestamp?) {
    let answer = try await get("/v1/checkout/sessions/\(id)")
    return (try StripeCheckout(answer.object), answer.asOf)
  }

  /// Nobody can pay there any more.
  /// - Throws: when it is not open any more.
  public func expireCheckout(_ id: String) async throws {
    _ = try await post("/v1/checkout/sessions/\(id)/expire", [:], key: "expire-\(id)")
  }

  /// Where a customer changes payment methods and sees receipts. The address is good for a few minutes.
  public func startPortal(customer: String, returnURL: String) async throws -> String {
    let answer = try await post(
      "/v1/billing_portal/sessions", ["customer": .string(customer), "return_url": .string(returnURL)], key: nil)
    return try StripeFields(object: answer.object, noun: "portal_session").string("url")
  }
}
