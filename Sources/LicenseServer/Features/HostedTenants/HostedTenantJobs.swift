import Core
import Database
import Jobs
import Logging

/// What runs by itself: operations, the trackers' health, their figures, and data that has had its time.
struct HostedTenantJobs: Sendable {
  let database: ConnectionPool
  let runner: TenantOperationRunner
  let fleet: TrackerFleet
  let desk: HostedTenantDesk
  let queue: JobQueue
  let clock: any WallClock
  let logger: Logger

  static let operationKind = "tenant.operation"
  private static let resumeKind = "tenant.resume_operations"
  private static let healthKind = "tracker.health"
  private static let usageKind = "tracker.usage"
  private static let purgeKind = "tenant.purge_leftovers"

  /// Queues work on an operation, in the transaction that begins or turns it.
  static func enqueue(
    _ operation: Int64, turn: Int = 0, on queue: JobQueue, in executor: any SQLExecutor
  ) async throws(DatabaseError) {
    try await queue.enqueue(
      NewJob(
        kind: operationKind, payload: ["operation_id": .int(operation)], uniqueKey: "\(operation).\(turn)",
        maxAttempts: 1_000_000), in: executor)
  }

  var handlers: [JobHandler] {
    [
      // Exports of large tenants take long; each request has a time limit of its own.
      JobHandler(kind: Self.operationKind, timeLimit: .hours(6), run: operate),
      JobHandler(kind: Self.resumeKind) { _ in try await resumeOperations() },
      JobHandler(kind: Self.healthKind) { _ in try await fleet.checkAll() },
      JobHandler(kind: Self.usageKind, timeLimit: .minutes(30)) { _ in try await fleet.pullUsage() },
      JobHandler(kind: Self.purgeKind, timeLimit: .minutes(30)) { _ in try await purgeLeftovers() },
    ]
  }

  var schedules: [JobSchedule] {
    [
      JobSchedule(kind: Self.resumeKind, every: .minutes(1)), JobSchedule(kind: Self.healthKind, every: .minutes(1)),
      JobSchedule(kind: Self.usageKind, every: .minutes(15)), JobSchedule(kind: Self.purgeKind, every: .hours(1)),
    ]
  }

  @Sendable private func operate(_ job: Job) async throws {
    guard let id = job.payload["operation_id"]?.intValue else {
      throw JobFailure.permanent("the job does not name its operation")
    }
    if let wait = try await runner.run(id) { throw JobFailure.retry(after: wait.after, wait.reason) }
  }

  /// An operation whose job was lost gets another one.
  private func resumeOperations() async throws {
    for operation in try await TenantOperationStore(database).running() {
      try await Self.enqueue(operation.id, on: queue, in: database)
    }
  }

  /// What one tracker refuses or cannot do keeps nobody else's data; it is tried again in the next round.
  private func purgeLeftovers() async throws {
    for due in try await HostedTenantStore(database).dueLeftovers(at: clock.now()) {
      guard let tenant = try await HostedTenantStore(database).find(due.tenant) else { continue }
      do {
        if tenant.trackerID == due.tracker {
          if tenant.status == .deleted { _ = try await desk.purge(tenant.id, by: Actor(name: "job", address: nil)) }
          continue
        }
        try await fleet.client(for: due.tracker).delete(tenant.slug, purge: true, keepingLicense: true)
        try await HostedTenantStore(database).removeLeftover(of: due.tenant, on: due.tracker)
      } catch let fault as TrackerFault {
        logger.warning("leftover not purged", metadata: ["tenant": "\(tenant.slug)", "error": "\(fault)"])
      } catch let problem as Problem where problem.status == 409 {
        logger.debug("leftover not purged yet", metadata: ["tenant": "\(tenant.slug)"])
      }
    }
  }
}
