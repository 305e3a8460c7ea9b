import Core
import Web

/// One answered API request: never its body, query or token.
struct RequestRecord: Sendable {
  /// Of the row; 0 before it is written.
  var id: Int64 = 0
  let at: Timestamp
  /// As in the answer's `X-Request-Id`.
  let requestID: String
  let method: String
  /// With placeholders: `/api/licenses/{id}`.
  let route: String
  let status: Int
  let milliseconds: Int
  /// `staff:3`, `key:7`; empty for nobody.
  let actor: String
  let address: IPAddress?

  /// Of the key it came with.
  var apiKeyID: Int64? { actor.hasPrefix("key:") ? Int64(actor.dropFirst(4)) : nil }

  var json: JSONValue {
    [
      "id": .int(id), "at": JSONValue(at), "request_id": .string(requestID), "method": .string(method),
      "route": .string(route), "status": .int(status), "took_ms": .int(milliseconds), "actor": .string(actor),
      "api_key_id": JSONValue(apiKeyID), "address": JSONValue(address?.description),
    ]
  }

  static let schema = Schema.object([
    .required("id", .integer), .required("at", .timestamp), .required("request_id", .string),
    .required("method", .string), .required("route", .string), .required("status", .integer),
    .required("took_ms", .integer), .required("actor", .string), .required("api_key_id", .integer.nullable),
    .required("address", .string.nullable),
  ])
}
