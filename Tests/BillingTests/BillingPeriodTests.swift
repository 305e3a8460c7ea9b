import Billing
import Core
import Testing

@Suite struct BillingPeriodTests {
  private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

  @Test(arguments: [
    ("2026-11-21T10:00:00Z", 1, "2026-12-21T10:00:00.000Z"),
    ("2026-01-31T23:59:59Z", 1, "2026-02-28T23:59:59.000Z"),
    ("2026-01-31T23:59:59Z", 2, "2026-03-31T23:59:59.000Z"),
    ("2028-01-31T00:00:00Z", 1, "2028-02-29T00:00:00.000Z"),
    ("2026-12-15T08:30:00Z", 1, "2027-01-15T08:30:00.000Z"),
    ("2026-10-31T12:00:00Z", 4, "2027-02-28T12:00:00.000Z"),
  ])
  func monthsEndOnTheSameDayOrTheMonthsLast(anchor: String, count: Int, end: String) throws {
    #expect(BillingPeriod.month.end(of: count, from: try time(anchor)).rfc3339 == end)
  }

  @Test func aLeapDayComesBackWithTheNextLeapYear() throws {
    let anchor = try time("2028-02-29T06:00:00Z")
    #expect(BillingPeriod.year.end(of: 1, from: anchor).rfc3339 == "2029-02-28T06:00:00.000Z")
    #expect(BillingPeriod.year.end(of: 4, from: anchor).rfc3339 == "2032-02-29T06:00:00.000Z")
  }

  @Test func periodsFollowEachOtherFromAnyAnchor() {
    var dice = Dice(seed: 1)
    for _ in 0..<500 {
      let anchor = Timestamp(microseconds: Int64.random(in: 0...4_000_000_000_000_000, using: &dice))
      for period in BillingPeriod.allCases {
        let ends = (0...30).map { period.end(of: $0, from: anchor) }
        #expect(ends[0] == anchor)
        for (start, end) in zip(ends, ends.dropFirst()) {
          let days = (end - start).components.seconds / 86_400
          #expect(period == .month ? (28...31).contains(days) : (365...366).contains(days))
        }
      }
    }
  }
}
