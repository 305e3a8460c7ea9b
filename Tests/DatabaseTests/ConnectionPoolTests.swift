import Database
import ServiceLifecycle
import TestSupport
import Testing

@Suite struct ConnectionPoolTests {
  private func pool(_ limits: PoolLimits) async throws -> ConnectionPool {
    ConnectionPool(name: "test", dsn: try await roomDatabase().dsn, limits: limits, logger: .silent)
  }

  @Test func twoHundredTasksShareFourConnections() async throws {
    let pool = try await pool(PoolLimits(maxConnections: 4, acquireTimeout: .seconds(60)))
    let backends = Shared<Set<Int32>>([])
    let crowd = Shared(Crowd())
    try await withThrowingTaskGroup { tasks in
      for number in 0..<200 {
        tasks.addTask {
          try await pool.withConnection { connection in
            crowd.update { $0.enter() }
            backends.update { _ = $0.insert(connection.backendPID) }
            let answer: Int? = try await connection.scalar("SELECT \(number) FROM pg_sleep(0.005)")
            #expect(answer == number)
            crowd.update { $0.leave() }
          }
        }
      }
      try await tasks.waitForAll()
    }
    #expect(crowd.value.most == 4)
    #expect(backends.value.count == 4)
    #expect(pool.connectionCount == 4)
    #expect(pool.busyCount == 0)
    await pool.close()
  }

  @Test func waitersAreServedInTheOrderTheyCame() async throws {
    let pool = try await pool(PoolLimits(maxConnections: 1, acquireTimeout: .seconds(60)))
    let order = Shared<[Int]>([])
    try await withThrowingTaskGroup { tasks in
      try await pool.withConnection { _ in
        for number in 0..<10 {
          tasks.addTask { try await pool.withConnection { _ in order.update { $0.append(number) } } }
          try await eventually { pool.waiterCount == number + 1 }
        }
      }
      try await tasks.waitForAll()
    }
    #expect(order.value == Array(0..<10))
    await pool.close()
  }

  @Test func waitingTooLongIsAnError() async throws {
    let pool = try await pool(PoolLimits(maxConnections: 1, acquireTimeout: .seconds(2)))
    try await pool.withConnection { _ in
      let error = await databaseError { try await pool.query("SELECT 1") }
      #expect(error?.kind == .poolExhausted)
    }
    #expect(try await pool.scalar("SELECT 1") == 1)
    await pool.close()
  }

  @Test func aCancelledWaiterLeavesTheQueue() async throws {
    let pool = try await pool(PoolLimits(maxConnections: 1, acquireTimeout: .seconds(60)))
    try await pool.withConnection { _ in
      await withTaskGroup { tasks in
        tasks.addTask {
          let error = await databaseError { try await pool.query("SELECT 1") }
          #expect(error?.kind == .cancelled)
        }
        try? await eventually { pool.waiterCount == 1 }
        tasks.cancelAll()
      }
      #expect(pool.waiterCount == 0)
    }
    #expect(try await pool.scalar("SELECT 1") == 1)
    await pool.close()
  }

  @Test func aTransactionLeftOpenIsNotHandedOn() async throws {
    let pool = try await pool(PoolLimits(maxConnections: 1))
    try await pool.withConnection { try await $0.execute("BEGIN") }
    #expect(try await pool.withConnection { $0.isInTransaction } == false)
    await pool.close()
  }

  @Test func aTerminatedIdleConnectionIsNoticedBeforeItIsLent() async throws {
    let pool = try await pool(PoolLimits(maxConnections: 1))
    let backend = try await pool.withConnection { $0.backendPID }
    let other = try await openConnection()
    try await other.execute("SELECT pg_terminate_backend(\(backend))")
    try await eventually {
      try await other.scalar("SELECT count(1) FROM pg_catalog.pg_stat_activity WHERE pid = \(backend)") == 0
    }
    #expect(try await pool.scalar("SELECT 1") == 1)
    await pool.close()
  }

  @Test func aConnectionTerminatedMidQueryIsReplaced() async throws {
    let pool = try await pool(PoolLimits(maxConnections: 1))
    let error = await databaseError { try await pool.query("SELECT pg_terminate_backend(pg_backend_pid())") }
    #expect(error?.kind == .connectionLost)
    #expect(try await pool.scalar("SELECT 1") == 1)
    await pool.close()
  }

  @Test func anUnreachableServerFailsFast() async throws {
    let pool = ConnectionPool(
      name: "test", dsn: try DSN(parsing: "postgresql://u@/d?host=/nowhere"),
      limits: PoolLimits(acquireTimeout: .seconds(60)), logger: .silent)
    await withTaskGroup { tasks in
      for _ in 0..<50 {
        tasks.addTask {
          #expect(await databaseError { try await pool.query("SELECT 1") }?.kind == .unreachable)
        }
      }
    }
    #expect(pool.connectionCount == 0)
    await pool.close()
  }

  @Test func closingLetsRunningStatementsFinishAndRefusesNewOnes() async throws {
    let pool = try await pool(PoolLimits(maxConnections: 2))
    try await withThrowingTaskGroup { tasks in
      tasks.addTask {
        let answer: Int? = try await pool.scalar("SELECT 7 FROM pg_sleep(0.3)")
        #expect(answer == 7)
      }
      try await eventually { pool.busyCount == 1 }
      await pool.close()
      #expect(pool.connectionCount == 0)
      try await tasks.waitForAll()
    }
    #expect(await databaseError { try await pool.query("SELECT 1") }?.kind == .unreachable)
  }

  @Test func cancellingTheServiceBreaksOffWhatStillRuns() async throws {
    let pool = try await pool(PoolLimits(maxConnections: 2))
    try await withThrowingTaskGroup { tasks in
      tasks.addTask {
        let error = await databaseError { try await pool.query("SELECT pg_sleep(60)") }
        #expect(error?.kind == .connectionLost)
      }
      try await eventually { pool.busyCount == 1 }
      await withTaskGroup { services in
        services.addTask { try? await pool.run() }
        services.cancelAll()
      }
      try await tasks.waitForAll()
    }
  }

  @Test func aRunningPoolKeepsItsMinimumOpenAndClosesAtShutdown() async throws {
    let pool = try await pool(PoolLimits(maxConnections: 3, minConnections: 2))
    let group = ServiceGroup(services: [pool], logger: .silent)
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { try await group.run() }
      try await eventually { pool.connectionCount == 2 }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
    #expect(pool.connectionCount == 0)
  }

  @Test func aRunningPoolClosesIdleConnections() async throws {
    let pool = try await pool(PoolLimits(maxConnections: 3, idleTimeout: .milliseconds(100)))
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { try await pool.run() }
      #expect(try await pool.scalar("SELECT 1") == 1)
      try await eventually { pool.connectionCount == 0 }
      tasks.cancelAll()
    }
  }
}
