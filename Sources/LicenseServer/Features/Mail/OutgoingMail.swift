import Core
import Database
import Web

/// A mail as the outbox has it.
struct OutgoingMail: Sendable, Identifiable {
  enum State: String, Sendable, CaseIterable, SQLValue, SQLDecodable {
    /// For its first attempt or another one.
    case queued
    /// The mail server has taken it.
    case sent
    /// Given up; somebody may have it tried again.
    case failed
  }

  let id: UUIDv7
  let template: String
  /// The template's, as JSON.
  let fields: JSONValue
  let recipient: EmailAddress
  var customerID: Int64?
  var resellerID: Int64?
  var state = State.queued
  /// Known once it was written.
  var subject = ""
  var attempts = 0
  /// Why the last attempt failed.
  var problem: String?
  let createdAt: Timestamp
  var attemptedAt: Timestamp?
  var endedAt: Timestamp?

  var json: JSONValue {
    [
      "id": JSONValue(id), "template": .string(template), "recipient": .string(recipient.description),
      "customer_id": JSONValue(customerID), "reseller_id": JSONValue(resellerID), "state": .string(state.rawValue),
      "subject": .string(subject), "attempts": .int(attempts), "problem": JSONValue(problem),
      "created_at": JSONValue(createdAt), "attempted_at": JSONValue(attemptedAt), "ended_at": JSONValue(endedAt),
    ]
  }

  static let schema = Schema.object([
    .required("id", .uuid), .required("template", .string), .required("recipient", .email),
    .required("customer_id", .integer.nullable), .required("reseller_id", .integer.nullable),
    .required("state", .choice(State.allCases.map(\.rawValue))),
    .required("subject", .string.described("Empty until the first attempt.")), .required("attempts", .integer),
    .required("problem", .string.nullable), .required("created_at", .timestamp),
    .required("attempted_at", .timestamp.nullable), .required("ended_at", .timestamp.nullable),
  ])
}
