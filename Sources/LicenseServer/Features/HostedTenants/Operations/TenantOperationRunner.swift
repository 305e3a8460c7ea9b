import Core
import Database
import Logging
import Security

/// Takes operations to their end, step by step. The requests to trackers are sent outside transactions; what came of
/// them, the next step and their effects on our books are written in one.
struct TenantOperationRunner: Sendable {
  let database: ConnectionPool
  let fleet: TrackerFleet
  let mail: MailJobs
  let clock: any WallClock
  let logger: Logger

  /// What a step has brought.
  enum Result: Sendable, Equatable {
    case done
    case archived(TrackerClient.Archive)
    /// The tracker does not answer: another one may.
    case placeAgain
  }

  /// Somebody else has moved the operation on meanwhile.
  struct Superseded: Error {}

  /// A step that has to wait for something in our own books.
  struct NotYet: Error { let reason: String }

  /// Goes on with the operation until it ends.
  /// - Returns: how long to wait before trying the present step again, and why; nil when the operation has ended.
  func run(_ id: Int64) async throws -> (after: Duration, reason: String)? {
    var former: Int?
    while let operation = try await TenantOperationStore(database).find(id), operation.state == .running {
      guard operation.position != former else { return (.seconds(10), "The operation does not move on.") }
      former = operation.position
      if let wait = try await takeStep(of: operation) { return wait }
      try Task.checkCancellation()
    }
    return nil
  }

  private func takeStep(of operation: TenantOperation) async throws -> (after: Duration, reason: String)? {
    do {
      guard let tenant = try await HostedTenantStore(database).find(operation.tenantID) else { return nil }
      let result = try await perform(operation, on: tenant)
      try await commit(operation, result)
      return nil
    } catch is Superseded {
      return nil
    } catch let fault as TrackerFault {
      return try await note(fault.description, isPermanent: fault.isPermanent, operation)
    } catch let wait as NotYet {
      return try await note(wait.reason, isPermanent: false, operation)
    } catch let fault as SecretBox.Fault {
      return try await note("A secret cannot be opened with this SECRET_KEY (\(fault)).", isPermanent: false, operation)
    }
  }

  /// What cannot be undone because there is nothing, is undone.
  private func note(
    _ reason: String, isPermanent: Bool, _ operation: TenantOperation
  ) async throws -> (after: Duration, reason: String)? {
    if isPermanent, operation.direction == .back {
      logger.warning(
        "a step back was refused", metadata: ["operation": "\(operation.id)", "step": "\(operation.step.rawValue)"])
      do { try await commit(operation, .done) } catch is Superseded {}
      return nil
    }
    var next = operation
    // What a transfer has noted of its progress meanwhile stays.
    next.transferred = try await TenantOperationStore(database).find(operation.id)?.transferred ?? 0
    let wait = next.fail(reason, isPermanent: isPermanent, at: clock.now())
    do { try await write(next, from: operation) } catch is Superseded { return nil }
    return wait.map { ($0, reason) }
  }

  private func write(_ next: TenantOperation, from operation: TenantOperation) async throws {
    try await database.transaction { connection in
      guard let tenant = try await HostedTenantStore(connection).lock(operation.tenantID) else { throw Superseded() }
      try await TenantOperationBooks(connection: connection).write(next, from: operation, tenant, at: clock.now())
    }
  }

  private func commit(_ operation: TenantOperation, _ result: Result) async throws {
    try await database.transaction { connection in
      let now = clock.now()
      guard let tenant = try await HostedTenantStore(connection).lock(operation.tenantID) else { throw Superseded() }
      let books = TenantOperationBooks(connection: connection)
      var next = operation
      if case .placeAgain = result {
        next.placeAgain(at: now)
      } else {
        if case .archived(let archive) = result {
          next.archive = archive
          next.transferred = 0
        }
        try await books.keep(next, tenant, at: now)
        next.advance(at: now)
      }
      try await books.write(next, from: operation, tenant, at: now)
      if next.kind == .provision, next.state == .done {
        try await mail.enqueue(
          TenantWelcomeMail(tenant), to: tenant.adminEmail, customer: tenant.customerID, in: connection)
      }
    }
  }
}
