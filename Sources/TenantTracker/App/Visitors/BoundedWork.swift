import ServiceLifecycle

/// The bridge from event loops to tasks: so many jobs at a time, so many waiting, and a clear no beyond that.
struct BoundedWork: Service {
  typealias Job = @Sendable () async -> Void

  private let limit: Int
  private let jobs: AsyncStream<Job>
  private let door: AsyncStream<Job>.Continuation

  /// - Parameters:
  ///   - limit: jobs in flight.
  ///   - queue: jobs that may wait.
  init(limit: Int, queue: Int) {
    self.limit = limit
    (jobs, door) = AsyncStream.makeStream(of: Job.self, bufferingPolicy: .bufferingOldest(queue))
  }

  /// False when too many wait already, or the process is ending: the job will not run.
  func submit(_ job: @escaping Job) -> Bool {
    if case .enqueued = door.yield(job) { true } else { false }
  }

  /// Runs jobs until shutdown, and then what is still waiting.
  func run() async throws {
    await withGracefulShutdownHandler {
      await withTaskGroup(of: Void.self) { group in
        var running = 0
        for await job in jobs {
          if running == limit { await group.next() } else { running += 1 }
          group.addTask { await job() }
        }
      }
    } onGracefulShutdown: {
      door.finish()
    }
  }
}
