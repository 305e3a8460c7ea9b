import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct HistoryAgeTests {
  @Test func whatMovedNothingIsForgottenWithTheHitThatSaidIt() async throws {
    let bench = try await PostbackBench()
    let click = try await bench.drainedClick()
    for status in ["lead", "lead", "approved", "lead", "approved"] {
      try await bench.send("click_id=\(click.id)&payout=5&status=\(status)")
    }
    let id = try #require(try await bench.conversions(of: click).first).id
    let all = [
      ">lead:applied", "lead>lead:unchanged", "lead>sale:applied", "sale>lead:refused", "sale>sale:unchanged",
    ]
    #expect(try await bench.history(of: id) == all)
    let store = ConversionStore()
    // They may still tell whose order a number is.
    try await store.removeOldHistory(logBegin: bench.clock.now() + .days(80), of: bench.scope)
    #expect(try await bench.history(of: id) == all)
    try await bench.scope.execute(
      "UPDATE \(bench.scope.schema).conversion_history SET note = 'why' WHERE outcome = 'refused'")
    // An amount that moved is no line about nothing.
    try await bench.send("click_id=\(click.id)&payout=7&status=approved")
    #expect(try await bench.history(of: id) == all + ["sale>sale:unchanged"])
    try await store.removeOldHistory(logBegin: bench.clock.now() + .days(91), of: bench.scope)
    #expect(
      try await bench.history(of: id) == [
        ">lead:applied", "lead>sale:applied", "sale>lead:refused", "sale>sale:unchanged",
      ])
    await bench.tenant.close()
  }
}
