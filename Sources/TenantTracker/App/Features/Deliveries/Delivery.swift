import Core
import Web

/// One postback out: a source is told that a conversion has a status. First a place in the queue, then a line of the log.
struct Delivery: Sendable {
  enum State: String, Sendable, CaseIterable {
    /// For its first attempt or another one.
    case waiting
    case delivered
    /// Given up; somebody may have it tried again.
    case dead
    /// Its source or postback was deleted before it could go out.
    case cancelled
    /// There was nothing to tell: the click came without the source's id.
    case skipped
  }

  /// Sent with every attempt, so that who gets a repeat can know it.
  let id: UUIDv7
  var conversionID: ConversionID
  var clickID: ClickID
  /// Of the conversion, that is told.
  var status: String
  var postbackID: Int64
  var sourceID: Int64
  var message: Message
  var state: State
  var attempts: Int
  /// Of the next attempt, while it waits.
  var dueAt: Timestamp
  var lastAttempt: Attempt?
  /// Why the last attempt failed, or why there was none.
  var problem: String?
  var createdAt: Timestamp
  var endedAt: Timestamp?

  /// What is sent.
  struct Message: Sendable, Hashable {
    var method: SourcePostback.Method
    var url: String
    var body: String
    var contentType: String
    var success: SuccessRule?

    /// The target whose slots and circuit count: the host, with its port if the URL names one.
    var host: String { Self.host(of: url) }

    static func host(of url: String) -> String {
      guard let start = url.firstRange(of: "://")?.upperBound else { return "" }
      let authority = url[start...].prefix { !"/?#".contains($0) }
      let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
      // Macros may make it longer than any host, and than an index takes.
      return String(String.UnicodeScalarView(host.unicodeScalars.prefix(300))).lowercased()
    }
  }

  struct Attempt: Sendable, Hashable {
    var at: Timestamp
    var milliseconds: Int
    /// Nil when there was no answer.
    var status: Int?
    /// The answer's beginning.
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
  }

  var json: JSONValue {
    [
      "id": JSONValue(id), "conversion_id": JSONValue(conversionID), "click_id": JSONValue(clickID),
      "status": .string(status), "source_id": .int(sourceID), "postback_id": .int(postbackID),
      "method": .string(message.method.rawValue), "url": .string(message.url), "body": .string(message.body),
      "host": .string(message.host), "state": .string(state.rawValue), "attempts": .int(attempts),
      "due_at": state == .waiting ? JSONValue(dueAt) : nil, "problem": JSONValue(problem),
      "response_status": JSONValue(lastAttempt?.status), "response_body": JSONValue(lastAttempt?.text),
      "attempted_at": JSONValue(lastAttempt?.at), "took_ms": JSONValue(lastAttempt?.milliseconds),
      "created_at": JSONValue(createdAt), "ended_at": JSONValue(endedAt),
    ]
  }

  static let schema = Schema.object([
    .required("id", .uuid.described("Sent as `X-Event-Id` and `{event_id}`, the same with every attempt.")),
    .required("conversion_id", .uuid), .required("click_id", .uuid), .required("status", .string),
    .required("source_id", .integer), .required("postback_id", .integer),
    .required("method", .choice(SourcePostback.Method.allCases.map(\.rawValue))), .required("url", .string),
    .required("body", .string), .required("host", .string), .required("state", .choice(State.allCases.map(\.rawValue))),
    .required("attempts", .integer), .required("due_at", .timestamp.nullable), .required("problem", .string.nullable),
    .required("response_status", .integer.nullable),
    .required("response_body", .string.nullable.described("Its first \(DeliverySettings.answerLimit) bytes.")),
    .required("attempted_at", .timestamp.nullable), .required("took_ms", .integer.nullable),
    .required("created_at", .timestamp), .required("ended_at", .timestamp.nullable),
  ])
}
