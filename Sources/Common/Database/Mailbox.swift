import Glibc

/// A queue between many senders and one thread that sleeps while it is empty.
// SAFETY: `queue`, `head` and `isClosed` are only touched with `mutex` held; the two pthread objects live on the heap
// from init to deinit and are never copied.
final class Mailbox<Element: Sendable>: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var queue: [Element] = []
  private var head = 0
  private var isClosed = false

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(filled, nil)
  }

  deinit {
    pthread_cond_destroy(filled)
    pthread_mutex_destroy(mutex)
    filled.deallocate()
    mutex.deallocate()
  }

  /// False once closed.
  func put(_ element: Element) -> Bool {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    guard !isClosed else { return false }
    queue.append(element)
    pthread_cond_signal(filled)
    return true
  }

  /// The next element, waiting for one; nil when closed and empty.
  func take() -> Element? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while head == queue.count {
      if isClosed { return nil }
      pthread_cond_wait(filled, mutex)
    }
    let element = queue[head]
    head += 1
    if head == queue.count {
      queue.removeAll(keepingCapacity: true)
      head = 0
    }
    return element
  }

  /// Refuses further elements; what is queued is still taken.
  func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    pthread_cond_broadcast(filled)
    pthread_mutex_unlock(mutex)
  }
}
