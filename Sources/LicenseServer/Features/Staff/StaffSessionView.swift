import Core
import Web

/// An open session as its owner, or who looks after the staff, sees it.
struct StaffSessionView: Sendable, Identifiable {
  let id: UUIDv7
  /// To tell the session that asks from the others; never shown.
  let tokenHash: [UInt8]
  let kind: StaffSessionStore.Kind
  let address: IPAddress?
  let userAgent: String
  let createdAt: Timestamp
  let lastSeenAt: Timestamp
  let expiresAt: Timestamp

  /// - Parameter current: the session that asks.
  func json(current: StaffSession) -> JSONValue {
    [
      "id": .string(id.description), "kind": .string(kind.rawValue), "address": JSONValue(address?.description),
      "user_agent": .string(userAgent), "created_at": JSONValue(createdAt), "last_seen_at": JSONValue(lastSeenAt),
      "expires_at": JSONValue(expiresAt), "current": .bool(tokenHash == current.tokenHash),
    ]
  }

  static let schema = Schema.object([
    .required("id", .uuid), .required("kind", .choice(["browser", "bearer"])), .required("address", .string.nullable),
    .required("user_agent", .string), .required("created_at", .timestamp), .required("last_seen_at", .timestamp),
    .required("expires_at", .timestamp), .required("current", .boolean),
  ])
}
