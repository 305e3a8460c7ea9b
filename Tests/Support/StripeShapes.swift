public import Core

/// Objects in the shape that Stripe's API documents for version 2024-06-20, with the members that matter and some that do
/// not. Times are seconds since 1970, amounts minor units.
public enum StripeShapes {
  public static let version = "2024-06-20"

  public static func subscription(
    id: String = "sub_1", customer: String = "cus_1", status: String = "active", ours: Int64? = 1,
    price: String = "price_1", start: Int64, end: Int64, more: JSONObject = [:]
  ) -> JSONValue {
    var metadata: JSONObject = ["note": "kept"]
    if let ours { metadata["trackily_subscription"] = .string(String(ours)) }
    let item: JSONValue = [
      "id": "si_1", "object": "subscription_item", "quantity": 1, "subscription": .string(id),
      "price": ["id": .string(price), "object": "price", "currency": "usd", "recurring": ["interval": "month"]],
    ]
    return object(
      [
        "id": .string(id), "object": "subscription", "customer": .string(customer), "status": .string(status),
        "metadata": .object(metadata), "items": list([item]), "current_period_start": .int(start),
        "current_period_end": .int(end), "trial_end": nil, "cancel_at_period_end": false, "canceled_at": nil,
        "ended_at": nil, "collection_method": "charge_automatically", "livemode": false, "created": .int(start),
        "cancellation_details": ["comment": nil, "feedback": nil, "reason": nil],
      ], more)
  }

  /// - Parameter lines: what is charged for and how much, all for the time from `start` to `end`.
  public static func invoice(
    id: String = "in_1", customer: String = "cus_1", subscription: String? = "sub_1", status: String = "paid",
    reason: String = "subscription_create", currency: String = "usd", lines: [(text: String, amount: Int64)],
    tax: Int64 = 0, charge: String? = "ch_1", start: Int64, end: Int64, created: Int64, more: JSONObject = [:]
  ) -> JSONValue {
    let subtotal = lines.reduce(0) { $0 + $1.amount }
    let total = subtotal + tax
    let items = lines.enumerated().map { index, line -> JSONValue in
      [
        "id": .string("il_\(id)_\(index)"), "object": "line_item", "amount": .int(line.amount),
        "currency": .string(currency), "description": .string(line.text), "quantity": 1, "type": "subscription",
        "period": ["start": .int(start), "end": .int(end)],
      ]
    }
    let isPaid = status == "paid"
    return object(
      [
        "id": .string(id), "object": "invoice", "customer": .string(customer), "subscription": JSONValue(subscription),
        "status": .string(status), "billing_reason": .string(reason), "currency": .string(currency),
        "lines": list(items), "subtotal": .int(subtotal), "tax": tax == 0 ? nil : .int(tax), "total": .int(total),
        "amount_due": .int(total), "amount_paid": .int(isPaid ? total : 0), "starting_balance": 0,
        "charge": isPaid ? JSONValue(charge) : nil, "number": "ABCD-0001", "livemode": false,
        "next_payment_attempt": nil, "created": .int(created),
        "status_transitions": [
          "finalized_at": .int(created), "paid_at": isPaid ? .int(created) : nil, "voided_at": nil,
        ],
      ], more)
  }

  public static func charge(
    id: String = "ch_1", invoice: String? = "in_1", amount: Int64, refunded: Int64 = 0, currency: String = "usd"
  ) -> JSONValue {
    [
      "id": .string(id), "object": "charge", "invoice": JSONValue(invoice), "amount": .int(amount),
      "amount_captured": .int(amount), "amount_refunded": .int(refunded), "currency": .string(currency),
      "customer": "cus_1", "paid": true, "refunded": .bool(refunded == amount), "status": "succeeded",
      "livemode": false,
    ]
  }

  /// - Parameter ours: the key of our refund that it was asked for with.
  public static func refund(
    id: String = "re_1", charge: String = "ch_1", amount: Int64, status: String = "succeeded", failure: String? = nil,
    ours: String? = nil
  ) -> JSONValue {
    var metadata: JSONObject = [:]
    if let ours { metadata["trackily_refund"] = .string(ours) }
    var more: JSONObject = [:]
    if let failure { more["failure_reason"] = .string(failure) }
    return object(
      [
        "id": .string(id), "object": "refund", "charge": .string(charge), "amount": .int(amount), "currency": "usd",
        "status": .string(status), "metadata": .object(metadata), "reason": nil, "payment_intent": "pi_1",
      ], more)
  }

  public static func dispute(
    id: String = "dp_1", charge: String = "ch_1", amount: Int64, status: String = "needs_response", created: Int64
  ) -> JSONValue {
    [
      "id": .string(id), "object": "dispute", "charge": .string(charge), "amount": .int(amount), "currency": "usd",
      "reason": "fraudulent", "status": .string(status), "is_charge_refundable": false, "livemode": false,
      "created": .int(created),
    ]
  }

  public static func checkout(
    id: String = "cs_test_1", ours: Int64?, subscription: String?, invoice: String? = nil, status: String = "complete",
    expires: Int64
  ) -> JSONValue {
    [
      "id": .string(id), "object": "checkout.session", "mode": "subscription", "customer": "cus_1",
      "client_reference_id": JSONValue(ours.map { String($0) }), "subscription": JSONValue(subscription),
      "invoice": JSONValue(invoice), "status": .string(status), "payment_status": "paid", "livemode": false,
      "url": status == "open" ? .string("https://checkout.stripe.com/c/pay/\(id)") : nil, "expires_at": .int(expires),
    ]
  }

  public static func event(
    id: String, type: String, created: Int64, object: JSONValue, version: String? = version, livemode: Bool = false
  ) -> JSONValue {
    [
      "id": .string(id), "object": "event", "api_version": JSONValue(version), "created": .int(created),
      "type": .string(type), "livemode": .bool(livemode), "pending_webhooks": 1,
      "request": ["id": nil, "idempotency_key": nil], "data": ["object": object],
    ]
  }

  public static func list(_ items: [JSONValue]) -> JSONValue {
    ["object": "list", "data": .array(items), "has_more": false, "url": "/v1/items"]
  }

  private static func object(_ members: JSONObject, _ more: JSONObject) -> JSONValue {
    var members = members
    for member in more.members { members[member.key] = member.value }
    return .object(members)
  }
}
