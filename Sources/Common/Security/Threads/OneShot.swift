import Synchronization

/// A value that arrives once, from another thread; whoever settles first wins, later values are dropped.
final class OneShot<Value: Sendable>: Sendable {
  private enum State {
    case empty
    case awaited(CheckedContinuation<Value, Never>)
    case settled(Value)
    case delivered
  }

  private let state = Mutex<State>(.empty)

  var isSettled: Bool {
    state.withLock {
      switch $0 {
      case .empty, .awaited: false
      case .settled, .delivered: true
      }
    }
  }

  func settle(_ value: Value) {
    let continuation: CheckedContinuation<Value, Never>? = state.withLock {
      switch $0 {
      case .empty:
        $0 = .settled(value)
        return nil
      case .awaited(let continuation):
        $0 = .delivered
        return continuation
      case .settled, .delivered:
        return nil
      }
    }
    continuation?.resume(returning: value)
  }

  /// The value, as soon as it is there. To be called once.
  func value() async -> Value {
    await withCheckedContinuation { continuation in
      let value: Value? = state.withLock {
        guard case .settled(let value) = $0 else {
          $0 = .awaited(continuation)
          return nil
        }
        $0 = .delivered
        return value
      }
      if let value { continuation.resume(returning: value) }
    }
  }
}
