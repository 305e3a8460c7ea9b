import Billing
import Core
import Database
import Jobs
import Logging

/// The billing run as a job: every five minutes, and right after something was bought.
struct BillingJobs: Sendable {
  let database: ConnectionPool
  let provider: any PaymentProvider
  /// What the payments that `provider` takes are booked as.
  let kind: Subscription.Provider
  let news: BillingNews
  let clock: any WallClock
  let logger: Logger

  private static let job = "billing.run"

  var schedule: JobSchedule { JobSchedule(kind: Self.job, every: .minutes(5)) }
  var handler: JobHandler { JobHandler(kind: Self.job, timeLimit: .minutes(4)) { _ in _ = try await run() } }

  /// Has a run soon; to be called in the transaction that made work for it.
  static func enqueue(in queue: JobQueue, _ executor: any SQLExecutor) async throws(DatabaseError) {
    try await queue.enqueue(NewJob(kind: job, uniqueKey: "soon"), in: executor)
  }

  func run() async throws -> BillingReport {
    let news = news
    let run = BillingRun(database: database, provider: provider, as: kind) { event, connection, now in
      try await news.tell(event, in: connection, at: now)
    }
    let report = try await run.run(at: clock.now())
    for failure in report.failures {
      logger.error("a step of the billing run failed", metadata: ["step": "\(failure)"])
    }
    return report
  }
}
