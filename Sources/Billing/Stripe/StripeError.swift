import Core

/// Why Stripe did not do what it was asked for. Holds nothing secret: it may be logged.
public struct StripeError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Sendable {
    /// The customer's bank says no.
    case cardDeclined
    /// The secret key is wrong, or has been revoked.
    case unauthorized
    /// The key may not do this.
    case forbidden
    case notFound
    /// Our mistake, or settings of the account that do not fit.
    case invalidRequest
    /// The same Idempotency-Key with other parameters.
    case idempotencyKeyReused
    /// Too much at once, or the object is being changed by somebody else.
    case busy
    /// Stripe failed, or did not answer. Whether it did it is unknown; the same call may be made again.
    case unavailable
    /// An answer that is not what the documentation says.
    case malformedAnswer
  }

  public let kind: Kind
  /// Stripe's word, such as `card_declined` or `resource_missing`.
  public let code: String?
  /// What the bank says, such as `insufficient_funds`.
  public let declineCode: String?
  /// For the customer if the card was declined, for the vendor otherwise.
  public let message: String
  /// What Stripe's support asks for.
  public let requestID: String?

  public init(
    _ kind: Kind, code: String? = nil, declineCode: String? = nil, message: String, requestID: String? = nil
  ) {
    self.kind = kind
    self.code = code
    self.declineCode = declineCode
    self.message = message
    self.requestID = requestID
  }

  public var description: String {
    var text = "Stripe: \(kind.rawValue)"
    if let code { text += " \(code)" }
    if let declineCode { text += " (\(declineCode))" }
    text += ": \(message)"
    if let requestID { text += " [\(requestID)]" }
    return text
  }

  static func malformed(_ what: String) -> StripeError {
    StripeError(.malformedAnswer, message: "\(what) is missing or not of the documented kind")
  }
}

extension StripeError {
  /// The error that an answer stands for; its body is an object with the member `error`.
  init(_ response: StripeResponse) {
    let error = (try? JSONValue.parse(response.body))?["error"]
    let type = error?["type"]?.stringValue
    code = error?["code"]?.stringValue.map { String($0.prefix(100)) }
    declineCode = error?["decline_code"]?.stringValue.map { String($0.prefix(100)) }
    message = Self.harmless(error?["message"]?.stringValue ?? "HTTP \(response.status)")
    requestID = response.header("request-id").map { String($0.prefix(100)) }
    kind =
      switch (response.status, type) {
      case (_, "card_error"?), (402, _): .cardDeclined
      case (_, "idempotency_error"?): .idempotencyKeyReused
      case (401, _): .unauthorized
      case (403, _): .forbidden
      case (404, _): .notFound
      case (409, _), (429, _): .busy
      case (500..., _): .unavailable
      case (400..<500, _): .invalidRequest
      default: .malformedAnswer
      }
  }

  /// A message without what looks like a key: some repeat what was sent.
  private static func harmless(_ message: String) -> String {
    let words = message.prefix(300).split(separator: " ", omittingEmptySubsequences: false).map { word -> Substring in
      ["sk_", "rk_", "whsec_"].contains { word.contains($0) } ? "(key)" : word
    }
    return words.joined(separator: " ")
  }
}
