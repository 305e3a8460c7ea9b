import Core
import Database
import Web

/// An installation of the tracker that hosts tenants for the vendor, reached through its control API.
struct RegisteredTracker: Sendable, Identifiable {
  enum Status: String, CaseIterable, Sendable, SQLValue, SQLDecodable {
    case active
    /// Keeps its tenants and gets no new ones.
    case draining
  }

  let id: Int64
  var name: String
  /// Without a trailing slash.
  var baseURL: String
  /// Its CONTROL_TOKEN, sealed for ``sealingContext(name:)``.
  var sealedToken: String
  /// The token's last four characters.
  var tokenHint: String
  /// How many tenants it may have.
  var capacity: Int
  var status: Status
  let version: String?
  /// How many tenants it said to have, ours and others.
  let reportedTenants: Int?
  let makesArchives: Bool
  let lastSeenAt: Timestamp?
  /// Nil while it answers.
  let failingSince: Timestamp?
  let lastError: String?
  /// Tenants of ours that are there or on their way there.
  let tenants: Int
  let createdAt: Timestamp

  /// After so long without an answer it gets no new tenants.
  static let staleAfter = Duration.minutes(10)

  /// Whether a new tenant may go there.
  func hasRoom(at now: Timestamp) -> Bool { status == .active && isHealthy(at: now) && load < capacity }

  func isHealthy(at now: Timestamp) -> Bool {
    guard failingSince == nil, let lastSeenAt else { return false }
    return now - lastSeenAt < Self.staleAfter
  }

  /// What counts against the capacity: what it says, or what we know to be on the way there.
  var load: Int { max(tenants, reportedTenants ?? 0) }

  /// How full it is, 0 to 1 and above.
  var fill: Double { Double(load) / Double(capacity) }

  /// What the sealed token is bound to. The address is a part of it: whoever could change only that would otherwise have
  /// the token sent to a host of their own.
  static func sealingContext(baseURL: String) -> String { "trackers.sealed_token:\(baseURL)" }

  /// The least filled one that has room.
  static func choose(among trackers: [RegisteredTracker], at now: Timestamp) -> RegisteredTracker? {
    trackers.filter { $0.hasRoom(at: now) }.min { ($0.fill, $0.id) < ($1.fill, $1.id) }
  }
}

extension RegisteredTracker {
  func health(at now: Timestamp) -> String {
    if failingSince != nil { return "failing" }
    return isHealthy(at: now) ? "healthy" : "unknown"
  }

  /// Without the token.
  func json(at now: Timestamp) -> JSONValue {
    [
      "id": .int(id), "name": .string(name), "base_url": .string(baseURL), "token_hint": .string(tokenHint),
      "capacity": .int(capacity), "tenants": .int(tenants),
      "reported_tenants": .optional(reportedTenants.map { .int($0) }),
      "status": .string(status.rawValue), "health": .string(health(at: now)), "version": JSONValue(version),
      "makes_archives": .bool(makesArchives), "last_seen_at": JSONValue(lastSeenAt),
      "failing_since": JSONValue(failingSince), "last_error": JSONValue(lastError), "created_at": JSONValue(createdAt),
    ]
  }

  static let schema = Schema.object([
    .required("id", .integer), .required("name", .string), .required("base_url", .url),
    .required("token_hint", .string), .required("capacity", .integer), .required("tenants", .integer),
    .required("reported_tenants", .integer.nullable), .required("status", .choice(Status.allCases.map(\.rawValue))),
    .required("health", .choice(["healthy", "failing", "unknown"])), .required("version", .string.nullable),
    .required("makes_archives", .boolean), .required("last_seen_at", .timestamp.nullable),
    .required("failing_since", .timestamp.nullable), .required("last_error", .string.nullable),
    .required("created_at", .timestamp),
  ])
}
