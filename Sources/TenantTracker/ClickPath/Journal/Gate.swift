internal import Synchronization

/// Closed until it is opened once; any number may wait before it.
final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  func open() {
    let waiters = state.withLock { state in
      state.isOpen = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  func pass() async {
    await withCheckedContinuation { continuation in
      let mustWait = state.withLock { state in
        if !state.isOpen { state.waiters.append(continuation) }
        return !state.isOpen
      }
      if !mustWait { continuation.resume() }
    }
  }
}
