/// A Postgres advisory lock held by a connection of its own: who leads, who migrates. Lost when the connection breaks.
public final class AdvisoryLock: Sendable {
  /// What is locked, within one database.
  public struct Key: Hashable, Sendable {
    let number: Int64

    /// FNV-1a of the name.
    public init(_ name: String) {
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
      number = Int64(bitPattern: hash)
    }
  }

  private static let retryInterval: Duration = .milliseconds(200)

  private let connection: Connection

  private init(connection: Connection) { self.connection = connection }

  deinit { connection.abort() }

  /// The lock, or nil when somebody else holds it.
  public static func tryHold(_ dsn: DSN, _ key: Key) async throws(DatabaseError) -> AdvisoryLock? {
    let connection = try await Connection.open(dsn)
    return try await connection.tryLock(key) ? AdvisoryLock(connection: connection) : nil
  }

  /// Waits for the lock, `patience` at most (nil for ever), then gives up with ``DatabaseError/Kind/timeout``.
  public static func hold(
    _ dsn: DSN, _ key: Key, patience: Duration? = nil
  ) async throws(DatabaseError) -> AdvisoryLock {
    let connection = try await Connection.open(dsn)
    let deadline = patience.map { ContinuousClock.now + $0 }
    // Asking again leaves no statement running, whose snapshot would hold back vacuum while it waits.
    while try await !connection.tryLock(key) {
      if let deadline, ContinuousClock.now >= deadline {
        throw DatabaseError(.timeout, detail: "the advisory lock is taken")
      }
      do { try await Task.sleep(for: retryInterval) } catch { throw DatabaseError(.cancelled) }
    }
    return AdvisoryLock(connection: connection)
  }

  /// False once the lock was released or its connection is known to be broken.
  public var isHeld: Bool { connection.isOpen }

  /// Returns when the lock is lost, or when the task is cancelled.
  public func untilLost() async {
    while isHeld, !Task.isCancelled {
      // A broken connection ends the wait at once; a silent one is asked for a sign of life.
      do throws(DatabaseError) {
        _ = try await connection.awaitNotifications(for: .seconds(10))
        try await connection.execute("SELECT 1", timeout: .seconds(5))
      } catch  where error.kind != .cancelled {
        connection.abort()
      } catch {}
    }
  }

  /// Lets go of the lock.
  public func release() async {
    _ = try? await connection.run("SELECT pg_advisory_unlock_all()", timeout: .seconds(5), isShielded: true)
    connection.abort()
  }
}

extension Connection {
  fileprivate func tryLock(_ key: AdvisoryLock.Key) async throws(DatabaseError) -> Bool {
    try await scalar("SELECT pg_try_advisory_lock(\(key.number))") ?? false
  }
}
