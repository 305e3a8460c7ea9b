import Dispatch
import Synchronization

/// A fixed number of threads of our own behind a bounded queue, for calls that block or burn CPU for long.
///
/// The threads start with the first work and end when the pool is released.
public final class WorkerThreads: Sendable {
  public enum Refusal: Error, Hashable, Sendable {
    /// The queue is full.
    case busy
    /// The task was cancelled before its work was done. Work that has begun goes on, its result is dropped.
    case cancelled
  }

  private let count: Int
  private let queueLimit: Int
  private let queue = WorkQueue()
  private let started = Mutex(0)

  /// - Parameters:
  ///   - count: how many pieces of work run at once.
  ///   - queueLimit: how many may wait beyond those; one more is refused as ``Refusal/busy``.
  public init(count: Int, queueLimit: Int) {
    self.count = max(1, count)
    self.queueLimit = max(1, queueLimit)
  }

  deinit { queue.close() }

  /// Runs `work` on one of the threads and waits for its result without holding a thread.
  public func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async throws(Refusal) -> Value {
    let reply = OneShot<Result<Value, Refusal>>()
    let isQueued =
      startThreads()
      && queue.add(limit: queueLimit + count) {
        guard !reply.isSettled else { return }
        reply.settle(.success(work()))
      }
    guard isQueued else { throw .busy }
    let result = await withTaskCancellationHandler {
      await reply.value()
    } onCancel: {
      reply.settle(.failure(.cancelled))
    }
    return try result.get()
  }

  /// False when not even one thread could be had.
  private func startThreads() -> Bool {
    started.withLock { running in
      while running < count, OwnThread.start({ [queue] in queue.work() }) { running += 1 }
      return running > 0
    }
  }
}

/// What the threads share; it outlives the pool until the last of them has gone.
private final class WorkQueue: Sendable {
  private struct State {
    var waiting: [@Sendable () -> Void] = []
    var running = 0
  }

  private let state = Mutex(State())
  private let signal = DispatchSemaphore(value: 0)

  /// False when as many as `limit` are waiting or running.
  func add(limit: Int, _ work: @escaping @Sendable () -> Void) -> Bool {
    let isAdded = state.withLock { state in
      guard state.waiting.count + state.running < limit else { return false }
      state.waiting.append(work)
      return true
    }
    if isAdded { signal.signal() }
    return isAdded
  }

  /// Ends the threads once the queue is empty: a wake-up without work is the sign to go.
  func close() { signal.signal() }

  /// A thread's life: take the oldest work and do it, until the pool is closed and nothing is left.
  func work() {
    while true {
      signal.wait()
      let next: (@Sendable () -> Void)? = state.withLock { state in
        guard !state.waiting.isEmpty else { return nil }
        state.running += 1
        return state.waiting.removeFirst()
      }
      guard let next else {
        signal.signal()  // pass the sign on to the next thread
        return
      }
      next()
      state.withLock { $0.running -= 1 }
    }
  }
}
