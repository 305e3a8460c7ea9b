import Core
import Database
import Licensing

/// A tracker that runs, or ran, on a licence.
struct Instance: Sendable, Identifiable {
  enum State: String, Sendable, SQLValue, SQLDecodable {
    case active, deactivated, banned
  }

  /// What a tracker said of itself in its last heartbeat.
  struct Usage: Sendable, Hashable {
    var users: Int64?
    var clicks24h: Int64?

    var json: JSONValue { ["users": JSONValue(users), "clicks_24h": JSONValue(clicks24h)] }

    init(users: Int64? = nil, clicks24h: Int64? = nil) {
      self.users = users
      self.clicks24h = clicks24h
    }

    init(stored: JSONValue) {
      users = stored["users"]?.intValue
      clicks24h = stored["clicks_24h"]?.intValue
    }
  }

  let id: Int64
  let licenseID: Int64
  let domainHash: String?
  let hostname: String
  let version: String
  let state: State
  /// Of a deactivated one: until then another instance in its slot counts as a transfer. Nil once the slot is taken.
  let slotHeldUntil: Timestamp?
  /// The sequence number of the newest lease it was given.
  let issuedSequence: Int64
  /// The newest one it told us to have.
  let acknowledgedSequence: Int64
  let cloneWatch: CloneWatch
  let usage: Usage
  let firstSeenAt: Timestamp
  let lastSeenAt: Timestamp
  /// When its silence was noted; nil as long as it is heard of.
  var lostAt: Timestamp?
  /// The end of its newest lease file. Until then nothing is expected to be heard of it, and its place is taken.
  var offlineUntil: Timestamp?

  /// What the watch has seen after a heartbeat that told this number and domain.
  func watched(sequence: Int64, domainHash: String?) -> CloneWatch {
    var watch = cloneWatch
    // The lease before the newest is no sign of a copy: our last answer may have been lost on the way.
    let isInTurn = sequence == issuedSequence || sequence == acknowledgedSequence
    watch.observe(isInTurn: isInTurn, domainHash: domainHash)
    return watch
  }

  var json: JSONValue {
    [
      "id": .int(id), "hostname": .string(hostname), "version": .string(version), "state": .string(state.rawValue),
      "license_id": .int(licenseID), "domain_hash": JSONValue(domainHash), "usage": usage.json,
      "clone_suspected": .bool(cloneWatch.isSuspected), "first_seen_at": JSONValue(firstSeenAt),
      "last_seen_at": JSONValue(lastSeenAt), "lost_at": JSONValue(lostAt), "offline_until": JSONValue(offlineUntil),
    ]
  }
}

/// What staff, and for their own the customer, do with an instance.
enum InstanceAct: String, CaseIterable, Sendable {
  case deactivate, ban, unban

  /// An act that does not fit the state leaves it: a ban is not lifted by a deactivation.
  func result(from state: Instance.State) -> Instance.State {
    switch (self, state) {
    case (.deactivate, .active): .deactivated
    case (.ban, _): .banned
    case (.unban, .banned): .deactivated
    case (.deactivate, _), (.unban, _): state
    }
  }

  var event: LicenseEventKind {
    switch self {
    case .deactivate: .deactivated
    case .ban: .banned
    case .unban: .unbanned
    }
  }

  var summary: String {
    switch self {
    case .deactivate: "Frees an instance's slot"
    case .ban: "Bans an instance: it is refused with BANNED"
    case .unban: "Lifts a ban: the instance may activate again"
    }
  }
}
