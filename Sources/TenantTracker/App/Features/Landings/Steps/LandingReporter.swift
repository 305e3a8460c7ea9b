import ClickPath
import Core
import Database
import Logging
import ServiceLifecycle
import Synchronization

/// Writes what landings report. Reports that come while a batch is being written make the next one, so however many come,
/// a tenant's database sees one statement at a time. Each is answered when its row is there; more than can wait are told
/// to come again.
final class LandingReporter: Service {
  enum Outcome: Sendable { case written, unknownClick, away }

  private struct Waiting: Sendable {
    let tenantID: Int64
    let report: LandingReport
    let answer: CheckedContinuation<Outcome, Never>
  }

  private struct State {
    var waiting: [Waiting] = []
    var isClosed = false
  }

  private static let waitingLimit = 4_096
  private static let batchLimit = 500

  private let state = Mutex(State())
  private let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  private let store = ClickStepStore()
  private let tail: ClickTail
  private let scope: @Sendable (Int64) throws -> TenantScope
  private let logger: Logger

  /// - Parameters:
  ///   - tail: clicks that the database does not have yet.
  ///   - scope: of a tenant; throws while the database is away.
  init(tail: ClickTail, logger: Logger, scope: @escaping @Sendable (Int64) throws -> TenantScope) {
    self.tail = tail
    self.logger = logger
    self.scope = scope
  }

  /// Returns once the report is in the database, or is known not to get there.
  func record(_ report: LandingReport, tenant: Int64) async -> Outcome {
    await withCheckedContinuation { answer in
      let isTaken = state.withLock { state in
        guard !state.isClosed, state.waiting.count < Self.waitingLimit else { return false }
        state.waiting.append(Waiting(tenantID: tenant, report: report, answer: answer))
        return true
      }
      if isTaken { signal.yield() } else { answer.resume(returning: .away) }
    }
  }

  func run() async throws {
    await withGracefulShutdownHandler {
      for await _ in signals { while await writeBatch() {} }
    } onGracefulShutdown: {
      self.signal.finish()
    }
    let left = state.withLock { state in
      state.isClosed = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for waiting in left { waiting.answer.resume(returning: .away) }
  }

  /// False when there was nothing to write.
  private func writeBatch() async -> Bool {
    let batch = state.withLock { state in
      let batch = Array(state.waiting.prefix(Self.batchLimit))
      state.waiting.removeFirst(batch.count)
      return batch
    }
    for (tenantID, reports) in Dictionary(grouping: batch, by: \.tenantID) { await write(reports, of: tenantID) }
    return !batch.isEmpty
  }

  private func write(_ batch: [Waiting], of tenantID: Int64) async {
    do {
      let scope = try scope(tenantID)
      let known = try await known(Set(batch.map(\.report.click)), of: scope)
      let found = batch.filter { known.contains($0.report.click) }
      try await write(found.map(\.report), to: scope)
      for waiting in batch {
        waiting.answer.resume(returning: known.contains(waiting.report.click) ? .written : .unknownClick)
      }
    } catch {
      logger.debug("landing reports not written", metadata: ["tenant": "\(tenantID)", "error": "\(error)"])
      for waiting in batch { waiting.answer.resume(returning: .away) }
    }
  }

  /// A click of the last seconds may still be on its way to the database.
  private func known(_ clicks: Set<ClickID>, of scope: TenantScope) async throws -> Set<ClickID> {
    let recent = clicks.filter { tail.find($0)?.tenantID == scope.tenantID }
    let others = clicks.subtracting(recent)
    return others.isEmpty ? recent : recent.union(try await store.known(Array(others), of: scope))
  }

  private func write(_ reports: [LandingReport], to scope: TenantScope) async throws {
    var steps: [(click: ClickID, step: ClickStepStore.Step)] = []
    var denials: [(click: ClickID, sign: SpySign, at: Timestamp)] = []
    for report in reports {
      switch report.content {
      case .step(let step): steps.append((report.click, step))
      case .denied(let signs): for sign in signs { denials.append((report.click, sign, report.at)) }
      }
    }
    if !steps.isEmpty { try await store.insert(steps, of: scope) }
    if !denials.isEmpty { try await store.insert(denials, of: scope) }
  }
}
