import Core
import Database
import Security

/// What staff do with registered trackers.
struct TrackerDesk: Sendable {
  let database: ConnectionPool
  let box: SecretBox
  let fleet: TrackerFleet
  let clock: any WallClock

  /// What is said of a tracker; nil leaves it as it is.
  struct Change: Sendable {
    var name: String?
    var baseURL: String?
    var token: String?
    var capacity: Int?
    var status: RegisteredTracker.Status?
  }

  /// Registers a tracker once it has answered with its token.
  /// - Throws: 422 when it does not, 409 when its name or address is known already.
  func register(
    name: String, baseURL: String, token: String, capacity: Int, by actor: Actor
  ) async throws -> RegisteredTracker {
    let report = try await ask(baseURL, token)
    let sealed = try box.seal(token, for: RegisteredTracker.sealingContext(baseURL: baseURL))
    return try await database.transaction { connection in
      let now = clock.now()
      let store = TrackerStore(connection)
      let draft = TrackerStore.Draft(
        name: name, baseURL: baseURL, sealedToken: sealed, tokenHint: String(token.suffix(4)), capacity: capacity)
      guard let id = try await store.insert(draft, at: now) else { throw Self.known }
      try await store.noteSeen(id, report, at: now)
      guard let tracker = try await store.find(id) else { throw Problem.notFound("tracker") }
      try await AuditStore(connection).append(
        AuditEntry(action: "tracker.register", subject: "tracker:\(id)", after: tracker.json(at: now)), by: actor,
        at: now)
      return tracker
    }
  }

  /// A new address needs the token with it: the old one must not be sent to a host that it was not meant for.
  func change(_ id: Int64, _ change: Change, by actor: Actor) async throws -> RegisteredTracker {
    guard let former = try await TrackerStore(database).find(id) else { throw Problem.notFound("tracker") }
    let baseURL = change.baseURL ?? former.baseURL
    guard baseURL == former.baseURL || change.token != nil else {
      throw Problem.invalid("control_token", "required", "must be given again with a new base_url")
    }
    var report: TrackerReport?
    if let token = change.token { report = try await ask(baseURL, token) }
    return try await database.transaction { connection in
      let now = clock.now()
      let store = TrackerStore(connection)
      guard let former = try await store.lock(id) else { throw Problem.notFound("tracker") }
      var tracker = former
      if let name = change.name { tracker.name = name }
      if let capacity = change.capacity { tracker.capacity = capacity }
      if let status = change.status { tracker.status = status }
      if let token = change.token {
        tracker.baseURL = baseURL
        tracker.sealedToken = try box.seal(token, for: RegisteredTracker.sealingContext(baseURL: baseURL))
        tracker.tokenHint = String(token.suffix(4))
      }
      guard try await store.save(tracker, at: now) else { throw Self.known }
      if let report { try await store.noteSeen(id, report, at: now) }
      guard let changed = try await store.find(id) else { throw Problem.notFound("tracker") }
      try await AuditStore(connection).append(
        AuditEntry(
          action: "tracker.change", subject: "tracker:\(id)", before: former.json(at: now), after: changed.json(at: now)
        ),
        by: actor, at: now)
      return changed
    }
  }

  /// - Throws: 409 while it has tenants of ours or data of former ones.
  func remove(_ id: Int64, by actor: Actor) async throws {
    try await database.transaction { connection in
      let now = clock.now()
      let store = TrackerStore(connection)
      guard let tracker = try await store.lock(id) else { throw Problem.notFound("tracker") }
      try await store.forgetHistory(of: id)
      guard try await store.delete(id) else {
        throw Problem.conflict("It still has tenants, or data of former ones: move or purge them first.")
      }
      try await AuditStore(connection).append(
        AuditEntry(action: "tracker.remove", subject: "tracker:\(id)", before: tracker.json(at: now)), by: actor,
        at: now)
    }
  }

  func check(_ id: Int64) async throws -> RegisteredTracker {
    guard let tracker = try await TrackerStore(database).find(id) else { throw Problem.notFound("tracker") }
    try await fleet.check(tracker)
    guard let checked = try await TrackerStore(database).find(id) else { throw Problem.notFound("tracker") }
    return checked
  }

  private func ask(_ baseURL: String, _ token: String) async throws -> TrackerReport {
    do {
      return try await TrackerClient(baseURL: baseURL, token: token, send: fleet.send).status()
    } catch let fault as TrackerFault {
      throw Problem.invalid(
        fault == .unauthorized ? "control_token" : "base_url", "unanswered", fault.description)
    }
  }

  private static let known = Problem.conflict(
    "A tracker with this name or address is registered already.", field: "name")
}
