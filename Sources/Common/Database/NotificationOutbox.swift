/// Hands notifications to a receiver that may be slow: what doesn't fit is made up for by one refresh later.
struct NotificationOutbox {
  typealias Notification = NotificationListener.Notification

  let continuation: AsyncStream<Notification>.Continuation
  /// Something was dropped and the receiver doesn't know yet.
  private(set) var owesRefresh = false

  init(_ continuation: AsyncStream<Notification>.Continuation) { self.continuation = continuation }

  mutating func deliver(_ message: NotificationListener.Message) {
    if owesRefresh { refresh() }
    if !owesRefresh, case .dropped = continuation.yield(.message(message)) { owesRefresh = true }
  }

  mutating func refresh() {
    if case .dropped = continuation.yield(.reconnected) { owesRefresh = true } else { owesRefresh = false }
  }
}
