import Core
import Database
import Logging
import ServiceLifecycle

/// Goes on with changes of costs that a request did not finish, be it that they are large or that a node went away.
struct CostKeeper: Service {
  static let interval = Duration.seconds(20)

  let directory: TenantDirectory
  let scopes: @Sendable (Tenant) throws -> TenantScope
  let clock: any WallClock
  let logger: Logger

  private let store = CostChangeStore()

  init(
    directory: TenantDirectory, scopes: @escaping @Sendable (Tenant) throws -> TenantScope, clock: any WallClock,
    logger: Logger
  ) {
    self.directory = directory
    self.scopes = scopes
    self.clock = clock
    self.logger = logger
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        for tenant in directory.all where tenant.status != .deleted && !directory.isBehind(tenant.id) {
          await goOn(tenant)
        }
        do { try await Task.sleep(for: Self.interval) } catch { return }
      }
    }
  }

  private func goOn(_ tenant: Tenant) async {
    do {
      let scope = try scopes(tenant)
      for id in try await store.open(of: scope) { await carryOut(id, in: scope) }
    } catch {
      logger.warning("changes of costs not read", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
    }
  }

  /// What goes wrong with one change keeps none of the others waiting.
  private func carryOut(_ id: UUIDv7, in scope: TenantScope) async {
    do {
      while !Task.isCancelled, try await store.step(id, at: clock.now(), in: scope) {}
    } catch {
      logger.warning(
        "costs not changed", metadata: ["tenant": "\(scope.slug)", "change": "\(id)", "error": "\(error)"])
    }
  }
}
