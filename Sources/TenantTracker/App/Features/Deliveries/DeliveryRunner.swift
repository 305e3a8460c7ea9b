import Core
import Database
import Logging
import Security
import ServiceLifecycle
import Synchronization

/// Whose postbacks a runner sends.
struct DeliveryTenants: Sendable {
  var all: @Sendable () -> [Tenant]
  /// Nil for one that is suspended, or whose schema is not of this version.
  var find: @Sendable (Int64) -> Tenant?
  var scope: @Sendable (Tenant) throws -> TenantScope

  static func of(_ directory: TenantDirectory, scope: @escaping @Sendable (Tenant) throws -> TenantScope) -> Self {
    let isServed = { @Sendable (tenant: Tenant) in tenant.status == .active && !directory.isBehind(tenant.id) }
    return Self(
      all: { directory.all.filter(isServed) },
      find: { id in directory.tenant(id: id).flatMap { isServed($0) ? $0 : nil } }, scope: scope)
  }
}

/// Sends postbacks out. It is woken by a notification that names the tenant, by the time of the next attempt, and by a
/// look at all tenants now and then; tenants without anything due cost nothing.
///
/// Tenants take turns, each target has its slots, and every attempt its time limit: neither a target that hangs nor a
/// tenant with a hundred thousand deliveries holds up others.
final class DeliveryRunner: Service {
  private struct State: Sendable {
    var agenda = DeliveryAgenda()
    var gate: TargetGate
    var inFlight: [Int64: Int] = [:]
    var total = 0
    var waiting: [Int64: Int] = [:]
  }

  /// Tenants whose queues are read at once.
  private static let readers = 4
  /// How often the agenda is looked at; that costs the database nothing.
  private static let tick = Duration.milliseconds(200)
  /// Until a tenant whose database was away is looked at again.
  private static let recovery = Duration.seconds(5)

  let queue: DeliveryQueue
  private let sender: DeliverySender
  private let tenants: DeliveryTenants
  private let listener: NotificationListener?
  private let figures: DeliveryFigures
  private let logger: Logger
  private let state: Mutex<State>
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init(
    queue: DeliveryQueue, policy: DestinationPolicy, tenants: DeliveryTenants, listener: NotificationListener?,
    metrics: MetricsRegistry, logger: Logger
  ) {
    self.queue = queue
    sender = DeliverySender(policy: policy, settings: queue.settings, clock: queue.clock)
    self.tenants = tenants
    self.listener = listener
    figures = DeliveryFigures(metrics)
    self.logger = logger
    state = Mutex(State(gate: TargetGate(limit: queue.settings.perTarget)))
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    figures.watch(
      inFlight: { [weak self] in self?.state.withLock { $0.total } ?? 0 },
      closed: { [weak self] in self?.state.withLock { $0.gate.closedCount } ?? 0 },
      waiting: { [weak self] in self?.state.withLock { $0.waiting.values.reduce(0, +) } ?? 0 })
  }

  /// The tenant has something to deliver.
  func wake(_ tenantID: Int64) {
    state.withLock { $0.agenda.tell(tenantID) }
    signal.yield()
  }

  func run() async throws {
    await withDiscardingTaskGroup { group in
      group.addTask { await cancelWhenGracefulShutdown { await self.follow() } }
      group.addTask { await cancelWhenGracefulShutdown { await self.tickNowAndThen() } }
      group.addTask { await cancelWhenGracefulShutdown { await self.sweepNowAndThen() } }
      for await _ in signals.cancelOnGracefulShutdown() {
        while let tenantID = begin() { group.addTask { await self.turn(tenantID) } }
      }
    }
  }

  private func follow() async {
    guard let listener else { return }
    for await notification in listener.notifications {
      switch notification {
      case .message(let message): if let id = Int64(message.payload) { wake(id) }
      case .reconnected: await sweep()
      }
    }
  }

  private func tickNowAndThen() async {
    while (try? await Task.sleep(for: Self.tick)) != nil {
      let now = queue.clock.now()
      state.withLock { state in
        state.agenda.advance(to: now)
        // A pause may just have ended.
        if state.gate.isRestricting { state.agenda.slotsAreFree() }
      }
      signal.yield()
    }
  }

  // All tenants

  private func sweepNowAndThen() async {
    while !Task.isCancelled {
      await sweep()
      do { try await Task.sleep(for: queue.settings.sweepInterval) } catch { return }
    }
  }

  private func sweep() async {
    let outcomes = await EachTenant.run(tenants.all(), atOnce: 2, within: .seconds(20)) { [self] tenant in
      let scope = try tenants.scope(tenant)
      let givenUp = try await queue.giveUpOverdue(of: scope)
      if givenUp > 0 { figures.dead.increment(by: givenUp) }
      let next = try await queue.nextDue(after: Timestamp(seconds: 0), of: scope)
      let count = next == nil ? 0 : try await queue.waitingCount(of: scope)
      state.withLock { state in
        state.waiting[tenant.id] = count
        if let next { state.agenda.tell(tenant.id, at: next) }
      }
    }
    for case (let tenant, .failure(let error)) in outcomes {
      logger.debug("deliveries not looked at", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
    }
    signal.yield()
  }

  // One tenant's turn

  private func begin() -> Int64? {
    state.withLock { state in
      guard state.agenda.busyCount < Self.readers, state.total < queue.settings.inFlight else { return nil }
      return state.agenda.begin()
    }
  }

  private func turn(_ tenantID: Int64) async {
    guard let tenant = tenants.find(tenantID), let scope = try? tenants.scope(tenant) else {
      return end(tenantID, found: false, next: nil)
    }
    let claimed: [ClaimedDelivery]
    do { claimed = try await claim(of: scope) } catch {
      logger.debug("deliveries not claimed", metadata: ["tenant": "\(tenant.slug)", "error": "\(error)"])
      return end(tenantID, found: false, next: queue.clock.now() + Self.recovery)
    }
    await withDiscardingTaskGroup { group in
      for delivery in claimed { group.addTask { await self.deliver(delivery, of: scope) } }
    }
  }

  /// - Parameter isStarved: something is due that found no slot.
  private func end(_ tenantID: Int64, found: Bool, next: Timestamp?, isStarved: Bool = false) {
    state.withLock {
      $0.agenda.end(tenantID, found: found, next: next, isRestricted: isStarved && $0.gate.isRestricting)
    }
    signal.yield()
  }

  /// Claims what there are slots for, and ends the tenant's turn.
  private func claim(of scope: TenantScope) async throws -> [ClaimedDelivery] {
    let settings = queue.settings
    let id = scope.tenantID
    let now = queue.clock.now()
    let (limit, share, free) = state.withLock { state in
      // Tenants who want the same target share its slots, and get theirs in turns.
      let share = max(1, settings.perTarget / max(1, state.agenda.activeCount))
      let limit = min(settings.inFlight - state.total, settings.perTenant - state.inFlight[id, default: 0])
      return (limit, share, state.gate.free(upTo: share, at: now))
    }
    guard limit > 0 else {
      end(id, found: false, next: nil, isStarved: true)
      return []
    }
    let claimed = try await queue.claim(limit, free: free, share: share, of: scope)
    let admitted = state.withLock { state in
      claimed.filter { delivery in
        guard state.gate.enter(delivery.host, at: now) else { return false }
        state.inFlight[id, default: 0] += 1
        state.total += 1
        return true
      }
    }
    // Another tenant was quicker.
    let refused = claimed.filter { delivery in !admitted.contains { $0.id == delivery.id } }
    do { try await queue.release(refused, of: scope) } catch {
      // Those admitted hold slots, so they go out whatever happens; of the others the lease runs out.
      logger.warning("deliveries not put back", metadata: ["tenant": "\(scope.slug)", "error": "\(error)"])
    }
    guard admitted.isEmpty else {
      end(id, found: true, next: nil)
      return admitted
    }
    let first = try await queue.nextDue(after: Timestamp(seconds: 0), of: scope)
    let isStarved = first.map { $0 <= now } ?? false
    end(
      id, found: false, next: isStarved ? try await queue.nextDue(after: now, of: scope) : first, isStarved: isStarved)
    return []
  }

  private func deliver(_ delivery: ClaimedDelivery, of scope: TenantScope) async {
    let verdict = await sender.send(delivery)
    let now = queue.clock.now()
    state.withLock { state in
      state.gate.leave(delivery.host, verdict.sign, at: now)
      state.total -= 1
      let left = state.inFlight[scope.tenantID, default: 1] - 1
      state.inFlight[scope.tenantID] = left > 0 ? left : nil
    }
    await write(verdict, of: delivery, scope)
    figures.count(verdict)
    state.withLock { state in
      if case .retry(let pause) = verdict.step { state.agenda.tell(scope.tenantID, at: now + pause) }
      // The conversion's next status may go out now.
      state.agenda.tell(scope.tenantID)
      state.agenda.slotsAreFree()
    }
    signal.yield()
  }

  /// An attempt that was interrupted goes back as if it had not been. A database that is away for a moment is waited for;
  /// of an attempt whose end still can't be written another is made when its lease has run out, with the same id.
  private func write(_ verdict: DeliveryVerdict, of delivery: ClaimedDelivery, _ scope: TenantScope) async {
    // A cancelled task could not talk to the database.
    await Task { [self] in await writePatiently(verdict, of: delivery, scope) }.value
  }

  private func writePatiently(
    _ verdict: DeliveryVerdict, of delivery: ClaimedDelivery, _ scope: TenantScope
  ) async {
    for pause in Self.patience + [nil] {
      do {
        if verdict.isInterrupted {
          try await queue.release([delivery], of: scope)
        } else {
          try await queue.finish(delivery, verdict, of: scope)
        }
        return
      } catch {
        guard let pause, PostbackService.isTemporary(error) else {
          logger.warning("delivery not written", metadata: ["delivery": "\(delivery.id)", "error": "\(error)"])
          return
        }
        try? await Task.sleep(for: pause)
      }
    }
  }

  /// Between attempts to write how a delivery ended: less in all than a process has for its shutdown.
  private static let patience: [Duration?] = [
    .milliseconds(100), .milliseconds(300), .seconds(1), .seconds(3), .seconds(6),
  ]
}
