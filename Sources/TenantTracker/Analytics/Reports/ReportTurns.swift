import Synchronization

/// Only so many reports are counted at once, first come, first served, so that visitors find a processor free beside
/// them. One that takes longer than `patience` goes on without its turn: short ones do not wait behind it.
final class ReportTurns: Sendable {
  private struct State {
    var last = 0
    var running: Set<Int> = []
    var waiting: [(number: Int, mayBegin: CheckedContinuation<Bool, Never>)] = []
  }

  private let limit: Int
  private let patience: Duration
  private let state = Mutex(State())

  /// - Parameter limit: reports at once, at least one.
  init(limit: Int, patience: Duration = .milliseconds(300)) {
    self.limit = max(1, limit)
    self.patience = patience
  }

  /// - Throws: what `count` throws; `CancellationError` when its task is cancelled while it waits.
  func run<Answer>(_ count: () async throws -> Answer) async throws -> Answer {
    let number = state.withLock { state in
      state.last += 1
      return state.last
    }
    guard await begin(number) else { throw CancellationError() }
    let timer = Task {
      try await Task.sleep(for: patience)
      end(number)
    }
    defer {
      timer.cancel()
      end(number)
    }
    return try await count()
  }

  /// How many run in their turn, and how many wait for one.
  var counts: (running: Int, waiting: Int) { state.withLock { ($0.running.count, $0.waiting.count) } }

  /// False when the task was cancelled before its turn came.
  private func begin(_ number: Int) async -> Bool {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mayBegin: Bool? = state.withLock { state in
          // The handler below ran already, or finds what is added here.
          if Task.isCancelled { return false }
          if state.running.count < limit {
            state.running.insert(number)
            return true
          }
          state.waiting.append((number, continuation))
          return nil
        }
        if let mayBegin { continuation.resume(returning: mayBegin) }
      }
    } onCancel: {
      let left = state.withLock { state in
        state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0).mayBegin }
      }
      left?.resume(returning: false)
    }
  }

  /// Gives the turn to who waits longest; nothing when it was given on already.
  private func end(_ number: Int) {
    let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
      guard state.running.remove(number) != nil, !state.waiting.isEmpty else { return nil }
      let next = state.waiting.removeFirst()
      state.running.insert(next.number)
      return next.mayBegin
    }
    next?.resume(returning: true)
  }
}
