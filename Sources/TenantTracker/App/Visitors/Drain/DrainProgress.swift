import ClickPath
import Synchronization

/// Whether the journal may hold clicks that are neither in memory nor in the database: those of an earlier process, of an
/// outage, of a tenant that can't be written. Until they are drained an unknown click is not unknown for good.
final class DrainProgress: Sendable {
  private struct State {
    /// The end of what was durable when the run began; nil once that is drained.
    var backlog: JournalPosition?
    var paused: Set<Int64> = []
  }

  private let state: Mutex<State>

  /// - Parameter backlog: what an earlier process left; nil for a journal of one's own.
  init(backlog: JournalPosition? = nil) { state = Mutex(State(backlog: backlog)) }

  func mayHoldClicks(of tenantID: Int64) -> Bool {
    state.withLock { $0.backlog != nil || $0.paused.contains(tenantID) }
  }

  func began(at position: JournalPosition, end: JournalPosition) {
    state.withLock { $0.backlog = position < end ? end : nil }
  }

  func reached(_ position: JournalPosition, paused: Set<Int64>) {
    state.withLock { state in
      if let backlog = state.backlog, position >= backlog { state.backlog = nil }
      state.paused = paused
    }
  }
}
