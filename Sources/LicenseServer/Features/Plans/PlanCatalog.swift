import Billing
import Core
import Database
import Synchronization

/// The plans in memory, so that a decision on a licence need not read them. A change of their rows acts within a minute.
final class PlanCatalog: Sendable {
  private struct State {
    var plans: [Int64: Plan] = [:]
    var loadedAt: Timestamp?
  }

  private static let lifetime = Duration.minutes(1)

  private let clock: any WallClock
  private let state = Mutex(State())

  init(clock: any WallClock) { self.clock = clock }

  /// - Parameter database: where it is read when it must be. In a transaction that is the transaction's connection: to
  ///   wait for a second one while holding locks is how a pool comes to a standstill.
  func plan(_ id: Int64, in database: any SQLExecutor) async throws -> Plan {
    let now = clock.now()
    let known = state.withLock { state -> Plan? in
      guard let loadedAt = state.loadedAt, now - loadedAt < Self.lifetime else { return nil }
      return state.plans[id]
    }
    if let known { return known }
    let plans = try await PlanStore(database).all()
    state.withLock { $0 = State(plans: Dictionary(uniqueKeysWithValues: plans.map { ($0.id, $0) }), loadedAt: now) }
    guard let plan = plans.first(where: { $0.id == id }) else { throw BillingError.noSuchPlan("\(id)") }
    return plan
  }
}
