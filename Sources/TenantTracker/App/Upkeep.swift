import Core
import Database
import Logging
import ServiceLifecycle

/// What has to be done now and then: partitions ahead of time, schemas for the next sign-ups, domains looked at,
/// expired things out.
struct Upkeep: Service {
  /// Ready schemas for the next tenants.
  static let readySchemas = 2
  /// Making a schema takes seconds.
  private static let orphanAge = Duration.hours(1)

  let tracker: Tracker
  let directory: TenantDirectory
  let domains: DomainVerification

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do { try await round() } catch {
          tracker.logger.warning("upkeep not finished", metadata: ["error": "\(error)"])
        }
        do { try await Task.sleep(for: .minutes(10)) } catch { return }
      }
    }
  }

  private func round() async throws {
    let now = tracker.clock.now()
    for tenant in directory.all where tenant.status != .deleted && !directory.isBehind(tenant.id) {
      // What one tenant's tables are in the way of waits for the next round, and nobody else for it.
      do { try await tidy(tenant, at: now) } catch {
        if (error as? DatabaseError)?.isConnectionProblem == true { throw error }
        tracker.logger.warning("tenant not tidied", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
      }
    }
    await domains.recheck(directory.all.filter { $0.status != .deleted && !directory.isBehind($0.id) }) {
      try tracker.scope(of: $0)
    }
    for schema in try await tracker.schemas.dropOrphans(madeBefore: now - Self.orphanAge) {
      tracker.logger.notice("schema of no tenant dropped", metadata: ["schema": "\(schema)"])
    }
    guard tracker.configuration.controlToken != nil, let installation = try await Installation.find(tracker.control)
    else {
      return
    }
    try await tracker.schemas.refill(to: Self.readySchemas, installation)
  }

  /// Partitions ahead of time, and out with what has had its time.
  private func tidy(_ tenant: Tenant, at now: Timestamp) async throws {
    try await tracker.partitions.ensure(around: now, schema: tenant.schema)
    let scope = try tracker.scope(of: tenant)
    try await tracker.accounts.sessions.removeExpired(at: now, of: scope)
    try await BlacklistStore(clock: tracker.clock).removeExpired(of: scope)
    try await IdempotencyStore(clock: tracker.clock, secrets: tracker.secrets).removeExpired(of: scope)
    try await LandingImportStore(clock: tracker.clock).removeOld(of: scope)
    try await PixelStore().removeOld(now: now, of: scope)
    try await CostChangeStore().removeOld(before: now - CostChangeStore.undoAge, of: scope)
    try await WebhookOrderStore().removeOld(before: now - WebhookOrderStore.age, of: scope)
    let days = try await tracker.settings.all(of: scope).postbackLogDays
    try await PostbackLogStore().removeOld(before: now - .days(days), of: scope)
    try await ConversionStore().removeOldHistory(logBegin: now - .days(days), of: scope)
    try await UnmappedStatusStore().trim(of: scope)
    try await NetworkSecretStore(secrets: tracker.secrets, clock: tracker.clock).removeFormer(of: scope)
    try await ConversionRunStore(clock: tracker.clock).removeOld(of: scope)
    try await DeliveryStore().removeOld(at: now, of: scope)
    try await BulkDecisionStore(clock: tracker.clock).removeOld(of: scope)
    try await ClickLogStore().removeOld(at: now, of: scope)
  }
}
