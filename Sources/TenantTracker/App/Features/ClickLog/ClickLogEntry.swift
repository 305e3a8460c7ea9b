import Core
import Web

/// One thing that happened to a click, from its arrival to its last status.
struct ClickLogEntry: Sendable {
  enum Kind: String, Sendable, CaseIterable {
    /// The hit came in.
    case arrival
    /// A step's reason, in the order of the steps.
    case decision
    /// The visitor reached a step of the landing's funnel.
    case step
    /// Lander protection kept the visitor out in the browser.
    case denial
    /// The visitor went on to an offer.
    case offer
    /// A network reported.
    case postback
    /// A conversion was made or moved, or was not.
    case conversion
    /// The source was told, or will be.
    case delivery
  }

  let at: Timestamp
  let kind: Kind
  /// A reason code, or what happened in a word: `flow:7 forced country=US`, `recorded`.
  let code: String
  var detail: JSONObject = [:]

  var json: JSONValue {
    ["at": JSONValue(at), "kind": .string(kind.rawValue), "code": .string(code), "detail": .object(detail)]
  }

  static let schema = Schema.object([
    .required("at", .timestamp), .required("kind", .choice(Kind.allCases.map(\.rawValue))),
    .required("code", .string.described("A reason code, or what happened in a word.")), .required("detail", .any),
  ])
}
