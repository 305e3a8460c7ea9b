import Core
import Database
import Logging
import ServiceLifecycle
import Synchronization

/// A host of a tenant's own.
struct TenantHost: Sendable, Hashable {
  let host: String
  let tenantID: Int64
  /// False for tracking domains that users add: landings run there with rights of their own, so the dashboard does not.
  let servesDashboard: Bool
}

/// Which host is whose, in memory. Reloaded when the control schema says so, and every half minute in any case.
final class TenantDirectory: Service {
  static let channel = "trackily_control"

  struct State: Sendable {
    var tenants: [Int64: Tenant] = [:]
    var hosts: [String: TenantHost] = [:]
    var defaultTenant: Int64?
    /// Tenants whose schema is not of this version: their admin answers 503.
    var behind: Set<Int64> = []
    var isSingleTenant = false
    var isLoaded = false
    /// Reloads begun, and the one whose findings these are.
    var begun: UInt64 = 0
    var shown: UInt64 = 0
  }

  private let state = Mutex(State())
  private let catalog: TenantCatalog
  private let listener: NotificationListener?
  private let tenantsBehind: @Sendable ([SchemaName]) async throws -> Set<String>
  /// Hosts that are always the default tenant's: that of PUBLIC_URL.
  private let ownHosts: Set<String>
  private let logger: Logger

  init(
    catalog: TenantCatalog, listener: NotificationListener?, ownHosts: Set<String>, logger: Logger,
    tenantsBehind: @escaping @Sendable ([SchemaName]) async throws -> Set<String>
  ) {
    self.catalog = catalog
    self.listener = listener
    self.ownHosts = ownHosts
    self.logger = logger
    self.tenantsBehind = tenantsBehind
  }

  var all: [Tenant] { state.withLock { $0.tenants.values.sorted { $0.id < $1.id } } }

  func tenant(id: Int64) -> Tenant? { state.withLock { $0.tenants[id] } }

  func tenant(slug: String) -> Tenant? { state.withLock { $0.tenants.values.first { $0.slug == slug } } }

  var defaultTenant: Tenant? { state.withLock { state in state.defaultTenant.flatMap { state.tenants[$0] } } }

  /// False until the database was reached once.
  var isLoaded: Bool { state.withLock { $0.isLoaded } }

  func isBehind(_ id: Int64) -> Bool { state.withLock { $0.behind.contains(id) } }

  /// The tenant whose dashboard a host shows. A tenant's tracking domain shows none. An address, `localhost` and
  /// PUBLIC_URL's host are the default tenant's; in single-tenant mode every host is.
  func tenant(dashboardHost host: String) -> Tenant? {
    state.withLock { state in
      if let known = state.hosts[host] { return known.servesDashboard ? state.tenants[known.tenantID] : nil }
      let isOurs = state.isSingleTenant || host == "localhost" || ownHosts.contains(host) || IPAddress(host) != nil
      return isOurs ? state.defaultTenant.flatMap { state.tenants[$0] } : nil
    }
  }

  /// A tenant's own hosts, for the click path's snapshot.
  func hosts(of id: Int64) -> [TenantHost] {
    state.withLock { $0.hosts.values.filter { $0.tenantID == id } }.sorted { $0.host < $1.host }
  }

  var publicHosts: [String] { ownHosts.sorted() }

  var isSingleTenant: Bool { state.withLock { $0.isSingleTenant } }

  /// Afterwards everything committed before the call is known: of several reloads at once the one begun last counts.
  func reload() async throws {
    let turn = state.withLock { state in
      state.begun += 1
      return state.begun
    }
    let tenants = try await catalog.all()
    let hosts = try await catalog.domains()
    let behind = try await tenantsBehind(tenants.filter { $0.status != .deleted }.map(\.schema))
    let isSingleTenant = try await catalog.isSingleTenant()
    state.withLock { state in
      guard turn > state.shown else { return }
      state.shown = turn
      state.tenants = Dictionary(uniqueKeysWithValues: tenants.filter { $0.status != .building }.map { ($0.id, $0) })
      state.hosts = Dictionary(hosts.map { ($0.host, $0) }, uniquingKeysWith: { first, _ in first })
      state.defaultTenant = tenants.first { $0.isDefault }?.id
      state.behind = Set(tenants.filter { behind.contains($0.schema.description) }.map(\.id))
      state.isSingleTenant = isSingleTenant
      state.isLoaded = true
    }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.followNotifications() }
        group.addTask { await self.refreshPeriodically() }
      }
    }
  }

  private func followNotifications() async {
    guard let listener else { return }
    for await _ in listener.notifications { await reloadLogging() }
  }

  private func refreshPeriodically() async {
    while !Task.isCancelled {
      await reloadLogging()
      do { try await Task.sleep(for: .seconds(30)) } catch { return }
    }
  }

  private func reloadLogging() async {
    do { try await reload() } catch {
      logger.warning("tenant directory not reloaded", metadata: ["error": "\(error)"])
    }
  }
}
