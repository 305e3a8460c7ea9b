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
      // Where each tenant's next round goes on: those that cannot be matched yet hold up no others.
      var places: [Int64: UUIDv7] = [:]
      while !Task.isCancelled {
        do { try await Task.sleep(for: Self.interval) } catch { return }
        // Alone, nobody waits: what is not in the database is in no other journal. What waits from before is tried.
        for tenant in directory.all where tenant.status != .deleted && !directory.isBehind(tenant.id) {
          places[tenant.id] = await round(tenant, after: places[tenant.id])
        }
      }
    }
  }

  /// - Returns: where the next round goes on; nil: from the start.
  private func round(_ tenant: Tenant, after last: UUIDv7?) async -> UUIDv7? {
    do {
      let scope = try scopes(tenant)
      let hits = try await store.some(Self.atOnce, after: last, of: scope)
      for hit in hits {
        // Still not there, and not too late: another round.
        if try await isStillWaiting(hit, of: tenant, in: scope) { continue }
        try await store.remove(hit.id, of: scope)
      }
      return hits.count < Self.atOnce ? nil : hits.last?.id
    } catch {
      let isTemporary = (error as? DatabaseError).map(PostbackService.isTemporary) ?? (error is CancellationError)
      logger.log(
        level: isTemporary ? .debug : .error, "waiting postbacks not tried",
        metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
      return last
    }
  }

  /// False also for one that can never be processed, as in the journal's drain: the others wait behind it.
  private func isStillWaiting(_ hit: PostbackHit, of tenant: Tenant, in scope: TenantScope) async throws -> Bool {
    do { return try await postbacks.replay(hit, in: scope) == .notYet } catch {
      guard PostbackService.isHopeless(error) else { throw error }
      logger.error(
        "postback given up", metadata: ["tenant": "\(tenant.slug)", "hit": "\(hit.id)", "error": "\(error)"])
      return false
    }
  }
}
