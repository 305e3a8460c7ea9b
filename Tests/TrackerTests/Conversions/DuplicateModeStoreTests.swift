import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct DuplicateModeStoreTests {
  @Test(arguments: [
    (DuplicateMode.ignore, 1, "5.00"), (.update, 1, "5.00"), (.add, 1, "160.00"), (.new, 32, "160.00"),
  ])
  func manyAtOnceAreCountedOnceEach(mode: DuplicateMode, rows: Int, revenue: String) async throws {
    let bench = try await PostbackBench(duplicates: mode, connections: 12)
    let click = try await bench.drainedClick()
    let hits = (0..<32).map { bench.hit("click_id=\(click.id)&payout=5", at: bench.clock.now() + .milliseconds($0)) }
    // Each twice, as a network and a journal may give it.
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for hit in hits + hits { tasks.addTask { _ = try await bench.service.receive(hit, in: bench.scope) } }
      try await tasks.waitForAll()
    }
    let found = try await bench.conversions(of: click)
    #expect(found.count == rows)
    #expect(found.reduce(Micros.zero) { $0 + $1.revenue }.description == revenue)
    #expect(Set(found.map(\.sequence)) == Set(0..<rows))
    await bench.tenant.close()
  }

  @Test func aGoalPaysWhatTheOfferSays() async throws {
    let bench = try await PostbackBench()
    let goals = [
      OfferGoal(name: "Deposit", word: "deposit", pay: .amount(Micros(rawValue: 25_000_000), nil), type: nil),
      OfferGoal(name: "Share", word: "revenue_share", pay: .percent(Micros(rawValue: 30_000_000)), type: nil),
      OfferGoal(name: "Bonus", word: "7", pay: .amount(Micros(rawValue: 1_000_000), nil), type: "upsell"),
    ]
    try await OfferGoalStore().set(goals, of: PostbackBench.offerID, bench.scope, in: bench.scope)
    let click = try await bench.drainedClick()
    for query in [
      "event=registration", "event=Deposit", "event=Revenue%20Share&payout=50", "goal=7", "goal=none&payout=2",
    ] {
      try await bench.send("click_id=\(click.id)&\(query)")
    }
    let found = try await bench.conversions(of: click)
    #expect(found.map(\.type.rawValue) == ["registration", "deposit", "revenue_share", "upsell", "none"])
    #expect(found.map(\.payout.amount.description) == ["10.00", "25.00", "15.00", "1.00", "2.00"])
    #expect(found.map(\.goal) == [nil, "Deposit", "Share", "7", "none"])
    await bench.tenant.close()
  }
}
