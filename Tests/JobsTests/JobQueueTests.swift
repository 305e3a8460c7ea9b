import Core
import Database
import TestSupport
import Testing

@testable import Jobs

@Suite struct JobQueueTests {
  @Test func aJobIsThereOnlyIfItsTransactionCommits() async throws {
    let jobs = try await JobsDatabase()
    let queue = jobs.queue
    await #expect(throws: Trouble.self) {
      try await jobs.pool.transaction { connection in
        try await queue.enqueue(NewJob(kind: "mail"), in: connection)
        throw Trouble(description: "the order failed")
      }
    }
    #expect(try await queue.depth(in: jobs.pool).due == 0)
    try await jobs.pool.transaction { _ = try await queue.enqueue(NewJob(kind: "mail"), in: $0) }
    #expect(try await queue.depth(in: jobs.pool).due == 1)
  }

  @Test func aRetriedInsertAddsNothing() async throws {
    let jobs = try await JobsDatabase()
    let job = NewJob(kind: "mail")
    #expect(try await jobs.queue.enqueue(job, in: jobs.pool))
    #expect(try await !jobs.queue.enqueue(job, in: jobs.pool))
  }

  @Test func oneJobOfAKeyWaitsAtATime() async throws {
    let jobs = try await JobsDatabase()
    let queue = jobs.queue
    let job = { NewJob(kind: "sync", uniqueKey: "network:7") }
    #expect(try await queue.enqueue(job(), in: jobs.pool))
    #expect(try await !queue.enqueue(job(), in: jobs.pool))
    #expect(try await queue.enqueue(NewJob(kind: "sync", uniqueKey: "network:8"), in: jobs.pool))
    let claimed = try await queue.claim(kinds: ["sync"], limit: 1, lease: .seconds(60), in: jobs.pool)
    #expect(try await !queue.enqueue(job(), in: jobs.pool))
    try await queue.complete(try #require(claimed.first), in: jobs.pool)
    #expect(try await queue.enqueue(job(), in: jobs.pool))
  }

  @Test func aClaimCarriesWhatWasEnqueued() async throws {
    let jobs = try await JobsDatabase()
    let new = NewJob(kind: "mail", payload: ["to": "ä@example.com", "n": .number("1.50")], tenantID: 9, maxAttempts: 3)
    try await jobs.queue.enqueue(new, in: jobs.pool)
    let claimed = try await jobs.queue.claim(kinds: ["mail"], limit: 5, lease: .seconds(60), in: jobs.pool)
    let job = try #require(claimed.first)
    #expect(claimed.count == 1 && job.id == new.id && job.kind == "mail" && job.tenantID == 9)
    #expect(job.payload["to"] == "ä@example.com" && job.payload["n"] == .number("1.50"))
    #expect(job.attempt == 1 && job.maxAttempts == 3)
  }

  @Test func nothingIsClaimedBeforeItsTimeNorByAStranger() async throws {
    let jobs = try await JobsDatabase()
    let queue = jobs.queue
    try await queue.enqueue(NewJob(kind: "mail", notBefore: jobs.clock.now() + .minutes(5)), in: jobs.pool)
    #expect(try await queue.claim(kinds: ["mail"], limit: 5, lease: .seconds(60), in: jobs.pool).isEmpty)
    #expect(try await queue.depth(in: jobs.pool) == JobQueueDepth(due: 0, scheduled: 1, running: 0, dead: 0))
    jobs.clock.advance(by: .minutes(5))
    #expect(try await queue.claim(kinds: ["sync"], limit: 5, lease: .seconds(60), in: jobs.pool).isEmpty)
    #expect(try await queue.claim(kinds: ["mail"], limit: 5, lease: .seconds(60), in: jobs.pool).count == 1)
    #expect(try await queue.depth(in: jobs.pool) == JobQueueDepth(due: 0, scheduled: 0, running: 1, dead: 0))
  }

  @Test func competingClaimsNeverShareAJob() async throws {
    let jobs = try await JobsDatabase()
    let queue = jobs.queue
    for _ in 0..<50 { try await queue.enqueue(NewJob(kind: "mail"), in: jobs.pool) }
    let claimed = try await withThrowingTaskGroup(of: [Job].self) { group in
      for _ in 0..<20 {
        group.addTask { try await queue.claim(kinds: ["mail"], limit: 3, lease: .seconds(60), in: jobs.pool) }
      }
      return try await group.reduce(into: [Job]()) { $0 += $1 }
    }
    #expect(claimed.count == 50)
    #expect(Set(claimed.map(\.id)).count == 50)
  }

  /// A runner that dies between claim and finish.
  @Test func anotherRunnerTakesOverWhenTheLeaseRunsOut() async throws {
    let jobs = try await JobsDatabase()
    let queue = jobs.queue
    try await queue.enqueue(NewJob(kind: "mail"), in: jobs.pool)
    let dead = try #require(
      try await queue.claim(kinds: ["mail"], limit: 1, lease: .seconds(60), in: jobs.pool).first)
    jobs.clock.advance(by: .seconds(59))
    #expect(try await queue.claim(kinds: ["mail"], limit: 1, lease: .seconds(60), in: jobs.pool).isEmpty)
    jobs.clock.advance(by: .seconds(1))
    let heir = try #require(
      try await queue.claim(kinds: ["mail"], limit: 1, lease: .seconds(60), in: jobs.pool).first)
    #expect(heir.id == dead.id && heir.attempt == 2)
    await #expect(throws: JobLeaseLost.self) { try await queue.complete(dead, in: jobs.pool) }
    #expect(try await !queue.renew(dead, lease: .seconds(60), in: jobs.pool))
    try await queue.bury(dead, error: "late", in: jobs.pool)
    try await queue.complete(heir, in: jobs.pool)
    #expect(try await queue.depth(in: jobs.pool) == JobQueueDepth(due: 0, scheduled: 0, running: 0, dead: 0))
  }

  @Test func aRenewedLeaseKeepsTheJob() async throws {
    let jobs = try await JobsDatabase()
    let queue = jobs.queue
    try await queue.enqueue(NewJob(kind: "mail"), in: jobs.pool)
    let job = try #require(
      try await queue.claim(kinds: ["mail"], limit: 1, lease: .seconds(60), in: jobs.pool).first)
    jobs.clock.advance(by: .seconds(50))
    #expect(try await queue.renew(job, lease: .seconds(60), in: jobs.pool))
    jobs.clock.advance(by: .seconds(50))
    #expect(try await queue.claim(kinds: ["mail"], limit: 1, lease: .seconds(60), in: jobs.pool).isEmpty)
  }

  @Test func listenersHearOfNewJobs() async throws {
    let jobs = try await JobsDatabase()
    let listener = NotificationListener(dsn: jobs.database.dsn, channels: ["license_jobs"], logger: .silent)
    let queue = JobQueue(schema: jobs.schema, clock: jobs.clock, channel: "license_jobs")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await listener.run() }
      for await notification in listener.notifications {
        switch notification {
        case .reconnected: try await queue.enqueue(NewJob(kind: "mail"), in: jobs.pool)
        case .message(let message):
          #expect(message.payload == "mail")
          group.cancelAll()
        }
      }
    }
  }
}

@Suite struct RetryPolicyTests {
  @Test func exponentialWaitsDoubleUpToTheCapWithJitter() {
    var generator = SystemRandomNumberGenerator()
    let policy = RetryPolicy.exponential(base: .seconds(5), cap: .seconds(60))
    for (attempt, longest) in [(1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (50, 60), (5_000, 60)] as [(Int, Int)] {
      let waits = (0..<200).map { _ in policy.delay(after: attempt, using: &generator) }
      #expect(waits.allSatisfy { $0 >= .seconds(longest) * 0.5 && $0 <= .seconds(longest) })
      #expect(Set(waits).count > 100)
    }
  }

  @Test func aScheduleIsFollowedAndItsLastWaitRepeats() {
    var generator = SystemRandomNumberGenerator()
    let policy = RetryPolicy.schedule([.zero, .seconds(5), .minutes(5)])
    #expect(
      [1, 2, 3, 4].map { policy.delay(after: $0, using: &generator) } == [.zero, .seconds(5), .minutes(5), .minutes(5)])
    #expect(RetryPolicy.schedule([]).delay(after: 1, using: &generator) == .zero)
  }
}
