import Core
public import Database
public import Logging
public import ServiceLifecycle
import Synchronization

/// Claims due jobs and runs their handlers, a bounded number at once.
///
/// It looks for work every `pollInterval`, when woken, and when a job has ended. At shutdown it claims no more and lets
/// running jobs finish; jobs that are cancelled go back on the queue untouched.
public final class JobRunner: Service {
  private let queue: JobQueue
  private let database: ConnectionPool
  private let handlers: [String: JobHandler]
  private let schedules: [JobSchedule]
  private let concurrency: Int
  private let pollInterval: Duration
  private let lease: Duration
  private let logger: Logger
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation
  private let running = Mutex(0)

  /// - Parameters:
  ///   - concurrency: jobs at once.
  ///   - pollInterval: between looks at the queue when nothing else gives cause.
  ///   - lease: how long a job stays claimed after its runner has died. A living one renews it.
  public init(
    queue: JobQueue, database: ConnectionPool, handlers: [JobHandler], schedules: [JobSchedule] = [],
    concurrency: Int = 4, pollInterval: Duration = .seconds(1), lease: Duration = .seconds(60), logger: Logger
  ) {
    self.queue = queue
    self.database = database
    self.handlers = Dictionary(handlers.map { ($0.kind, $0) }) { _, last in last }
    self.schedules = schedules
    self.concurrency = max(1, concurrency)
    self.pollInterval = pollInterval
    self.lease = lease
    self.logger = logger
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Looks for work now: after a commit that enqueued some, or on a notification.
  public func wake() { signal.yield() }

  public func run() async throws {
    wake()
    await withDiscardingTaskGroup { group in
      group.addTask { await cancelWhenGracefulShutdown { await self.wakeNowAndThen() } }
      for await _ in signals.cancelOnGracefulShutdown() {
        await enqueueScheduled()
        for job in await claimForFreeSlots() {
          group.addTask {
            await self.process(job)
            self.running.withLock { $0 -= 1 }
            self.wake()
          }
        }
      }
    }
  }

  /// Does all that is due now, one job after another, and returns how many that were. For commands and tests.
  public func runDue() async throws -> Int {
    await enqueueScheduled()
    var count = 0
    while let job = try await claim(limit: 1).first {
      await process(job)
      count += 1
    }
    return count
  }

  private func wakeNowAndThen() async {
    while (try? await Task.sleep(for: pollInterval)) != nil { wake() }
  }

  private func enqueueScheduled() async {
    for schedule in schedules {
      do {
        _ = try await database.transaction { try await self.queue.enqueue(schedule, in: $0) }
      } catch {
        logger.warning(
          "could not enqueue a scheduled job", metadata: ["kind": "\(schedule.kind)", "error": "\(error)"])
      }
    }
  }

  /// Reserves a slot for each job it gives out.
  private func claimForFreeSlots() async -> [Job] {
    let free = concurrency - running.withLock { $0 }
    guard free > 0 else { return [] }
    do {
      let jobs = try await claim(limit: free)
      running.withLock { $0 += jobs.count }
      return jobs
    } catch {
      logger.warning("could not claim jobs", metadata: ["error": "\(error)"])
      return []
    }
  }

  private func claim(limit: Int) async throws(DatabaseError) -> [Job] {
    try await queue.claim(kinds: handlers.keys.sorted(), limit: limit, lease: lease, in: database)
  }
}

extension JobRunner {
  private enum Outcome: Sendable {
    case done
    case interrupted
    case failed(any Error)
  }

  private func process(_ job: Job) async {
    guard let handler = handlers[job.kind] else { return }
    let metadata: Logger.Metadata = ["job": "\(job.id)", "kind": "\(job.kind)", "attempt": "\(job.attempt)"]
    do {
      if job.attempt > job.maxAttempts {
        // Its runner died each time: such a job must not take one runner down after another.
        try await queue.bury(job, error: "never finished in \(job.maxAttempts) attempts", in: database)
        logger.error("job given up", metadata: metadata)
        return
      }
      switch await attempt(job, handler) {
      case .done:
        try await finish(job)
      case .interrupted:
        // This task is cancelled, so another one has to talk to the database.
        try await Task { [queue, database] in try await queue.release(job, in: database) }.value
      case .failed(let error):
        logger.warning("job failed", metadata: metadata.merging(["error": "\(error)"]) { $1 })
        try await settle(job, handler, after: error)
      }
    } catch {
      // The lease will run out and the job be tried again.
      logger.warning("could not settle a job", metadata: metadata.merging(["error": "\(error)"]) { $1 })
    }
  }

  /// Runs the handler while a second task keeps the claim alive and the time.
  private func attempt(_ job: Job, _ handler: JobHandler) async -> Outcome {
    await withTaskGroup(of: Outcome.self) { group in
      group.addTask {
        do {
          try await handler.run(job)
          return .done
        } catch {
          return .failed(error)
        }
      }
      group.addTask { await self.keepClaim(on: job, for: handler.timeLimit) }
      let first = await group.next() ?? .interrupted
      group.cancelAll()
      await group.waitForAll()
      if case .failed = first, Task.isCancelled { return .interrupted }
      return first
    }
  }

  private func keepClaim(on job: Job, for timeLimit: Duration) async -> Outcome {
    let end = ContinuousClock.now + timeLimit
    while ContinuousClock.now < end {
      do {
        try await Task.sleep(for: min(lease / 3, end - .now))
        guard try await queue.renew(job, lease: lease, in: database) else { return .failed(JobLeaseLost()) }
      } catch is CancellationError {
        return .interrupted
      } catch {
        logger.warning("could not renew a job's lease", metadata: ["job": "\(job.id)", "error": "\(error)"])
      }
    }
    return .failed(JobTimeLimitExceeded())
  }

  /// A handler may have completed the job in its own transaction.
  private func finish(_ job: Job) async throws {
    do {
      try await queue.complete(job, in: database)
    } catch is JobLeaseLost {
      logger.debug("job was completed by its handler", metadata: ["job": "\(job.id)"])
    }
  }

  private func settle(_ job: Job, _ handler: JobHandler, after error: any Error) async throws {
    if error is JobLeaseLost { return }
    var generator = SystemRandomNumberGenerator()
    var delay = handler.retry.delay(after: job.attempt, using: &generator)
    var reason = "\(error)"
    switch error as? JobFailure {
    case .permanent(let text)?: return try await queue.bury(job, error: text.bounded, in: database)
    case .retry(let after, let text)?: (delay, reason) = (after, text)
    case nil: break
    }
    if job.attempt >= job.maxAttempts {
      try await queue.bury(job, error: reason.bounded, in: database)
    } else {
      try await queue.retry(job, after: delay, error: reason.bounded, in: database)
    }
  }
}

/// The handler took longer than its limit.
struct JobTimeLimitExceeded: Error, CustomStringConvertible {
  var description: String { "took longer than its time limit" }
}

extension String {
  /// Short enough for a column that people read.
  fileprivate var bounded: String { String(prefix(500)) }
}
