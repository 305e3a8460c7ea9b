import Core
import Database
import Jobs

/// Once an hour: what has run out and is of no more use.
struct CleanUp: Sendable {
  let database: ConnectionPool
  let clock: any WallClock

  private static let kind = "clean_up"

  var schedule: JobSchedule { JobSchedule(kind: Self.kind, every: .hours(1)) }
  var handler: JobHandler { JobHandler(kind: Self.kind) { _ in try await run() } }

  func run() async throws {
    let now = clock.now()
    try await database.execute("DELETE FROM license.staff_sessions WHERE expires_at < \(now)")
    try await database.execute("DELETE FROM license.portal_sessions WHERE expires_at < \(now)")
    try await database.execute("DELETE FROM license.sign_in_links WHERE expires_at < \(now)")
    try await database.execute(
      "DELETE FROM license.idempotency_keys WHERE created_at < \(now - IdempotencyStore.lifetime)")
    try await database.execute(
      "DELETE FROM license.transfers WHERE at < \(now - SlotDecision.holdTime - SlotDecision.holdTime)")
  }
}
