public import NIOCore

/// What a handler in front of the HTTP decoder tells the connection, whose time-outs see only what is decoded. Used on
/// the connection's event loop alone.
public final class ConnectionActivity {
  /// When something last happened.
  public var lastProgress = NIODeadline.now()
  /// Whether an answer is being made: that may take its time.
  public var isWorking = false

  init() {}
}

@available(*, unavailable)
extension ConnectionActivity: Sendable {}

/// A program's own handlers of one connection.
public struct ConnectionHandlers {
  /// Before the HTTP decoder: sees bytes.
  public var front: (any ChannelHandler)?
  /// After it, on `HTTPServerRequestPart`s. What they answer never reaches the framework.
  public var handlers: [any ChannelHandler]

  public init(front: (any ChannelHandler)? = nil, _ handlers: [any ChannelHandler] = []) {
    self.front = front
    self.handlers = handlers
  }
}
