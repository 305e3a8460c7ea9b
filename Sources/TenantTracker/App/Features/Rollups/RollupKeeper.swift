import Analytics
import Core
import Database
import Logging
import ServiceLifecycle
import Synchronization

/// Keeps tenants' rollups in step with their clicks. Of several nodes on one database the elected one does it.
final class RollupKeeper: Service {
  /// How long a mark may wait.
  private static let round = Duration.seconds(30)
  /// Tenants at the same time, and how long one may take before the next have their turn.
  private static let atOnce = 2
  private static let timeLimit = Duration.minutes(30)

  private let folder: RollupFolder
  private let settings: SettingsStore
  private let directory: TenantDirectory
  private let scopes: @Sendable (Tenant) throws -> TenantScope
  private let dsn: DSN
  private let logger: Logger
  /// Tenants all of whose days were looked at since this node leads, and with no failure since.
  private let complete = Mutex<Set<Int64>>([])

  init(
    folder: RollupFolder, settings: SettingsStore, directory: TenantDirectory,
    scopes: @escaping @Sendable (Tenant) throws -> TenantScope, dsn: DSN, logger: Logger
  ) {
    self.folder = folder
    self.settings = settings
    self.directory = directory
    self.scopes = scopes
    self.dsn = dsn
    self.logger = logger
  }

  func run() async throws {
    await Leadership(name: "trackily.rollups", dsn: dsn).run { await self.lead() }
  }

  /// Goes round until cancelled.
  private func lead() async {
    complete.withLock { $0 = [] }
    while !Task.isCancelled {
      let tenants = directory.all.filter { $0.status != .deleted && !directory.isBehind($0.id) }
      let outcomes = await EachTenant.run(tenants, atOnce: Self.atOnce, within: Self.timeLimit) { tenant in
        try await self.keep(tenant)
      }
      for (tenant, result) in outcomes {
        guard case .failure(let error) = result, !Task.isCancelled else { continue }
        // What was not folded this time is looked for among all days.
        complete.withLock { _ = $0.remove(tenant.id) }
        logger.warning("rollups not kept", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
      }
      do { try await Task.sleep(for: Self.round) } catch { return }
    }
  }

  private func keep(_ tenant: Tenant) async throws {
    let scope = try scopes(tenant)
    let settings = try await settings.all(of: scope)
    let isComplete = complete.withLock { $0.contains(tenant.id) }
    try await folder.keep(zone: settings.zone, currency: settings.currency, everything: !isComplete, of: scope)
    _ = complete.withLock { $0.insert(tenant.id) }
  }
}

extension Tracker {
  /// Folds with the rates that tenants have entered.
  var rollupFolder: RollupFolder {
    let rates = CurrencyRateStore()
    return RollupFolder(clock: clock) { try await rates.clickRates($0, into: $1, in: $2, schema: $3) }
  }

  var rollupChecker: RollupChecker {
    let rates = CurrencyRateStore()
    return RollupChecker { try await rates.clickRates($0, into: $1, in: $2, schema: $3) }
  }
}
