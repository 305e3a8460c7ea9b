import Conversions
import Core
import Database
import Logging
import ServiceLifecycle
import Web

/// Carries out decisions about many conversions: a few while the caller waits, more in the background.
struct BulkDecider: Service {
  let decider: ConversionDecider
  let audit: AuditLog
  let store: BulkDecisionStore
  let logger: Logger
  private let work = BoundedWork(limit: 2, queue: 16)

  /// So many are done while the caller waits.
  private static let atOnce = 100
  /// Transactions in flight, out of the tenant's few connections.
  private static let lanes = 3
  /// After so many the progress is told.
  private static let stride = 60

  init(recorder: ConversionRecorder, audit: AuditLog, clock: any WallClock, logger: Logger) {
    decider = ConversionDecider(recorder: recorder, clock: clock)
    self.audit = audit
    store = BulkDecisionStore(clock: clock)
    self.logger = logger
  }

  func run() async throws { try await work.run() }

  /// - Parameter ids: known ones, at most ``BulkDecision/limit``, none twice.
  func begin(
    _ decision: ConversionDecision, on ids: [ConversionID], note: String?, by call: TrackerCall
  ) async throws -> BulkDecision {
    let (scope, author) = (call.place.scope, call.session.auditName)
    let entry = try await scope.transaction { connection in
      let entry = try await store.begin(
        decision, note: note, total: ids.count, by: author, of: scope, in: connection)
      let after: JSONValue = [
        "decision": .string(decision.word), "note": JSONValue(note), "count": .int(ids.count),
        "conversions": .array(ids.prefix(50).map { JSONValue($0) }),
      ]
      try await audit.append("conversion.bulk", "conversion_change:\(entry.id)", after: after, by: call, in: connection)
      return entry
    }
    if ids.count <= Self.atOnce {
      await carryOut(decision, on: ids, as: entry, in: scope)
    } else if !work.submit({ await carryOut(decision, on: ids, as: entry, in: scope) }) {
      var results = BulkDecision.Results()
      results.problem = "Too many changes are under way."
      try await store.end(entry.id, .failed, done: 0, results, of: scope)
      throw Problem.unavailable("Too many changes are under way.", retryAfter: 30)
    }
    return try await store.find(entry.id, of: scope) ?? entry
  }

  /// Decides about one after the other, whatever comes of it.
  private func carryOut(
    _ decision: ConversionDecision, on ids: [ConversionID], as entry: BulkDecision, in scope: TenantScope
  ) async {
    var results = BulkDecision.Results()
    var done = 0
    do {
      while done < ids.count {
        // A stop waits for no thousands; whoever asked sees what is left.
        guard !Task.isShuttingDownGracefully else { throw CancellationError() }
        let some = ids[done..<min(done + Self.stride, ids.count)]
        let found = try await decide(decision, on: some, as: entry, in: scope)
        for id in some { if let result = found[id] { results.add(result, of: id) } }
        done += some.count
        try await store.progress(entry.id, done: done, of: scope)
      }
      try await store.end(entry.id, .done, done: done, results, of: scope)
    } catch {
      logger.error("bulk change not finished", metadata: ["error": "\(error)"])
      results.problem =
        error is CancellationError
        ? "The tracker was stopped meanwhile. Do it again for what is left."
        : "Something went wrong here. Do it again for what is left."
      // The database may be what failed: then the row goes silent, which is read as ended.
      try? await store.end(entry.id, .failed, done: done, results, of: scope)
    }
  }

  private func decide(
    _ decision: ConversionDecision, on ids: ArraySlice<ConversionID>, as entry: BulkDecision, in scope: TenantScope
  ) async throws -> [ConversionID: DecisionResult] {
    let note = entry.note.isEmpty ? nil : entry.note
    return try await withThrowingTaskGroup(of: (ConversionID, DecisionResult).self) { tasks in
      var found: [ConversionID: DecisionResult] = [:]
      for (index, id) in ids.enumerated() {
        if index >= Self.lanes, let (id, result) = try await tasks.next() { found[id] = result }
        tasks.addTask {
          (id, try await decider.decide(decision, on: id, note: note, by: entry.madeBy, in: scope))
        }
      }
      for try await (id, result) in tasks { found[id] = result }
      return found
    }
  }
}
