/// What one connection may take of our time and memory.
public struct ConnectionLimits: Sendable {
  /// Without a whole request head, or between two pieces of a body.
  public var idleTimeout: Duration
  /// A body may take this long, and longer by its bytes at `slowestBody`.
  public var bodyTimeout: Duration
  /// Bytes a second.
  public var slowestBody: Int
  /// How long the rest of a refused request is swallowed, so that the client gets to read the refusal.
  public var lingerTimeout: Duration
  /// Of an answered request's unread body, in bytes: more is not worth keeping the connection for.
  public var unreadBodyLimit: Int
  /// Bytes of all header fields of a request.
  public var headerLimit: Int
  public var headerCountLimit: Int

  public init(
    idleTimeout: Duration = .seconds(60), bodyTimeout: Duration = .seconds(30), slowestBody: Int = 4_096,
    lingerTimeout: Duration = .seconds(2), unreadBodyLimit: Int = 65_536, headerLimit: Int = 32_768,
    headerCountLimit: Int = 100
  ) {
    self.idleTimeout = idleTimeout
    self.bodyTimeout = bodyTimeout
    self.slowestBody = slowestBody
    self.lingerTimeout = lingerTimeout
    self.unreadBodyLimit = unreadBodyLimit
    self.headerLimit = headerLimit
    self.headerCountLimit = headerCountLimit
  }
}
