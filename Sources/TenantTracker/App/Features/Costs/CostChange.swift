import Core
import Web

/// Costs that were entered for many clicks at once.
struct CostChange: Sendable {
  enum State: String, Sendable, CaseIterable {
    case running, done, failed, undoing, undone
  }

  let id: UUIDv7
  var state: State
  let request: JSONValue
  let clicks: Int64
  /// Of ``clicks``.
  var done: Int64
  let before: Micros
  let after: Micros
  let currency: Currency
  let madeBy: String
  let createdAt: Timestamp

  var isOpen: Bool { state == .running || state == .undoing }

  var json: JSONValue {
    [
      "id": JSONValue(id), "state": .string(state.rawValue), "request": request, "clicks": .int(clicks),
      "done": .int(done), "before": JSONValue(before), "after": JSONValue(after), "currency": JSONValue(currency),
      "made_by": .string(madeBy), "created_at": JSONValue(createdAt),
    ]
  }

  static let schema = Schema.object([
    .required("id", .uuid), .required("state", .choice(State.allCases.map(\.rawValue))), .required("request", .any),
    .required("clicks", Schema.integer.described("That it is about.")),
    .required("done", Schema.integer.described("How many of them are done.")),
    .required("before", Schema.money.described("What they cost before, as far as that was in this currency.")),
    .required("after", .money), .required("currency", .string), .required("made_by", .string),
    .required("created_at", .timestamp),
  ])
}
