public import Logging
public import ServiceLifecycle

/// LISTENs on a connection of its own, outside every pool, and connects again when it breaks.
public final class NotificationListener: Service {
  public struct Message: Hashable, Sendable {
    public let channel: String
    public let payload: String
  }

  public enum Notification: Hashable, Sendable {
    case message(Message)
    /// From now on we listen, and anything sent before may have been missed: look at everything afresh. Comes first,
    /// after every new connection, and when the receiver was too slow.
    case reconnected
  }

  /// For one receiver.
  public let notifications: AsyncStream<Notification>

  private static let bufferedNotifications = 1_024
  private static let checkInterval: Duration = .seconds(30)

  private let dsn: DSN
  private let channels: [String]
  private let logger: Logger
  private let continuation: AsyncStream<Notification>.Continuation

  public init(dsn: DSN, channels: [String], logger: Logger) {
    self.dsn = dsn.with(applicationName: "trackily-listener")
    self.channels = channels
    self.logger = logger
    (notifications, continuation) = AsyncStream.makeStream(
      bufferingPolicy: .bufferingNewest(Self.bufferedNotifications))
  }

  /// Listens until cancelled or shut down; then the stream ends.
  public func run() async throws {
    defer { continuation.finish() }
    await cancelWhenGracefulShutdown { await self.listenAgainAndAgain() }
  }

  private func listenAgainAndAgain() async {
    var pause: Duration = .milliseconds(100)
    while !Task.isCancelled {
      do throws(DatabaseError) {
        try await listen { pause = .milliseconds(100) }
      } catch where error.kind != .cancelled {
        logger.warning("listening for changes failed", metadata: ["error": "\(error)"])
      } catch {}
      try? await Task.sleep(for: pause)
      pause = min(pause * 2, .seconds(5))
    }
  }

  private func listen(_ hasBegun: () -> Void) async throws(DatabaseError) {
    let connection = try await Connection.open(dsn)
    defer { connection.abort() }
    for channel in channels { try await connection.execute("LISTEN \(identifier: channel)") }
    hasBegun()
    deliver(.reconnected)
    while true {
      let messages = try await connection.awaitNotifications(for: Self.checkInterval)
      for message in messages { deliver(.message(message)) }
      if messages.isEmpty { try await connection.execute("SELECT 1") }
    }
  }

  private func deliver(_ notification: Notification) {
    if case .dropped = continuation.yield(notification) { continuation.yield(.reconnected) }
  }
}

extension Connection {
  /// Waits for notifications on the channels LISTENed to: some, or none after `time`.
  func awaitNotifications(for time: Duration) async throws(DatabaseError) -> [NotificationListener.Message] {
    do throws(LinkFailure) {
      return try await perform(timeout: time) { link, call in link.awaitNotifications(&call) }.get()
    } catch {
      throw error.error
    }
  }
}
