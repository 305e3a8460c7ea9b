public import Core

/// Stripe's invoice, as far as it concerns us. Amounts are minor units of `currency`, as Stripe counts them.
public struct StripeInvoice: Hashable, Sendable {
  public enum Status: String, Sendable, CaseIterable {
    case draft, open, paid, uncollectible, void
  }

  /// One thing that is charged for; credits for unused time are negative.
  public struct Line: Hashable, Sendable {
    public let description: String
    public let amount: Int64
    /// The time of use that it is for.
    public let covers: Subscription.Span?
  }

  public let id: String
  public let customer: String
  public let subscription: String?
  public let status: Status
  /// Why it was made: `subscription_create`, `subscription_cycle`, `subscription_update`, `manual` …
  public let reason: String?
  public let currency: Currency
  /// At most ``lineLimit`` of them; with ``adjustment`` and ``tax`` they come to ``due``.
  public let lines: [Line]
  /// Contained in ``due``.
  public let tax: Int64
  /// What is asked for: the total less what the customer had to his credit at Stripe.
  public let due: Int64
  /// The payment, once there is one.
  public let charge: String?
  /// When Stripe tries again to collect it; nil when it has given up.
  public let nextAttemptAt: Timestamp?
  public let createdAt: Timestamp
  public let paidAt: Timestamp?

  /// What our books call its payment: the charge, or the invoice itself when it was paid by other means.
  public var reference: String { charge ?? id }

  /// Discounts, credits, and whatever else makes what is asked for differ from the lines.
  public var adjustment: Int64 { due - tax - lines.reduce(0) { $0 + $1.amount } }

  static let lineLimit = 100
  /// Beyond any amount that Stripe takes; sums of so few of these cannot overflow.
  private static let amounts: ClosedRange<Int64> = -1_000_000_000_000...1_000_000_000_000

  /// - Throws: ``StripeError`` of kind `malformedAnswer`.
  public init(_ object: JSONValue) throws(StripeError) {
    let fields = StripeFields(object: object, noun: "invoice")
    id = try fields.string("id")
    customer = try fields.reference("customer")
    subscription = fields.optionalReference("subscription")
    status = try fields.choice("status")
    reason = fields.optionalString("billing_reason")
    currency = try fields.currency()
    var lines: [Line] = []
    for line in (object["lines"]?["data"]?.arrayValue ?? []).prefix(Self.lineLimit) {
      let amount = try StripeFields(object: line, noun: "invoice_line").int("amount")
      let text = line["description"]?.stringValue ?? ""
      lines.append(
        Line(
          description: text.isEmpty ? "Subscription" : String(text.prefix(500)), amount: amount,
          covers: Self.span(line["period"])))
    }
    self.lines = lines
    due = try fields.int("amount_due")
    tax = min(object["tax"]?.intValue ?? 0, due)
    charge = fields.optionalReference("charge")
    nextAttemptAt = fields.optionalTime("next_payment_attempt")
    createdAt = try fields.time("created")
    paidAt = object["status_transitions"]?["paid_at"]?.intValue.map { Timestamp(seconds: $0) }
    guard (lines.map(\.amount) + [tax, due]).allSatisfy(Self.amounts.contains), tax >= 0 else {
      throw .malformed("invoice.amount_due")
    }
  }
}

extension StripeInvoice {
  /// The time of use that is paid for: of what is charged, the part that lasts longest.
  public var covers: Subscription.Span? {
    lines.filter { $0.amount > 0 }.compactMap(\.covers).max { ($0.end, $1.start) < ($1.end, $0.start) }
  }

  private static func span(_ period: JSONValue?) -> Subscription.Span? {
    guard let start = period?["start"]?.intValue, let end = period?["end"]?.intValue, start < end else { return nil }
    return Subscription.Span(start: Timestamp(seconds: start), end: Timestamp(seconds: end))
  }
}

extension StripeClient {
  public func invoice(_ id: String) async throws -> (invoice: StripeInvoice, asOf: Timestamp?) {
    let answer = try await get("/v1/invoices/\(id)")
    return (try StripeInvoice(answer.object), answer.asOf)
  }

  /// Tries to collect an open invoice with the customer's payment method.
  /// - Parameter attempt: the same one asked for again charges once.
  /// - Throws: ``StripeError`` of kind `cardDeclined`.
  public func pay(invoice id: String, attempt: Int) async throws -> StripeInvoice {
    try StripeInvoice(await post("/v1/invoices/\(id)/pay", [:], key: "pay-\(id)-\(attempt)").object)
  }
}
