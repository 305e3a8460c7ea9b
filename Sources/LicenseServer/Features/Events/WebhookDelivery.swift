import Core
import Database
import Web

/// One event for one endpoint: first a place in the queue, then a line of the log.
struct WebhookDelivery: Sendable, Identifiable {
  enum State: String, Sendable, CaseIterable, SQLValue, SQLDecodable {
    /// For its first attempt or another one.
    case waiting
    case delivered
    /// Given up; somebody may have it tried again.
    case dead
    /// Its endpoint was disabled before it could go out.
    case cancelled
  }

  let id: Int64
  /// Sent as `webhook-id`, the same with every attempt.
  let eventID: UUIDv7
  let type: String
  let endpointID: Int64
  let url: String
  /// What is sent, to the byte.
  let body: String
  let state: State
  let attempts: Int
  /// Of the next attempt, while it waits.
  let dueAt: Timestamp
  /// Why the last attempt failed.
  let problem: String?
  let responseStatus: Int?
  /// The answer's beginning.
  let responseBody: String
  let attemptedAt: Timestamp?
  let milliseconds: Int?
  let createdAt: Timestamp
  let endedAt: Timestamp?

  var json: JSONValue {
    [
      "id": .int(id), "event_id": JSONValue(eventID), "type": .string(type), "endpoint_id": .int(endpointID),
      "url": .string(url), "body": .string(body), "state": .string(state.rawValue), "attempts": .int(attempts),
      "due_at": state == .waiting ? JSONValue(dueAt) : nil, "problem": JSONValue(problem),
      "response_status": JSONValue(responseStatus), "response_body": .string(responseBody),
      "attempted_at": JSONValue(attemptedAt), "took_ms": JSONValue(milliseconds), "created_at": JSONValue(createdAt),
      "ended_at": JSONValue(endedAt),
    ]
  }

  static let schema = Schema.object([
    .required("id", .integer),
    .required("event_id", .uuid.described("Sent as `webhook-id`, the same with every attempt.")),
    .required("type", .string), .required("endpoint_id", .integer), .required("url", .string),
    .required("body", .string.described("What is sent, to the byte.")),
    .required("state", .choice(State.allCases.map(\.rawValue))), .required("attempts", .integer),
    .required("due_at", .timestamp.nullable), .required("problem", .string.nullable),
    .required("response_status", .integer.nullable),
    .required("response_body", .string.described("Its first \(WebhookSettings.excerpt) bytes.")),
    .required("attempted_at", .timestamp.nullable), .required("took_ms", .integer.nullable),
    .required("created_at", .timestamp), .required("ended_at", .timestamp.nullable),
  ])
}
