internal import Synchronization

/// A lane for callers that wait for their own record.
final class AwaitedAppends: Sendable {
  typealias Outcome = Result<JournalOutcome, JournalRefusal>

  private struct State {
    var nextToken: UInt64 = 0
    var waiting: [UInt64: CheckedContinuation<Outcome, Never>] = [:]
  }

  private final class Waiters: Sendable {
    let state = Mutex(State())
  }

  private let waiters: Waiters
  private let lane: JournalLane

  init(intake: JournalIntake) {
    let waiters = Waiters()
    self.waiters = waiters
    lane = JournalLane(intake: intake) { tokens, outcome in
      for token in tokens {
        waiters.state.withLock { $0.waiting.removeValue(forKey: token) }?.resume(returning: .success(outcome))
      }
    }
  }

  func append(tenantID: Int64, kind: JournalKind, payload: [UInt8]) async -> Outcome {
    await withCheckedContinuation { continuation in
      let token = waiters.state.withLock { state in
        state.nextToken += 1
        state.waiting[state.nextToken] = continuation
        return state.nextToken
      }
      do throws(JournalRefusal) {
        try lane.append(tenantID: tenantID, kind: kind, payload: payload, token: token)
      } catch {
        waiters.state.withLock { $0.waiting.removeValue(forKey: token) }?.resume(returning: .failure(error))
      }
    }
  }
}
