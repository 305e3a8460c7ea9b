public import Core

/// Money on its way back. It may come back from there for weeks: then it has failed although it had succeeded before.
/// https://docs.stripe.com/refunds#failed-refunds
public struct StripeRefund: Hashable, Sendable {
  public let id: String
  /// Minor units of the charge's currency.
  public let amount: Int64
  /// `pending`, `requires_action`, `succeeded`, `failed` or `canceled`; nil when Stripe does not say.
  public let status: String?
  /// `lost_or_stolen_card`, `expired_or_canceled_card`, `unknown` …
  public let failureReason: String?
  /// The key of our refund that it was asked for with; nil for one that was made elsewhere.
  public let ours: String?

  public var hasFailed: Bool { status == "failed" || status == "canceled" }

  /// Why it failed, for the staff.
  public var failure: String {
    guard let failureReason else { return "Stripe could not give it back." }
    return "Stripe could not give it back: \(failureReason.replacing("_", with: " "))."
  }

  /// - Throws: ``StripeError`` of kind `malformedAnswer`.
  public init(_ object: JSONValue) throws(StripeError) {
    let fields = StripeFields(object: object, noun: "refund")
    id = try fields.string("id")
    amount = try fields.int("amount")
    status = fields.optionalString("status")
    failureReason = fields.optionalString("failure_reason").map { String($0.prefix(50)) }
    ours = object["metadata"]?[Self.metadataKey]?.stringValue
    guard Self.amounts.contains(amount) else { throw .malformed("refund.amount") }
  }

  /// Where a refund at Stripe says which one of ours it is.
  static let metadataKey = "trackily_refund"
  /// Beyond any amount that Stripe takes; sums of so few of these cannot overflow.
  private static let amounts: ClosedRange<Int64> = 0...1_000_000_000_000
}

extension StripeClient {
  /// The refunds of a charge, failed ones too, the oldest first; of very many the newest hundred.
  func refunds(ofCharge charge: String) async throws -> [StripeRefund] {
    let answer = try await get("/v1/refunds", ["charge": .string(charge), "limit": 100])
    guard let found = answer.object["data"]?.arrayValue else { throw StripeError.malformed("refunds.data") }
    var refunds: [StripeRefund] = []
    for object in found.reversed() { refunds.append(try StripeRefund(object)) }
    return refunds
  }

  /// - Parameters:
  ///   - amount: minor units of the charge's currency.
  ///   - key: the same one never gives back twice.
  func refund(charge: String, amount: Int64, key: String) async throws -> StripeRefund {
    try StripeRefund(
      await post(
        "/v1/refunds",
        [
          "charge": .string(charge), "amount": .int(amount),
          "metadata": .object([StripeRefund.metadataKey: .string(key)]),
        ], key: "refund-\(key)"
      ).object)
  }
}
