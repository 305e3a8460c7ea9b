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
    try await ResellerSessionStore(database).forget(before: now)
    try await database.execute("DELETE FROM license.portal_sessions WHERE expires_at < \(now)")
    try await database.execute("DELETE FROM license.sign_in_links WHERE expires_at < \(now)")
    try await database.execute("DELETE FROM license.team_invitations WHERE expires_at < \(now)")
    try await VendorEventStore(database).forget(before: now - WebhookSettings.memory)
    try await WebhookEndpointStore(database).forgetFormerSecrets(at: now)
    try await MailStore(database).tidy(
      endedBefore: now - .hours(24 * 90), queuedBefore: now - .hours(24 * 3), at: now)
    try await RequestLogStore(database).forget(before: now - RequestLogStore.memory)
    try await database.execute(
      "DELETE FROM license.idempotency_keys WHERE created_at < \(now - IdempotencyStore.lifetime)")
    try await database.execute(
      "DELETE FROM license.transfers WHERE at < \(now - SlotDecision.holdTime - SlotDecision.holdTime)")
  }
}
