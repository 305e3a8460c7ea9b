import Core
import Web

/// Something that happened to a configured thing by itself.
struct Event: Sendable {
  enum Kind: String, Sendable, CaseIterable {
    case offerCapped = "offer_capped"
  }

  let id: UUIDv7
  let at: Timestamp
  let kind: Kind
  /// `offer 9`.
  let subject: String
  /// What it is told once for: `daily 2026-11-21`.
  let occasion: String
  let detail: JSONValue

  var json: JSONValue {
    [
      "id": JSONValue(id), "at": JSONValue(at), "kind": .string(kind.rawValue), "subject": .string(subject),
      "occasion": .string(occasion), "detail": detail,
    ]
  }

  static let schema = Schema.object([
    .required("id", .uuid), .required("at", .timestamp), .required("kind", .choice(Kind.allCases.map(\.rawValue))),
    .required("subject", .string), .required("occasion", .string), .required("detail", .any),
  ])
}
