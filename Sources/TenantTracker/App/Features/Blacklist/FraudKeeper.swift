import ClickPath
import Core
import Database
import Logging
import Security
import ServiceLifecycle

/// What fraud scoring remembers, and the way from there to the blacklist: addresses that scored high are written in
/// batches, off the click path, and tried again while the database is away.
final class FraudKeeper: Service {
  /// Of one tenant; the latest stay.
  static let automaticLimit = 20_000
  /// What comes meanwhile is written together: each write has every node read the tenant's configuration again.
  private static let pause = Duration.milliseconds(300)
  private static let retryInterval = Duration.seconds(1)
  /// For one tenant's entries.
  private static let patience = Duration.seconds(10)

  let windows = FloodWindows()
  let entries: AutomaticEntries
  private let store: BlacklistStore
  private let writer: ConfigurationWriter
  private let directory: TenantDirectory
  private let scopes: @Sendable (Tenant) throws -> TenantScope
  private let written: Counter
  private let logger: Logger

  /// - Parameters:
  ///   - writer: publishes what it wrote on this node.
  ///   - proxies: never listed, as little as this machine itself.
  init(
    writer: ConfigurationWriter, directory: TenantDirectory, scopes: @escaping @Sendable (Tenant) throws -> TenantScope,
    proxies: TrustedProxies, metrics: MetricsRegistry, logger: Logger
  ) {
    let ours = Set(IPAddress.ofThisMachine())
    entries = AutomaticEntries { proxies.contains($0) || ours.contains($0) }
    store = BlacklistStore(clock: writer.clock)
    self.writer = writer
    self.directory = directory
    self.scopes = scopes
    self.logger = logger
    written = metrics.counter("trackily_auto_blacklist_total", "Addresses that the fraud score put on a blacklist.")
    register(metrics)
  }

  /// What it adds to a click's way.
  var steps: [ClickStep] { [.fraud(windows, entries), .botFilter] }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for await _ in self.entries.wakes {
        var attempts = 0
        while await !self.writeAll(isTold: attempts > 0) {
          attempts += 1
          do { try await Task.sleep(for: Self.retryInterval) } catch { return }
        }
        do { try await Task.sleep(for: Self.pause) } catch { return }
      }
    }
    _ = await writeAll(isTold: true)
  }

  /// Writes what waits. False when some of it must be tried again.
  /// - Parameter isTold: whether the log has said before that it does not succeed.
  private func writeAll(isTold: Bool) async -> Bool {
    let waiting = Dictionary(grouping: entries.waiting, by: \.tenantID)
    var tenants: [Tenant] = []
    var isDone = true
    for (id, found) in waiting {
      if let tenant = directory.tenant(id: id) {
        tenants.append(tenant)
      } else if directory.isLoaded {
        entries.remove(found)
      } else {
        isDone = false
      }
    }
    let outcomes = await EachTenant.run(tenants, atOnce: 4, within: Self.patience) { [self] tenant in
      try await write(waiting[tenant.id] ?? [], tenant)
    }
    for case (let tenant, .failure(let error)) in outcomes {
      isDone = false
      logger.log(
        level: isTold ? .debug : .warning, "automatic blacklist entries not written yet",
        metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
    }
    return isDone
  }

  private func write(_ found: [AutomaticEntries.Entry], _ tenant: Tenant) async throws {
    let scope = try scopes(tenant)
    let hours = try await BlacklistSettings.load(of: scope).automaticHours
    if hours > 0 {
      let end = writer.clock.now() + .hours(hours)
      try await writer.write(to: scope) { connection in
        try await store.add(automatic: found, until: end, of: scope, in: connection)
        try await store.trimAutomatic(to: Self.automaticLimit, of: scope, in: connection)
      }
      written.increment(by: found.count)
    }
    entries.remove(found)
  }

  private func register(_ metrics: MetricsRegistry) {
    metrics.gauge("trackily_auto_blacklist_waiting", "Addresses found that are not written yet.") { [entries] in
      Double(entries.figures.waiting)
    }
    metrics.counter("trackily_auto_blacklist_refused_total", "Addresses not taken because too many waited.") {
      [entries] in entries.figures.refused
    }
    metrics.gauge("trackily_flood_addresses", "Addresses whose clicks of the last minutes are counted.") { [windows] in
      Double(windows.figures.addresses)
    }
    metrics.gauge("trackily_flood_bytes", "Memory that takes.") { [windows] in Double(windows.figures.bytes) }
    metrics.counter("trackily_flood_evictions_total", "Addresses forgotten before their time.") { [windows] in
      windows.figures.evictions
    }
  }
}
