import Conversions
import Core
import Database
import Web

/// A hit in the postback log: as it came, and what became of it.
struct PostbackLogEntry: Sendable {
  let hit: PostbackHit
  let outcome: String
  /// Why, as a sentence; nil when all is well.
  let detail: String?
  let clickID: ClickID?
  let conversionID: ConversionID?
  let networkID: Int64?
  /// The status word that nobody had mapped.
  let unmappedWord: String?
  let attempts: Int
  /// When it was processed last, if that was not at once.
  let processedAt: Timestamp?

  /// Whether it has written nothing, so that it may be processed once more.
  var isFruitless: Bool { PostbackOutcome.fruitlessCodes.contains(outcome) }

  /// As a list shows it.
  var json: JSONValue { .object(fields) }

  /// With all that came.
  var detailedJSON: JSONValue {
    var object = fields
    object["path_key"] = JSONValue(hit.pathKey)
    object["content_type"] = JSONValue(hit.contentType)
    object["headers"] = hit.headersJSON
    object["body"] = JSONValue(bodyText)
    object["body_base64url"] = JSONValue(bodyText == nil && !hit.body.isEmpty ? hit.body.base64url : nil)
    return .object(object)
  }

  /// Nil without one, or when it is no text.
  var bodyText: String? { hit.body.isEmpty ? nil : String(validating: hit.body, as: UTF8.self) }

  private var fields: JSONObject {
    [
      "id": JSONValue(hit.id), "at": JSONValue(hit.receivedAt), "channel": .string(hit.channel.rawValue),
      "method": .string(hit.method.rawValue), "ip": JSONValue(hit.address?.description),
      "query": .string(hit.shownQuery),
      "body_bytes": .int(hit.body.count), "outcome": .string(outcome), "reason": JSONValue(detail),
      "click_id": JSONValue(clickID), "conversion_id": JSONValue(conversionID), "network_id": JSONValue(networkID),
      "unmapped_status": JSONValue(unmappedWord), "attempts": .int(attempts), "processed_at": JSONValue(processedAt),
      "can_replay": .bool(isFruitless),
    ]
  }

  private static let members: [Schema.Property] = [
    .required("id", .uuid), .required("at", .timestamp),
    .required("channel", .choice(InboundChannel.allCases.map(\.rawValue))),
    .required("method", .choice(["GET", "POST"])), .required("ip", .string.nullable),
    .required("query", .string.described("As it came, percent-encoded.")), .required("body_bytes", .integer),
    .required("outcome", .choice(PostbackOutcome.codes)),
    .required("reason", .string.nullable.described("Why, as a sentence.")), .required("click_id", .uuid.nullable),
    .required("conversion_id", .uuid.nullable), .required("network_id", .integer.nullable),
    .required("unmapped_status", .string.nullable.described("The status word that nobody had mapped.")),
    .required("attempts", .integer), .required("processed_at", .timestamp.nullable),
    .required("can_replay", .boolean.described("It has written nothing so far.")),
  ]

  static let schema = Schema.object(members)
  static let detailedSchema = Schema.object(
    members + [
      .required("path_key", .string.nullable.described("The key of `/postback/{key}`.")),
      .required("content_type", .string.nullable), .required("headers", .map(.string)),
      .required("body", .string.nullable),
      .required("body_base64url", .string.nullable.described("A body that is no text.")),
    ])
}

extension PostbackHit {
  /// The query without a shop's key: who may read the log may not report orders in the shop's name.
  var shownQuery: String {
    guard channel == .shopify else { return query }
    return query.split(separator: "&", omittingEmptySubsequences: false).map { pair in
      PercentCoding.queryItems(String(pair)).first?.name == "key" ? "key=***" : String(pair)
    }.joined(separator: "&")
  }
}
