import ClickPath
import Conversions
import Core
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct ConversionLogTests {
  /// Twelve conversions, one of every four from Germany.
  private func bench(_ body: (PostbackBench, [ConversionID]) async throws -> Void) async throws {
    let bench = try await PostbackBench()
    var german: [ConversionID] = []
    for number in 0..<12 {
      let isGerman = number % 4 == 0
      let click = try await bench.drainedClick(country: isGerman ? "DE" : "US")
      try await bench.send("click_id=\(click.id)&txid=t-\(number)&goal=g\(number)")
      if isGerman { german.append(try #require(try await bench.conversions(of: click).first).id) }
    }
    try await body(bench, german.reversed())
    await bench.tenant.close()
  }

  @Test func aRareFilterAnswersWhatItFoundAndGoesOn() async throws {
    try await bench { bench, german in
      let log = ConversionLog(store: ConversionStore(), depth: 5)
      let filter = ConversionFilter(texts: [("country", "DE")])
      var seen: [ConversionID] = []
      var cursor: ConversionID?
      var partial = 0
      repeat {
        let found = try await log.page(filter, limit: 10, after: cursor, of: bench.scope)
        if found.searchedTo != nil { partial += 1 }
        #expect((found.searchedTo == nil) == (found.page.nextCursor == nil))
        seen += found.page.items.map(\.id)
        cursor = found.page.nextCursor.flatMap { ConversionID($0) }
      } while cursor != nil
      #expect(seen == german)
      #expect(partial == 2)
    }
  }

  @Test func whatAnIndexKnowsIsFoundHoweverOldItIs() async throws {
    try await bench { bench, _ in
      let log = ConversionLog(store: ConversionStore(), depth: 2)
      let all = try await log.page(ConversionFilter(), limit: 50, after: nil, of: bench.scope)
      #expect(all.page.items.count == 12 && all.searchedTo == nil)
      let oldest = try #require(all.page.items.last)
      let one = try await log.page(ConversionFilter(clickID: oldest.clickID), limit: 50, after: nil, of: bench.scope)
      #expect(one.page.items == [oldest] && one.page.nextCursor == nil)
    }
  }

  @Test func filtersChooseTheirConversions() async throws {
    try await bench { bench, _ in
      let log = ConversionLog(store: ConversionStore())
      let expected: [(ConversionFilter, Int)] = [
        (ConversionFilter(texts: [("goal", "g3")]), 1), (ConversionFilter(texts: [("sub1", "zone-7")]), 12),
        (ConversionFilter(match: .clickID), 12), (ConversionFilter(match: .email), 0),
        (ConversionFilter(transactionID: "t-4", texts: [("country", "DE")]), 1),
        (ConversionFilter(ids: [("landing_id", 1)]), 0),
      ]
      for (filter, count) in expected {
        let found = try await log.page(filter, limit: 50, after: nil, of: bench.scope)
        #expect(found.page.items.count == count)
      }
    }
  }
}
