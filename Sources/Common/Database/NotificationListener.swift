public import Logging
public import ServiceLifecycle

/// LISTENs on a connection of its own, outside every pool, and connects again when it breaks.
public final class NotificationListener: Service {
  public struct Message: Hashable, Sendable {
    public let channel: String
    public let payload: String

    public init(channel: String, payload: String) {
      self.channel = channel
      self.payload = payload
    }
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
  private static let shortestPause: Duration = .milliseconds(100)
  private static let checkInterval: Duration = .seconds(30)
  /// How soon a receiver that was too slow is tried again.
  private static let catchUpInterval: Duration = .milliseconds(200)

  private let dsn: DSN
  private let channels: [String]
  private let logger: Logger
  private let continuation: AsyncStream<Notification>.Continuation

  public init(dsn: DSN, channels: [String], logger: Logger) {
    self.dsn = dsn.with(applicationName: "trackily-listener")
    self.channels = channels
    self.logger = logger
    (notifications, continuation) = AsyncStream.makeStream(
      bufferingPolicy: .bufferingOldest(Self.bufferedNotifications))
  }

  /// Listens until cancelled or shut down; then the stream ends.
  public func run() async throws {
    defer { continuation.finish() }
    await cancelWhenGracefulShutdown { await self.listenAgainAndAgain() }
  }

  private func listenAgainAndAgain() async {
    var outbox = NotificationOutbox(continuation)
    var pause = Self.shortestPause
    while !Task.isCancelled {
      do throws(DatabaseError) {
        let connection = try await Connection.open(dsn)
        defer { connection.abort() }
        for channel in channels { try await connection.execute("LISTEN \(identifier: channel)") }
        pause = Self.shortestPause
        try await forward(from: connection, to: &outbox)
      } catch  where error.kind != .cancelled {
        logger.warning("listening for changes failed", metadata: ["error": "\(error)"])
      } catch {}
      try? await Task.sleep(for: pause)
      pause = min(pause * 2, .seconds(5))
    }
  }

  /// Never returns: it ends with the connection.
  private func forward(from connection: Connection, to outbox: inout NotificationOutbox) async throws(DatabaseError) {
    outbox.refresh()
    while true {
      let patience = outbox.owesRefresh ? Self.catchUpInterval : Self.checkInterval
      let messages = try await connection.awaitNotifications(for: patience)
      for message in messages { outbox.deliver(message) }
      if outbox.owesRefresh {
        outbox.refresh()
      } else if messages.isEmpty {
        try await connection.execute("SELECT 1")
      }
    }
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
