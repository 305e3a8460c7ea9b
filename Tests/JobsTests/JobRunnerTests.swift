import Core
import Database
import Logging
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import Jobs

@Suite struct JobRunnerTests {
  @Test func eightRunnersDoTwoHundredJobsOnceEach() async throws {
    let jobs = try await JobsDatabase()
    let seen = Journal<UUIDv7>()
    let new = (0..<200).map { _ in NewJob(kind: "work") }
    for job in new { try await jobs.queue.enqueue(job, in: jobs.pool) }
    let handler = JobHandler(kind: "work") { job in
      seen.add(job.id)
      try await jobs.pool.execute("INSERT INTO license.effects (job) VALUES (\(job.id))")
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        let runner = jobs.runner([handler])
        group.addTask { try await runner.run() }
      }
      try await eventually(within: .seconds(60)) {
        let depth = try await jobs.queue.depth(in: jobs.pool)
        return depth.due + depth.running == 0
      }
      group.cancelAll()
    }
    #expect(seen.entries.count == 200 && Set(seen.entries) == Set(new.map(\.id)))
    #expect(try await jobs.effects().count == 200)
  }

  @Test func whatFailsIsTriedAgainLaterAndLater() async throws {
    let jobs = try await JobsDatabase()
    let attempts = Journal<Int>()
    let handler = JobHandler(kind: "flaky", retry: .exponential(base: .seconds(10), cap: .seconds(60))) { job in
      attempts.add(job.attempt)
      if job.attempt < 4 { throw Trouble(description: "not yet") }
    }
    let runner = jobs.runner([handler])
    try await jobs.queue.enqueue(NewJob(kind: "flaky"), in: jobs.pool)
    for (attempt, wait) in [(1, 10), (2, 20), (3, 40)] as [(Int, Int64)] {
      #expect(try await runner.runDue() == 1)
      #expect(attempts.entries.last == attempt)
      jobs.clock.advance(by: .seconds(wait) * 0.49)
      #expect(try await runner.runDue() == 0)
      jobs.clock.advance(by: .seconds(wait) * 0.52)
    }
    #expect(try await runner.runDue() == 1)
    #expect(attempts.entries == [1, 2, 3, 4])
    #expect(try await jobs.queue.depth(in: jobs.pool) == JobQueueDepth(due: 0, scheduled: 0, running: 0, dead: 0))
  }

  @Test func aJobOutOfAttemptsIsDeadUntilRevived() async throws {
    let jobs = try await JobsDatabase()
    let isMended = Mutex(false)
    let runner = jobs.runner([
      JobHandler(kind: "broken", retry: .schedule([.seconds(1)])) { _ in
        if !isMended.withLock({ $0 }) { throw Trouble(description: "the vendor says no") }
      }
    ])
    let new = NewJob(kind: "broken", payload: ["a": 1], tenantID: 4, maxAttempts: 3)
    try await jobs.queue.enqueue(new, in: jobs.pool)
    for _ in 0..<3 {
      #expect(try await runner.runDue() == 1)
      jobs.clock.advance(by: .seconds(1))
    }
    #expect(try await runner.runDue() == 0)
    let dead = try #require(try await jobs.queue.dead(in: jobs.pool).first)
    #expect(dead.id == new.id && dead.attempts == 3 && dead.lastError == "the vendor says no" && dead.tenantID == 4)
    isMended.withLock { $0 = true }
    #expect(try await jobs.queue.revive(dead.id, in: jobs.pool))
    #expect(try await !jobs.queue.revive(dead.id, in: jobs.pool))
    #expect(try await runner.runDue() == 1)
    #expect(try await jobs.queue.dead(in: jobs.pool).isEmpty)
  }

  @Test func aHandlerSaysWhatBecomesOfItsJob() async throws {
    let jobs = try await JobsDatabase()
    let runner = jobs.runner([
      JobHandler(kind: "gone") { _ in throw JobFailure.permanent("410 Gone") },
      JobHandler(kind: "later") { job in
        if job.attempt == 1 { throw JobFailure.retry(after: .hours(2), "429") }
      },
    ])
    try await jobs.queue.enqueue(NewJob(kind: "gone"), in: jobs.pool)
    try await jobs.queue.enqueue(NewJob(kind: "later"), in: jobs.pool)
    #expect(try await runner.runDue() == 2)
    let dead = try await jobs.queue.dead(in: jobs.pool)
    #expect(dead.map(\.lastError) == ["410 Gone"])
    #expect(try await jobs.queue.discard(try #require(dead.first).id, in: jobs.pool))
    jobs.clock.advance(by: .minutes(119))
    #expect(try await runner.runDue() == 0)
    jobs.clock.advance(by: .minutes(1))
    #expect(try await runner.runDue() == 1)
  }

  /// A job that kills each runner that takes it must not go round for ever.
  @Test func aJobThatNeverFinishesIsGivenUp() async throws {
    let jobs = try await JobsDatabase()
    let seen = Journal<UUIDv7>()
    try await jobs.queue.enqueue(NewJob(kind: "poison", maxAttempts: 3), in: jobs.pool)
    for _ in 0..<3 {
      let claimed = try await jobs.queue.claim(kinds: ["poison"], limit: 1, lease: .seconds(60), in: jobs.pool)
      #expect(claimed.count == 1)
      jobs.clock.advance(by: .seconds(61))
    }
    _ = try await jobs.runner([JobHandler(kind: "poison") { seen.add($0.id) }]).runDue()
    #expect(seen.entries.isEmpty)
    #expect(try await jobs.queue.dead(in: jobs.pool).first?.lastError == "never finished in 3 attempts")
  }

  @Test func anEffectInTheJobsTransactionHappensOnce() async throws {
    let jobs = try await JobsDatabase()
    let queue = jobs.queue
    let handler = JobHandler(kind: "ledger", retry: .schedule([.seconds(1)])) { job in
      try await jobs.pool.transaction { connection in
        try await connection.execute("INSERT INTO license.effects (job) VALUES (\(job.id))")
        if job.attempt == 1 { throw Trouble(description: "crash before the commit") }
        try await queue.complete(job, in: connection)
      }
      if job.attempt == 2 { throw Trouble(description: "crash after the commit") }
    }
    let runner = jobs.runner([handler])
    try await queue.enqueue(NewJob(kind: "ledger"), in: jobs.pool)
    for _ in 0..<4 {
      _ = try await runner.runDue()
      jobs.clock.advance(by: .minutes(5))
    }
    #expect(try await jobs.effects().count == 1)
    #expect(try await queue.depth(in: jobs.pool) == JobQueueDepth(due: 0, scheduled: 0, running: 0, dead: 0))
  }

  @Test func aRunnerThatLostItsLeaseCommitsNothing() async throws {
    let jobs = try await JobsDatabase()
    let queue = jobs.queue
    try await queue.enqueue(NewJob(kind: "ledger"), in: jobs.pool)
    let slow = try #require(
      try await queue.claim(kinds: ["ledger"], limit: 1, lease: .seconds(60), in: jobs.pool).first)
    jobs.clock.advance(by: .seconds(61))
    let book = { @Sendable (job: Job) async throws in
      try await jobs.pool.transaction { connection in
        try await connection.execute("INSERT INTO license.effects (job) VALUES (\(job.id))")
        try await queue.complete(job, in: connection)
      }
    }
    #expect(try await jobs.runner([JobHandler(kind: "ledger", run: book)]).runDue() == 1)
    await #expect(throws: JobLeaseLost.self) { try await book(slow) }
    #expect(try await jobs.effects().count == 1)
  }

  @Test func aHandlerPastItsTimeLimitIsCancelled() async throws {
    let jobs = try await JobsDatabase()
    let runner = jobs.runner([
      JobHandler(kind: "slow", timeLimit: .milliseconds(50)) { _ in try await Task.sleep(for: .seconds(3_600)) }
    ])
    try await jobs.queue.enqueue(NewJob(kind: "slow", maxAttempts: 1), in: jobs.pool)
    #expect(try await runner.runDue() == 1)
    #expect(try await jobs.queue.dead(in: jobs.pool).first?.lastError == "took longer than its time limit")
  }

  @Test func aLongJobKeepsItsLease() async throws {
    let jobs = try await JobsDatabase()
    let starts = Journal<Int>()
    let handler = JobHandler(kind: "long") { job in
      starts.add(job.attempt)
      let begun = SystemClock().now()
      // Done once the claim reaches well past where the first lease ends.
      try await eventually {
        let end = try await jobs.pool.scalar("SELECT available_at FROM license.jobs", as: Timestamp.self)
        return try #require(end) > begun + .seconds(10)
      }
    }
    let queue = JobQueue(schema: jobs.schema)
    try await queue.enqueue(NewJob(kind: "long"), in: jobs.pool)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<2 {
        let runner = jobs.runner([handler], lease: .seconds(9), clock: SystemClock())
        group.addTask { try await runner.run() }
      }
      try await eventually { try await queue.depth(in: jobs.pool) == .init(due: 0, scheduled: 0, running: 0, dead: 0) }
      group.cancelAll()
    }
    #expect(starts.entries == [1])
  }

  @Test func wakingStartsAJobAtOnce() async throws {
    let jobs = try await JobsDatabase()
    let seen = Journal<UUIDv7>()
    let runner = jobs.runner([JobHandler(kind: "mail") { seen.add($0.id) }], pollInterval: .seconds(3_600))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await runner.run() }
      for count in 1...3 {
        try await jobs.queue.enqueue(NewJob(kind: "mail"), in: jobs.pool)
        runner.wake()
        try await eventually { seen.entries.count == count }
      }
      group.cancelAll()
    }
  }

  @Test func noMoreThanItsShareRunsAtOnce() async throws {
    let jobs = try await JobsDatabase()
    let gauge = Mutex((now: 0, most: 0, done: 0))
    let handler = JobHandler(kind: "work") { _ in
      gauge.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
      for _ in 0..<10 { await Task.yield() }
      gauge.withLock {
        $0.now -= 1
        $0.done += 1
      }
    }
    for _ in 0..<20 { try await jobs.queue.enqueue(NewJob(kind: "work"), in: jobs.pool) }
    let runner = jobs.runner([handler], concurrency: 3)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await runner.run() }
      try await eventually { gauge.withLock { $0.done } == 20 }
      group.cancelAll()
    }
    #expect(gauge.withLock { $0.most } <= 3)
  }

  @Test func aStoppedRunnerPutsItsJobsBack() async throws {
    let jobs = try await JobsDatabase()
    let started = Journal<UUIDv7>()
    let handler = JobHandler(kind: "work") { job in
      started.add(job.id)
      try await Task.sleep(for: .seconds(3_600))
    }
    try await jobs.queue.enqueue(NewJob(kind: "work"), in: jobs.pool)
    let runner = jobs.runner([handler])
    let running = Task { try await runner.run() }
    try await eventually { started.entries.count == 1 }
    running.cancel()
    _ = await running.result
    let claimed = try await jobs.queue.claim(kinds: ["work"], limit: 1, lease: .seconds(60), in: jobs.pool)
    #expect(claimed.map(\.attempt) == [1])
  }

  @Test func aGracefulShutdownLetsRunningJobsFinish() async throws {
    let jobs = try await JobsDatabase()
    let started = Journal<UUIDv7>()
    let mayFinish = Mutex(false)
    let handler = JobHandler(kind: "work") { job in
      started.add(job.id)
      try await eventually { mayFinish.withLock { $0 } }
      try await jobs.pool.execute("INSERT INTO license.effects (job) VALUES (\(job.id))")
    }
    for _ in 0..<3 { try await jobs.queue.enqueue(NewJob(kind: "work"), in: jobs.pool) }
    let services = ServiceGroup(services: [jobs.runner([handler], concurrency: 1)], logger: .silent)
    let running = Task { try await services.run() }
    try await eventually { started.entries.count == 1 }
    await services.triggerGracefulShutdown()
    mayFinish.withLock { $0 = true }
    try await running.value
    #expect(try await jobs.effects() == started.entries && started.entries.count == 1)
    #expect(try await jobs.queue.depth(in: jobs.pool) == JobQueueDepth(due: 2, scheduled: 0, running: 0, dead: 0))
  }

  @Test func aScheduleComesRoundOnceInEachPeriod() async throws {
    let jobs = try await JobsDatabase()
    let seen = Journal<UUIDv7>()
    let handler = JobHandler(kind: "dunning") { seen.add($0.id) }
    let schedule = JobSchedule(kind: "dunning", every: .days(1))
    let runners = (0..<3).map { _ in jobs.runner([handler], schedules: [schedule]) }
    for day in 1...3 {
      for _ in 0..<5 {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for runner in runners { group.addTask { _ = try await runner.runDue() } }
          try await group.waitForAll()
        }
        jobs.clock.advance(by: .minutes(30))
      }
      #expect(seen.entries.count == day)
      jobs.clock.advance(by: .days(1) - .minutes(150))
    }
  }

  @Test func aDatabaseThatIsAwayIsWaitedFor() async throws {
    let jobs = try await JobsDatabase()
    let seen = Journal<UUIDv7>()
    let log = Journal<String>()
    let logger = Logger(label: "test") { _ in JournalLog(journal: log) }
    let runner = jobs.runner([JobHandler(kind: "mail") { seen.add($0.id) }], logger: logger)
    try await jobs.pool.execute("ALTER TABLE license.jobs RENAME TO jobs_away")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await runner.run() }
      try await eventually { log.entries.contains("could not claim jobs") }
      try await jobs.pool.execute("ALTER TABLE license.jobs_away RENAME TO jobs")
      try await jobs.queue.enqueue(NewJob(kind: "mail"), in: jobs.pool)
      try await eventually { seen.entries.count == 1 }
      group.cancelAll()
    }
  }
}
