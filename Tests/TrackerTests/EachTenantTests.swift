import Core
import Database
import Synchronization
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct EachTenantTests {
  @Test func soManyAtATimeAndEverybodyOnce() async throws {
    let running = Mutex((now: 0, most: 0))
    let gate = VisitorGate()
    let outcomes = await EachTenant.run(try tenants(9), atOnce: 3) { tenant in
      let count = running.withLock { state in
        state.now += 1
        state.most = max(state.most, state.now)
        return state.now
      }
      if count == 3 { gate.open() }
      try await eventually { gate.isOpen }
      running.withLock { $0.now -= 1 }
      return tenant.id
    }
    #expect(running.withLock { $0.most } == 3)
    #expect(try outcomes.map { try $0.result.get() }.sorted() == Array(1...9))
  }

  @Test func oneThatHangsOrFailsHoldsUpNobody() async throws {
    let outcomes = await EachTenant.run(try tenants(4), atOnce: 2, within: .milliseconds(50)) { tenant in
      if tenant.id == 1 { try await Task.sleep(for: .seconds(600)) }
      if tenant.id == 2 { throw CancellationError() }
    }
    var failures: [Int64: any Error] = [:]
    for case (let tenant, .failure(let error)) in outcomes { failures[tenant.id] = error }
    #expect(outcomes.count == 4 && failures.count == 2)
    #expect(failures[1] is EachTenant.TimedOut && failures[2] is CancellationError)
  }

  private func tenants(_ count: Int64) throws -> [Tenant] {
    try (1...count).map { number in
      Tenant(
        id: number, slug: "t\(number)", name: "T", schema: try #require(SchemaName("t_\(number)")), status: .active,
        isDefault: false, shard: "main", createdAt: Timestamp(seconds: 0))
    }
  }
}
