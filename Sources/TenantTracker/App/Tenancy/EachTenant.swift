import Core

/// The same work for many tenants, so many at a time: one that hangs holds up one place of the others.
enum EachTenant {
  /// What became of one tenant's work.
  typealias Outcome<Value> = (tenant: Tenant, result: Result<Value, any Error>)

  struct TimedOut: Error, CustomStringConvertible {
    let limit: Duration
    var description: String { "not done within \(limit)" }
  }

  /// - Parameters:
  ///   - limit: how many tenants at a time.
  ///   - timeLimit: for one tenant's work, which is cancelled then; nil for none.
  /// - Returns: in the order in which they were done. Of those not begun when the task is cancelled, nothing.
  static func run<Value: Sendable>(
    _ tenants: [Tenant], atOnce limit: Int, within timeLimit: Duration? = nil,
    _ work: @escaping @Sendable (Tenant) async throws -> Value
  ) async -> [Outcome<Value>] {
    await withTaskGroup(of: Outcome<Value>.self) { group in
      var outcomes: [Outcome<Value>] = []
      var running = 0
      for tenant in tenants {
        if Task.isCancelled { break }
        if running >= limit, let outcome = await group.next() {
          outcomes.append(outcome)
          running -= 1
        }
        running += 1
        group.addTask {
          do { return (tenant, .success(try await attempt(tenant, timeLimit, work))) } catch {
            return (tenant, .failure(error))
          }
        }
      }
      for await outcome in group { outcomes.append(outcome) }
      return outcomes
    }
  }

  private static func attempt<Value: Sendable>(
    _ tenant: Tenant, _ timeLimit: Duration?, _ work: @escaping @Sendable (Tenant) async throws -> Value
  ) async throws -> Value {
    guard let timeLimit else { return try await work(tenant) }
    return try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask { try await work(tenant) }
      group.addTask {
        try await Task.sleep(for: timeLimit)
        throw TimedOut(limit: timeLimit)
      }
      defer { group.cancelAll() }
      guard let value = try await group.next() else { throw CancellationError() }
      return value
    }
  }
}
