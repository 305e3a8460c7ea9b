import Core
import Database
import Logging
import ServiceLifecycle

/// Makes the statements of publishers whose period is over. Of several nodes on one database the elected one does it.
struct StatementCloser: Service {
  private static let round = Duration.minutes(5)
  /// Tenants at the same time, and how long one may take.
  private static let atOnce = 4
  private static let timeLimit = Duration.minutes(5)

  let desk: StatementDesk
  let directory: TenantDirectory
  let scopes: @Sendable (Tenant) throws -> TenantScope
  let dsn: DSN
  let logger: Logger

  func run() async throws { await Leadership(name: "trackily.statements", dsn: dsn).run { await lead() } }

  /// Goes round until cancelled.
  private func lead() async {
    while !Task.isCancelled {
      let tenants = directory.all.filter { $0.status != .deleted && !directory.isBehind($0.id) }
      let outcomes = await EachTenant.run(tenants, atOnce: Self.atOnce, within: Self.timeLimit) { tenant in
        try await closeAll(of: scopes(tenant))
      }
      for (tenant, result) in outcomes {
        guard case .failure(let error) = result else { continue }
        logger.warning("statements not made", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
      }
      do { try await Task.sleep(for: Self.round) } catch { return }
    }
  }

  /// One tenant's statements that are due.
  /// - Throws: the first failure, once all publishers have had their turn: one's trouble is no other's.
  func closeAll(of scope: TenantScope) async throws {
    var failure: (any Error)?
    for publisher in try await desk.statements.publishersWithOpenItems(of: scope) {
      try Task.checkCancellation()
      do { _ = try await desk.close(publisher, by: desk.schedule(of: scope), of: scope) } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }
}
