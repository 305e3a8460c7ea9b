internal import Dispatch
internal import Glibc
internal import Synchronization

/// A thread of its own that does one piece of blocking file work after the other, so that none of it sits on Swift's
/// few cooperative threads or on an event loop. It ends when nobody holds it any more.
final class FileThread: Sendable {
  private let queue: FileWork

  /// Nil when the system gives no more threads.
  init?() {
    let queue = FileWork()
    self.queue = queue
    guard Self.spawn({ queue.work() }) else { return nil }
  }

  deinit { queue.close() }

  /// Waits, without holding a thread, until `body` has run.
  func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      queue.add { continuation.resume(returning: body()) }
    }
  }

  /// Starts a detached thread; false when the system gives no more.
  static func spawn(_ body: @escaping @Sendable () -> Void) -> Bool {
    var attributes = pthread_attr_t()
    guard pthread_attr_init(&attributes) == 0 else { return false }
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let retained = Unmanaged.passRetained(ThreadBody(run: body))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, retained.toOpaque())
    if status != 0 { retained.release() }
    return status == 0
  }

  private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

/// What the thread shares with its holder, and outlives him by.
private final class FileWork: Sendable {
  private struct State {
    var pieces: [@Sendable () -> Void] = []
    var isClosed = false
  }

  private let state = Mutex(State())
  private let wake = DispatchSemaphore(value: 0)

  func add(_ piece: @escaping @Sendable () -> Void) {
    state.withLock { $0.pieces.append(piece) }
    wake.signal()
  }

  func close() {
    state.withLock { $0.isClosed = true }
    wake.signal()
  }

  /// The thread's life.
  func work() {
    while true {
      wake.wait()
      let (pieces, isClosed) = state.withLock { state in
        defer { state.pieces.removeAll() }
        return (state.pieces, state.isClosed)
      }
      for piece in pieces { piece() }
      if isClosed { return }
    }
  }
}
