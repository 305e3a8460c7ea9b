import Conversions
import Core
import Database
import Logging
import ServiceLifecycle

/// Tries postbacks again whose click was in no database when they came: it may have been in another node's journal. Any
/// node may do it, for a hit that is in the log counts no second time.
struct WaitingPostbacks: Service {
  private static let interval = Duration.seconds(5)
  /// Of one tenant in one round.
  private static let atOnce = 200

  let postbacks: PostbackService
  let directory: TenantDirectory
  let scopes: @Sendable (Tenant) throws -> TenantScope
  let logger: Logger

  private let store = WaitingPostbackStore()

  init(
    postbacks: PostbackService, directory: TenantDirectory, scopes: @escaping @Sendable (Tenant) throws -> TenantScope,
    logger: Logger
  ) {
    self.postbacks = postbacks
    self.directory = directory
    self.scopes = scopes
    self.logger = logger
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do { try await Task.sleep(for: Self.interval) } catch { return }
        // Alone, nobody waits: what is not in the database is in no other journal. What waits from before is tried.
        for tenant in directory.all where tenant.status != .deleted && !directory.isBehind(tenant.id) {
          await round(tenant)
        }
      }
    }
  }

  private func round(_ tenant: Tenant) async {
    do {
      let scope = try scopes(tenant)
      for hit in try await store.some(Self.atOnce, of: scope) {
        // Still not there, and not too late: another round.
        if case .notYet? = try await postbacks.replay(hit, in: scope) { continue }
        try await store.remove(hit.id, of: scope)
      }
    } catch {
      logger.debug("waiting postbacks not tried", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
    }
  }
}
