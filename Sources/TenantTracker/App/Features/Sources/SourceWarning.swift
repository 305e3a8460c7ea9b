import Core

/// A macro that the source sent as it stands, which is stored as nothing.
struct SourceWarning: Sendable, Hashable {
  let parameter: String
  let macro: String
  let hits: Int64
  let firstSeenAt: Timestamp
  let lastSeenAt: Timestamp

  func json(sourceName: String) -> JSONValue {
    [
      "code": "unreplaced_macro", "parameter": .string(parameter), "macro": .string(macro), "hits": .int(hits),
      "first_seen_at": JSONValue(firstSeenAt), "last_seen_at": JSONValue(lastSeenAt),
      "message": .string(message(sourceName: sourceName)),
    ]
  }

  func message(sourceName: String) -> String {
    "Source \(sourceName) sends the unreplaced macro \(macro) in \(parameter)."
  }
}
