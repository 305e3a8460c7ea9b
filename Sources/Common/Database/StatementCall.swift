import CLibPQ
import Synchronization

/// One statement's way over the wire: until when it may run, and the cancel request that is under way.
struct StatementCall {
  /// How long the server may take to act on a cancel request before the connection is given up.
  private static let cancelGrace: Duration = .seconds(5)

  private let cancellation: Cancellation
  private var deadline: ContinuousClock.Instant?
  private var canceller: Canceller?
  /// Why the statement is being stopped, if it is.
  private(set) var interruption: DatabaseError.Kind?

  init(timeout: Duration?, cancellation: Cancellation) {
    self.cancellation = cancellation
    deadline = timeout.map { ContinuousClock.now + $0 }
  }

  /// Whether the statement should stop now.
  private var reason: DatabaseError.Kind? {
    if cancellation.isRequested { return .cancelled }
    return isPastDeadline ? .timeout : nil
  }

  private var isPastDeadline: Bool { deadline.map { ContinuousClock.now >= $0 } ?? false }

  /// Stops waiting for a notification or feeding a COPY: nothing runs on the server that would need a cancel request.
  mutating func stopsLocally() -> DatabaseError.Kind? {
    if interruption == nil { interruption = reason }
    return interruption
  }

  /// Sends the cancel request when it is time to. False when the server didn't act on it in time.
  mutating func proceed(on connection: OpaquePointer, wake: WakePipe) -> Bool {
    if canceller != nil { return !isPastDeadline }
    guard let reason = interruption ?? reason else { return true }
    interruption = reason
    deadline = ContinuousClock.now + Self.cancelGrace
    canceller = Canceller.start(for: connection, wake: wake)
    return canceller != nil
  }

  /// Whether a cancel request is still on its way: it would hit whatever runs when it arrives.
  var awaitsCanceller: Bool { canceller?.isDone == false }

  /// For `poll`: milliseconds until there is something to do without input, -1 for never.
  var pollTimeout: Int32 {
    guard let deadline else { return -1 }
    let (seconds, attoseconds) = (deadline - ContinuousClock.now).components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let hour: Int64 = 3_600
    return Int32(min(seconds, hour) * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
  }
}

/// A cancel request in flight, on a thread of its own because PQcancel blocks without a time-out.
private final class Canceller: Sendable {
  // SAFETY: PQcancel is documented as safe from any thread; the one thread that gets the pointer frees it.
  private struct Handle: @unchecked Sendable { let pointer: OpaquePointer }

  private let done = Atomic(false)

  var isDone: Bool { done.load(ordering: .acquiring) }

  static func start(for connection: OpaquePointer, wake: WakePipe) -> Canceller? {
    guard let pointer = PQgetCancel(connection) else { return nil }
    let handle = Handle(pointer: pointer)
    let canceller = Canceller()
    let started = DetachedThread.start {
      var message = [CChar](repeating: 0, count: 256)
      PQcancel(handle.pointer, &message, Int32(message.count))
      PQfreeCancel(handle.pointer)
      canceller.done.store(true, ordering: .releasing)
      wake.signal()
    }
    guard started else {
      PQfreeCancel(pointer)
      return nil
    }
    return canceller
  }
}
