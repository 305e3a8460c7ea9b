import Core
import Database
import Logging
import Security

/// The registered trackers, and how to talk to them.
struct TrackerFleet: Sendable {
  let database: ConnectionPool
  let box: SecretBox
  let send: TrackerClient.Send
  let clock: any WallClock
  let logger: Logger

  func client(for tracker: RegisteredTracker) throws -> TrackerClient {
    let token = try box.openText(
      tracker.sealedToken, for: RegisteredTracker.sealingContext(baseURL: tracker.baseURL))
    return TrackerClient(baseURL: tracker.baseURL, token: token, send: send)
  }

  /// - Throws: 404 when there is none.
  func client(for id: Int64) async throws -> TrackerClient {
    guard let tracker = try await TrackerStore(database).find(id) else { throw Problem.notFound("tracker") }
    return try client(for: tracker)
  }

  /// Asks one tracker how it is and notes the answer.
  func check(_ tracker: RegisteredTracker) async throws {
    let store = TrackerStore(database)
    do {
      let report = try await client(for: tracker).status()
      try await store.noteSeen(tracker.id, report, at: clock.now())
    } catch let fault as TrackerFault {
      try await noteFailure(of: tracker, fault.description)
    } catch let fault as SecretBox.Fault {
      try await noteFailure(of: tracker, "Its control token cannot be opened with this SECRET_KEY (\(fault)).")
    }
  }

  private func noteFailure(of tracker: RegisteredTracker, _ reason: String) async throws {
    if tracker.failingSince == nil {
      logger.warning("a tracker fails", metadata: ["tracker": "\(tracker.name)", "error": "\(reason)"])
    }
    try await TrackerStore(database).noteFailure(tracker.id, reason, at: clock.now())
  }

  /// Asks all of them, eight at a time.
  func checkAll() async throws {
    let trackers = try await TrackerStore(database).all()
    try await forEach(trackers) { try await check($0) }
  }

  /// Notes users and clicks of all our tenants. One tracker that fails keeps nobody else's figures.
  func pullUsage() async throws {
    let trackers = try await TrackerStore(database).all().filter { $0.tenants > 0 && $0.failingSince == nil }
    try await forEach(trackers) { tracker in
      do {
        try await pullUsage(of: tracker)
      } catch let fault as TrackerFault {
        try await noteFailure(of: tracker, fault.description)
      }
    }
  }

  /// No tracker has more pages than this.
  private static let pageLimit = 2_000

  private func pullUsage(of tracker: RegisteredTracker) async throws {
    let client = try client(for: tracker)
    var cursor: String?
    for _ in 0..<Self.pageLimit {
      let page = try await client.usage(after: cursor)
      try await HostedTenantStore(database).note(page.tenants, by: tracker.id, at: clock.now())
      guard let next = page.next, next != cursor else { return }
      cursor = next
    }
  }

  private func forEach(
    _ trackers: [RegisteredTracker], _ work: @escaping @Sendable (RegisteredTracker) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      var waiting = trackers[...]
      for tracker in waiting.prefix(8) { tasks.addTask { try await work(tracker) } }
      waiting = waiting.dropFirst(8)
      while try await tasks.next() != nil {
        if let tracker = waiting.popFirst() { tasks.addTask { try await work(tracker) } }
      }
    }
  }
}
