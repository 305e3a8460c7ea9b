public import Core

/// The answer a network reads.
public struct PostbackReply: Sendable, Hashable {
  public enum Format: Sendable {
    /// `OK`, or what `return=` asks for.
    case text
    /// `{"status", "code", "conversion_id"}`, as `POST /v1/postback` answers.
    case json
  }

  public let status: Int
  public let contentType: String
  public let body: String
  /// The value of `X-Conversion-Id`.
  public let conversionID: ConversionID?

  /// - Parameter hit: what was asked, for its `return=`.
  public init(_ outcome: PostbackOutcome, to hit: PostbackHit, format: Format) {
    // A shop's order without a click is nothing the shop did wrong.
    status = outcome == .unknownClick && hit.channel.isShop ? 200 : outcome.status
    conversionID = outcome.conversionID
    switch format {
    case .json:
      contentType = "application/json"
      body = Self.json(outcome).text
    case .text:
      // Never a type a browser would run: what is echoed came from outside.
      contentType = "text/plain; charset=utf-8"
      body = status < 300 ? Self.wantedAnswer(hit) ?? "OK" : outcome.explanation ?? outcome.code
    }
  }

  private static func wantedAnswer(_ hit: PostbackHit) -> String? {
    guard !hit.channel.isShop, let fields = try? PostbackFields(hit) else { return nil }
    return fields.first(.answer)?.value.limited(to: 255)
  }

  private static func json(_ outcome: PostbackOutcome) -> JSONValue {
    let status =
      switch outcome.status {
      case 200: "ok"
      case 202: "accepted"
      default: "error"
      }
    var object: JSONObject = [
      "status": .string(status), "code": .string(outcome.code), "conversion_id": JSONValue(outcome.conversionID),
    ]
    if let explanation = outcome.explanation { object["detail"] = .string(explanation) }
    return .object(object)
  }
}
