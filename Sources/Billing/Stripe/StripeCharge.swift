public import Core

/// Money that was taken.
public struct StripeCharge: Hashable, Sendable {
  public let id: String
  /// The invoice it paid; nil for a charge without one.
  public let invoice: String?
  public let currency: Currency
  /// Minor units, like all amounts.
  public let amount: Int64

  /// - Throws: ``StripeError`` of kind `malformedAnswer`.
  public init(_ object: JSONValue) throws(StripeError) {
    let fields = StripeFields(object: object, noun: "charge")
    id = try fields.string("id")
    invoice = fields.optionalReference("invoice")
    currency = try fields.currency()
    amount = try fields.int("amount")
    guard amount >= 0 else { throw .malformed("charge.amount") }
  }
}

/// A customer's bank has taken money back, or asks why we took it.
public struct StripeDispute: Hashable, Sendable {
  public let id: String
  public let charge: String
  /// `needs_response`, `under_review`, `won`, `lost` …
  public let status: String
  /// `fraudulent`, `product_not_received` …
  public let reason: String
  public let currency: Currency
  public let amount: Int64
  public let openedAt: Timestamp

  /// - Throws: ``StripeError`` of kind `malformedAnswer`.
  public init(_ object: JSONValue) throws(StripeError) {
    let fields = StripeFields(object: object, noun: "dispute")
    id = try fields.string("id")
    charge = try fields.reference("charge")
    status = String(try fields.string("status").prefix(50))
    reason = String(try fields.string("reason").prefix(50))
    currency = try fields.currency()
    amount = try fields.int("amount")
    openedAt = try fields.time("created")
    guard amount >= 0 else { throw .malformed("dispute.amount") }
  }
}

extension StripeClient {
  public func charge(_ id: String) async throws -> (charge: StripeCharge, asOf: Timestamp?) {
    let answer = try await get("/v1/charges/\(id)")
    return (try StripeCharge(answer.object), answer.asOf)
  }

  public func dispute(_ id: String) async throws -> (dispute: StripeDispute, asOf: Timestamp?) {
    let answer = try await get("/v1/disputes/\(id)")
    return (try StripeDispute(answer.object), answer.asOf)
  }
}
