import Database
import TestSupport
import Testing

/// On a cluster of its own, which it stops and starts.
@Suite struct ServerRestartTests {
  @Test(.timeLimit(.minutes(2)))
  func everythingRecoversByItself() async throws {
    let cluster = try await TestCluster()
    let pool = ConnectionPool(
      name: "test", dsn: cluster.dsn, limits: PoolLimits(maxConnections: 4, minConnections: 2), logger: .silent)
    let listener = NotificationListener(dsn: cluster.dsn, channels: ["news"], logger: .silent)
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { try await pool.run() }
      tasks.addTask { try await listener.run() }
      let heard = listener.notifications
      #expect(await heard.next() == .reconnected)
      #expect(try await pool.scalar("SELECT 1") == 1)

      try await cluster.stop()
      try await eventually {
        guard let error = await databaseError({ try await pool.query("SELECT 1") }) else { return false }
        #expect(error.isConnectionProblem)
        return error.kind == .unreachable
      }
      for _ in 0..<20 { #expect(await databaseError { try await pool.query("SELECT 1") }?.kind == .unreachable) }

      try await cluster.start()
      try await eventually("the pool answers again") { (try? await pool.scalar("SELECT 1")) == 1 }
      #expect(await heard.next() == .reconnected)
      try await pool.execute("SELECT pg_notify('news', 'back')")
      #expect(await heard.next() == .message(.init(channel: "news", payload: "back")))
      tasks.cancelAll()
    }
    await pool.close()
  }
}
