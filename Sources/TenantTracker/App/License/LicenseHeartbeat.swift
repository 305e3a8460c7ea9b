import Core
import Database
import Licensing
import Logging
import ServiceLifecycle

/// Keeps every tenant's lease fresh. Of several nodes on one database the elected one does it.
struct LicenseHeartbeat: Service {
  /// How often tenants are looked at; a lease is renewed only when it is due.
  private static let round = Duration.minutes(1)
  /// Tenants asked for at the same time, and how long one may take: a licence server that is slow for some must not
  /// keep the others' leases from being renewed.
  private static let atOnce = 8
  private static let timeLimit = Duration.seconds(30)

  let keeper: LicenseKeeper
  let directory: TenantDirectory
  let scopes: @Sendable (Tenant) throws -> TenantScope
  let dsn: DSN
  let logger: Logger

  func run() async throws { await Leadership(name: "trackily.license.heartbeat", dsn: dsn).run { await lead() } }

  /// Goes round until cancelled.
  private func lead() async {
    var due: [Int64: Timestamp] = [:]
    var generator = SystemRandomNumberGenerator()
    while !Task.isCancelled {
      let now = keeper.clock.now()
      let tenants = directory.all.filter { $0.status != .deleted && due[$0.id, default: now] <= now }
      let outcomes = await EachTenant.run(tenants, atOnce: Self.atOnce, within: Self.timeLimit) { try await beat($0) }
      for (tenant, result) in outcomes {
        if case .failure(let error) = result {
          logger.info("license not refreshed", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
          due[tenant.id] = keeper.clock.now() + .minutes(5)
        } else {
          due[tenant.id] = keeper.clock.now() + LeaseTerms.nextRefresh(using: &generator)
        }
      }
      do { try await Task.sleep(for: Self.round) } catch { return }
    }
  }

  /// Returns when the licence server has answered, or there is no licence to ask about.
  private func beat(_ tenant: Tenant) async throws {
    let scope = try scopes(tenant)
    try await keeper.tick(scope)
    _ = try await keeper.refresh(scope)
  }
}
