public import Logging
public import ServiceLifecycle

/// A few connections shared by many tasks, with a hard cap. Callers beyond it wait their turn.
///
/// It works without being run; running it keeps the minimum open, checks idle connections, closes old ones, and closes
/// the pool at shutdown. It recovers by itself when the server was away: while it is, callers fail fast with
/// ``DatabaseError/Kind/unreachable``.
public final class ConnectionPool: SQLExecutor, Service {
  private struct Only: Hashable, Sendable {}

  private let core: PoolCore<Only>

  public init(name: String, dsn: DSN, limits: PoolLimits = PoolLimits(), logger: Logger) {
    var logger = logger
    logger[metadataKey: "pool"] = "\(name)"
    core = PoolCore(limits: limits, perGroup: limits.maxConnections, filler: Only(), logger: logger) { _ in dsn }
  }

  /// Lends a connection for the time of `body`.
  @discardableResult
  public func withConnection<T>(_ body: (Connection) async throws -> T) async throws -> T {
    try await core.withConnection(Only(), body)
  }

  /// Runs `body` in a transaction: COMMIT when it returns, ROLLBACK when it throws.
  /// - Parameter retries: how often `body` is run again after a deadlock or serialization failure.
  @discardableResult
  public func transaction<T>(
    _ mode: TransactionMode = .readCommitted, retries: Int = 0, _ body: (Connection) async throws -> T
  ) async throws -> T {
    try await core.transaction(Only(), mode, retries: retries, body)
  }

  public func query(_ sql: SQL) async throws(DatabaseError) -> [Row] {
    try await core.run(Only()) { connection throws(DatabaseError) in try await connection.query(sql) }
  }

  @discardableResult
  public func execute(_ sql: SQL) async throws(DatabaseError) -> Int {
    try await core.run(Only()) { connection throws(DatabaseError) in try await connection.execute(sql) }
  }

  /// Connections open or being opened.
  public var connectionCount: Int { core.connectionCount }
  /// Connections lent right now.
  public var busyCount: Int { core.lentCount }
  /// Callers waiting for one.
  public var waiterCount: Int { core.waiterCount }

  public func run() async throws { await core.maintain() }

  /// Refuses new callers, lets running ones finish for ten seconds, then breaks their connections off.
  public func close() async { await core.close() }
}

extension PoolCore {
  func transaction<T>(
    _ group: Group, _ mode: TransactionMode, retries: Int, _ body: (Connection) async throws -> T
  ) async throws -> T {
    var triesLeft = retries
    while true {
      do {
        return try await withConnection(group) { connection in try await connection.transaction(mode, body) }
      } catch let error as DatabaseError where triesLeft > 0 && error.isTransactionConflict {
        triesLeft -= 1
        // A random pause, so that two transactions that met once don't meet again.
        try await Task.sleep(for: .milliseconds(Int.random(in: 5...50)))
      }
    }
  }
}
