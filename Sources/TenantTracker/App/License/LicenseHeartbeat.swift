import Core
import Database
import Licensing
import Logging
import ServiceLifecycle

/// Keeps every tenant's lease fresh. Of several nodes on one database the elected one does it.
struct LicenseHeartbeat: Service {
  /// How often tenants are looked at; a lease is renewed only when it is due.
  private static let round = Duration.minutes(1)

  let keeper: LicenseKeeper
  let directory: TenantDirectory
  let scopes: @Sendable (Tenant) throws -> TenantScope
  let dsn: DSN
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          let lock = try await AdvisoryLock.hold(dsn, .init("trackily.license.heartbeat"))
          await withTaskGroup(of: Void.self) { group in
            group.addTask { await lead() }
            // Another node leads from then on.
            group.addTask { await lock.untilLost() }
            await group.next()
            group.cancelAll()
          }
          await lock.release()
        } catch {
          try? await Task.sleep(for: .seconds(10))
        }
      }
    }
  }

  /// Goes round until cancelled.
  private func lead() async {
    var due: [Int64: Timestamp] = [:]
    var generator = SystemRandomNumberGenerator()
    while !Task.isCancelled {
      for tenant in directory.all where tenant.status != .deleted {
        let now = keeper.clock.now()
        if let next = due[tenant.id], next > now { continue }
        due[tenant.id] = now + (await beat(tenant) ? LeaseTerms.nextRefresh(using: &generator) : .minutes(5))
      }
      do { try await Task.sleep(for: Self.round) } catch { return }
    }
  }

  /// True when the licence server answered, or there is no licence to ask about.
  private func beat(_ tenant: Tenant) async -> Bool {
    do {
      let scope = try scopes(tenant)
      try await keeper.tick(scope)
      _ = try await keeper.refresh(scope)
      return true
    } catch {
      logger.info("license not refreshed", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
      return false
    }
  }
}
