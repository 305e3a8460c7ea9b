import Billing
import Core
import Database
import Jobs
import Logging

/// Once a day: asks Stripe about every subscription that it runs, for an event may have been lost, and forgets the events
/// that are not sent again any more.
struct StripeJobs: Sendable {
  let database: ConnectionPool
  let inbox: StripeInbox
  let clock: any WallClock
  let logger: Logger

  private static let kind = "stripe.reconcile"
  private static let pageSize = 200

  var schedule: JobSchedule { JobSchedule(kind: Self.kind, every: .hours(24)) }

  var handler: JobHandler {
    JobHandler(kind: Self.kind, timeLimit: .seconds(3_600)) { _ in try await run() }
  }

  /// One that Stripe cannot tell about just now does not keep the others waiting.
  func run() async throws {
    try await StripeEventStore(database).forget(receivedBefore: clock.now() - StripeEventStore.lifetime)
    let store = StripeRunningStore(database)
    var after: Int64 = 0
    while true {
      let page = try await store.running(after: after, limit: Self.pageSize)
      for (_, reference) in page {
        do {
          try await inbox.refresh(reference)
        } catch let error as StripeError {
          if error.kind == .unauthorized { throw error }
          logger.warning("subscription not compared with Stripe", metadata: ["error": "\(error)"])
        }
      }
      guard page.count == Self.pageSize, let last = page.last else { return }
      after = last.id
    }
  }
}
