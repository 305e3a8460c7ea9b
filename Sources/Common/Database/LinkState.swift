import Glibc
import Synchronization

/// What other threads may know of a connection, kept up to date by the thread that owns it.
final class LinkState: Sendable {
  struct Values {
    var isOpen = true
    /// Inside a transaction block, whether healthy or failed.
    var isInTransaction = false
    /// Set from outside to break the connection off at once.
    var isAborted = false
    var socket: Int32 = -1
    var backendPID: Int32 = 0
    var savepoints = 0
    /// What the running transaction wants told once it is committed.
    var hints: [SQL] = []
  }

  let wake: WakePipe
  private let values = Mutex(Values())

  init(wake: WakePipe) { self.wake = wake }

  var current: Values { values.withLock { $0 } }

  func update<Answer: Sendable>(_ change: (inout Values) -> Answer) -> Answer { values.withLock { change(&$0) } }

  func abort() {
    update { $0.isAborted = true }
    wake.signal()
  }

  /// Whether bytes wait on the socket of a connection nobody uses: usually the server's farewell.
  var hasUnreadInput: Bool {
    var request = pollfd(fd: current.socket, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, 0) != 0
  }
}

/// A caller's wish to stop its statement, noticed by the thread that waits for the answer.
final class Cancellation: Sendable {
  private let flag = Atomic(false)
  private let wake: WakePipe

  init(wake: WakePipe) { self.wake = wake }

  var isRequested: Bool { flag.load(ordering: .acquiring) }

  func request() {
    flag.store(true, ordering: .releasing)
    wake.signal()
  }
}
