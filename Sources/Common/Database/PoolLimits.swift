/// How many connections a pool keeps and for how long.
public struct PoolLimits: Sendable {
  /// The hard cap.
  public var maxConnections: Int
  /// How many the running pool keeps open even when idle.
  public var minConnections: Int
  /// How long a caller waits for a connection before ``DatabaseError/Kind/poolExhausted``.
  public var acquireTimeout: Duration
  /// How long a statement may run; nil for ever.
  public var statementTimeout: Duration?
  /// An idle connection is closed after this.
  public var idleTimeout: Duration
  /// A connection is replaced after about this: its server process has grown by every table it has touched.
  public var maxLifetime: Duration
  /// A connection idle for longer is asked for a sign of life before it is lent.
  public var verifyAfter: Duration

  public init(
    maxConnections: Int = 8, minConnections: Int = 0, acquireTimeout: Duration = .seconds(5),
    statementTimeout: Duration? = .seconds(30), idleTimeout: Duration = .seconds(300),
    maxLifetime: Duration = .seconds(1_800), verifyAfter: Duration = .seconds(30)
  ) {
    self.maxConnections = max(1, maxConnections)
    self.minConnections = min(max(0, minConnections), self.maxConnections)
    self.acquireTimeout = acquireTimeout
    self.statementTimeout = statementTimeout
    self.idleTimeout = idleTimeout
    self.maxLifetime = maxLifetime
    self.verifyAfter = verifyAfter
  }
}
