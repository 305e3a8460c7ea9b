import Synchronization

/// A value that several may offer and one task waits for; the first offer counts.
final class Settlement<Value: Sendable>: Sendable {
  private enum State {
    case open
    case awaited(CheckedContinuation<Value, Never>)
    case settled(Value)
  }

  private let state = Mutex(State.open)

  /// False when somebody was first.
  @discardableResult
  func settle(_ value: Value) -> Bool {
    let (isFirst, waiting) = state.withLock { state -> (Bool, CheckedContinuation<Value, Never>?) in
      switch state {
      case .settled: return (false, nil)
      case .open:
        state = .settled(value)
        return (true, nil)
      case .awaited(let continuation):
        state = .settled(value)
        return (true, continuation)
      }
    }
    waiting?.resume(returning: value)
    return isFirst
  }

  /// The settled value; for one waiting task.
  var value: Value {
    get async {
      await withCheckedContinuation { continuation in
        let settled = state.withLock { state -> Value? in
          if case .settled(let value) = state { return value }
          state = .awaited(continuation)
          return nil
        }
        if let settled { continuation.resume(returning: settled) }
      }
    }
  }
}
