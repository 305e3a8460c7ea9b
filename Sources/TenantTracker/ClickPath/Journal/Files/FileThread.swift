internal import Dispatch
internal import Glibc
internal import Synchronization

/// A thread of its own that does one piece of blocking file work after the other, so that none of it sits on Swift's
/// few cooperative threads or on an event loop.
final class FileThread: Sendable {
  private struct State {
    var work: [@Sendable () -> Void] = []
    var isStopped = false
  }

  private let state = Mutex(State())
  private let wake = DispatchSemaphore(value: 0)

  /// Nil when the system gives no more threads.
  static func started() -> FileThread? {
    let thread = FileThread()
    return spawn { thread.run() } ? thread : nil
  }

  private init() {}

  /// Waits, without holding a thread, until `body` has run. Must not be called after ``stop()``.
  func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      state.withLock { $0.work.append { continuation.resume(returning: body()) } }
      wake.signal()
    }
  }

  /// Lets the thread end after the work it was given.
  func stop() {
    state.withLock { $0.isStopped = true }
    wake.signal()
  }

  private func run() {
    while true {
      wake.wait()
      let (work, isStopped) = state.withLock { state in
        defer { state.work.removeAll(keepingCapacity: true) }
        return (state.work, state.isStopped)
      }
      for piece in work { piece() }
      if isStopped { return }
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
