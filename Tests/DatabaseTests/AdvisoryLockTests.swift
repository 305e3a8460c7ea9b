import Database
import TestSupport
import Testing

@Suite struct AdvisoryLockTests {
  private func dsn() async throws -> DSN { try await roomDatabase().dsn }

  private func key() -> AdvisoryLock.Key { .init(uniqueName("lock").description) }

  @Test func oneHoldsItAtATime() async throws {
    let (dsn, key) = (try await dsn(), key())
    let lock = try #require(try await AdvisoryLock.tryHold(dsn, key))
    #expect(try await AdvisoryLock.tryHold(dsn, key) == nil)
    #expect(try await AdvisoryLock.tryHold(dsn, .init("another \(key)")) != nil)
    await lock.release()
    #expect(!lock.isHeld)
    #expect(try await AdvisoryLock.tryHold(dsn, key) != nil)
  }

  @Test func waitingGetsItOnceItIsFree() async throws {
    let (dsn, key) = (try await dsn(), key())
    let lock = try await AdvisoryLock.hold(dsn, key)
    try await withThrowingTaskGroup { tasks in
      tasks.addTask {
        let second = try await AdvisoryLock.hold(dsn, key, patience: .seconds(30))
        #expect(second.isHeld)
      }
      await lock.release()
      try await tasks.waitForAll()
    }
  }

  @Test func patienceEnds() async throws {
    let (dsn, key) = (try await dsn(), key())
    let lock = try await AdvisoryLock.hold(dsn, key)
    let error = await databaseError { try await AdvisoryLock.hold(dsn, key, patience: .milliseconds(100)) }
    #expect(error?.kind == .timeout)
    await lock.release()
  }

  @Test func losingTheConnectionIsNoticedAndFreesTheLock() async throws {
    let (dsn, key) = (try await dsn().with(applicationName: uniqueName("leader").description), key())
    let lock = try await AdvisoryLock.hold(dsn, key)
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { await lock.untilLost() }
      let connection = try await openConnection()
      let name = dsn.applicationName
      try await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE application_name = \(name)")
      try await tasks.waitForAll()
    }
    #expect(!lock.isHeld)
    let next = try await AdvisoryLock.hold(dsn, key, patience: .seconds(10))
    await next.release()
  }

  @Test func lettingGoOfTheObjectFreesTheLock() async throws {
    let (dsn, key) = (try await dsn(), key())
    do {
      let lock = try await AdvisoryLock.hold(dsn, key)
      #expect(lock.isHeld)
    }
    try await eventually { try await AdvisoryLock.tryHold(dsn, key) != nil }
  }
}
