import Conversions
import Core
import Database
import Logging
import ServiceLifecycle
import Synchronization

/// Keeps tenants' rates current, and counts what had no rate again once there is one.
final class RateKeeper: Service {
  /// How often a worker looks whether there is something to do.
  static let interval = Duration.minutes(10)
  /// Between two attempts to get a day's rates.
  private static let patience = Duration.hours(1)
  /// Conversions read at once.
  private static let batch = 200

  private let client: ECBClient
  private let recorder: ConversionRecorder
  private let directory: TenantDirectory
  private let scopes: @Sendable (Tenant) throws -> TenantScope
  private let audit: AuditLog
  private let clock: any WallClock
  /// Whether this node does what has to be done once a day.
  private let isWorker: Bool
  private let logger: Logger

  private let store = CurrencyRateStore()
  private let orders: AsyncStream<Int64>
  private let order: AsyncStream<Int64>.Continuation
  private let memory = Mutex(Memory())

  private struct Memory {
    var lastFetch: Timestamp?
    /// The rates with which a tenant's conversions were looked through.
    var counted: [Int64: Timestamp] = [:]
  }

  init(
    client: ECBClient, recorder: ConversionRecorder, directory: TenantDirectory,
    scopes: @escaping @Sendable (Tenant) throws -> TenantScope, audit: AuditLog, clock: any WallClock, isWorker: Bool,
    logger: Logger
  ) {
    self.client = client
    self.recorder = recorder
    self.directory = directory
    self.scopes = scopes
    self.audit = audit
    self.clock = clock
    self.isWorker = isWorker
    self.logger = logger
    (orders, order) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1_000))
  }

  /// Has ``run()`` count a tenant's conversions without rate again. An order that gets lost is made up for by a worker.
  func ratesChanged(of tenantID: Int64) { order.yield(tenantID) }

  /// Gets the bank's rates into a tenant's: all of the last ninety days if the last ones are old.
  /// - Returns: how many are new or changed.
  func fetch(into scope: TenantScope) async throws -> Int {
    let newest = try await store.newest(.ecb, of: scope)
    let isBehind = newest.map { $0.adding(days: 5) < clock.now().rateDay } ?? true
    let quotes = try await client.rates(history: isBehind)
    return try await store.save(quotes, .ecb, at: clock.now(), in: scope, schema: scope.schema)
  }

  func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      await withTaskGroup { group in
        group.addTask { await self.takeOrders() }
        if isWorker { group.addTask { await self.watch() } }
      }
    }
  }

  private func takeOrders() async {
    for await id in orders {
      guard let tenant = directory.tenant(id: id) else { continue }
      await attempt(tenant) { try await self.countAgain(in: $0) }
    }
  }

  private func watch() async {
    while !Task.isCancelled {
      let now = clock.now()
      let isDue = memory.withLock { memory in
        guard memory.lastFetch.map({ now - $0 >= Self.patience }) ?? true else { return false }
        memory.lastFetch = now
        return true
      }
      for tenant in directory.all where tenant.status != .deleted && !directory.isBehind(tenant.id) {
        await attempt(tenant) { scope in
          if isDue { try await self.fetchIfWanted(into: scope) }
          try await self.countIfChanged(in: scope)
        }
      }
      do { try await Task.sleep(for: Self.interval) } catch { return }
    }
  }

  private func attempt(_ tenant: Tenant, _ work: (TenantScope) async throws -> Void) async {
    do {
      try await work(scopes(tenant))
    } catch {
      logger.warning("currency rates not kept", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
    }
  }

  private func fetchIfWanted(into scope: TenantScope) async throws {
    guard try await RateSource.load(of: scope).usesECB,
      try await store.newest(.ecb, of: scope).map({ $0 < clock.now().rateDay }) ?? true
    else { return }
    let count = try await fetch(into: scope)
    logger.info("currency rates fetched", metadata: ["tenant": "\(scope.slug)", "rates": "\(count)"])
  }

  private func countIfChanged(in scope: TenantScope) async throws {
    guard let change = try await store.lastChange(of: scope),
      memory.withLock({ $0.counted[scope.tenantID] }).map({ $0 < change }) ?? true
    else { return }
    try await countAgain(in: scope)
    // What was being recorded with the rates before was not there yet: another round finds it.
    guard clock.now() - change >= Self.interval else { return }
    memory.withLock { $0.counted[scope.tenantID] = change }
  }

  /// Counts every conversion without a rate again for which there is one now.
  private func countAgain(in scope: TenantScope) async throws {
    let target = try await SettingsStore().all(of: scope).currency
    var last: ConversionID?
    var count = 0
    while !Task.isCancelled {
      let waiting = try await store.waiting(Self.batch, after: last, of: scope)
      guard let first = waiting.map(\.at).min(), let end = waiting.map(\.at).max() else { break }
      let table = try await store.table(first.rateDay...end.rateDay, in: scope, schema: scope.schema)
      for conversion in waiting where conversion.isConvertible(with: table, into: target) {
        if try await countAgain(conversion.id, in: scope) { count += 1 }
      }
      last = waiting.last?.id
    }
    guard count > 0 else { return }
    try await audit.append(
      AuditLog.Entry(
        actor: "rates", action: "conversions.convert", subject: "conversions", after: ["count": .int(count)],
        address: nil),
      to: scope)
    logger.info("conversions converted", metadata: ["tenant": "\(scope.slug)", "conversions": "\(count)"])
  }

  /// One that can't be counted keeps none of the others waiting.
  private func countAgain(_ id: ConversionID, in scope: TenantScope) async throws -> Bool {
    do {
      return try await recorder.revalue(id, by: "rates", at: clock.now(), in: scope)
    } catch {
      guard PostbackService.isHopeless(error) else { throw error }
      logger.warning(
        "conversion not converted",
        metadata: ["tenant": "\(scope.slug)", "conversion": "\(id)", "error": "\(error)"])
      return false
    }
  }
}
