import Analytics
import ClickPath
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct ClickStoreTests {
  private let store = ClickStore(clock: TestClock(PostbackBench.start + .hours(1)))

  @Test func aClickComesBackAsItWentIn() async throws {
    let bench = try await PostbackBench()
    var click = bench.newClick()
    click.flowID = 1
    click.landingID = 2
    click.sourceID = 3
    (click.region, click.city, click.isp) = ("BE", "Berlin", "Telekom")
    (click.os, click.browser, click.device, click.language) = ("Windows", "Chrome", "desktop", "de")
    (click.referrer, click.referrerDomain, click.userAgent) = ("https://a.example/ü?x", "a.example", "Mozilla/5.0 🛒")
    click.externalID = "Ext-ID"
    click.fraudScore = 87
    click.isUnique = true
    click.cost = Micros(rawValue: 50_001)
    click.currency = .eur
    for number in SubIDs.numbers { click.subs[number] = "sub \(number)" }
    try await bench.drain([click])
    let found = try #require(try await store.find(click.id, of: bench.scope))
    #expect(found == click)
    #expect(found.json == click.json)
    #expect(click.json["cost"] == "0.050001")
    #expect(click.json["sub30"] == "sub 30")
    #expect(click.json["trace"] == ["flow:7", "offer:22"])
    #expect(try await store.find(ClickID(at: PostbackBench.start), of: bench.scope) == nil)
    #expect(try await store.find(ClickID(high: 1, low: 2), of: bench.scope) == nil)
    await bench.tenant.close()
  }

  @Test func pagesGoBackInTimeWithoutGapOrRepetition() async throws {
    let bench = try await PostbackBench()
    // Many in the same millisecond, some in another month's partition.
    let clicks = (0..<97).map { bench.newClick(at: PostbackBench.start + .milliseconds(Int64($0 / 20))) }
    try await bench.drain(clicks)
    var seen: [ClickID] = []
    var cursor: ClickID?
    repeat {
      let page = try await store.page(ClickFilter(), limit: 10, after: cursor, of: bench.scope)
      seen += page.items.map(\.id)
      cursor = page.nextCursor.flatMap { ClickID($0) }
    } while cursor != nil
    #expect(seen == clicks.map(\.id).sorted(by: >))
    await bench.tenant.close()
  }

  @Test func filtersChooseTheirClicks() async throws {
    let bench = try await PostbackBench()
    var clicks = (0..<6).map { bench.newClick(at: PostbackBench.start + .minutes(Int64($0))) }
    clicks[0].status = .blocked
    clicks[1].country = nil
    clicks[2].externalID = "Ext' OR 1=1"
    clicks[3].ip = IPAddress(v4: 9)
    clicks[4].campaignID = 99
    clicks[5].subs[1] = "other"
    try await bench.drain(clicks)
    let find = { (filter: ClickFilter) async throws -> [Int] in
      let page = try await store.page(filter, limit: 50, after: nil, of: bench.scope)
      return page.items.compactMap { click in clicks.firstIndex { $0.id == click.id } }
    }
    #expect(try await find(ClickFilter()) == [5, 4, 3, 2, 1, 0])
    #expect(try await find(ClickFilter(status: .blocked)) == [0])
    #expect(try await find(ClickFilter(texts: [("country", "US")])) == [5, 4, 3, 2, 0])
    #expect(try await find(ClickFilter(search: "Ext' OR 1=1")) == [2])
    #expect(try await find(ClickFilter(search: clicks[1].id.description.uppercased())) == [1])
    #expect(try await find(ClickFilter(address: IPAddress(v4: 9))) == [3])
    #expect(try await find(ClickFilter(ids: [("campaign_id", 99)])) == [4])
    #expect(try await find(ClickFilter(ids: [("campaign_id", 99)], texts: [("sub1", "other")])) == [])
    #expect(try await find(ClickFilter(period: clicks[2].ts..<clicks[4].ts)) == [3, 2])
    await bench.tenant.close()
  }

  @Test func aLogsDaysAreLocal() async throws {
    let bench = try await PostbackBench()
    var reader = FilterReader(PageRequest(filters: ["from": "2026-11-21", "to": "2026-11-21", "tz": "Asia/Kolkata"]))
    let days = DayFilter(&reader, zone: .utc)
    try reader.finish()
    let period = try await days.period(now: bench.clock.now(), of: bench.scope)
    #expect(period?.lowerBound == Timestamp(rfc3339: "2026-11-20T18:30:00Z"))
    #expect(period?.upperBound == Timestamp(rfc3339: "2026-11-21T18:30:00Z"))
    var open = FilterReader(PageRequest(filters: ["to": "2026-11-21"]))
    let upTo = try await DayFilter(&open, zone: .utc).period(now: bench.clock.now(), of: bench.scope)
    #expect(upTo?.lowerBound == Timestamp(seconds: 0))
    var none = FilterReader(PageRequest())
    #expect(try await DayFilter(&none, zone: .utc).period(now: bench.clock.now(), of: bench.scope) == nil)
    await bench.tenant.close()
  }

  @Test func everyBadFilterIsNamed() {
    var reader = FilterReader(
      PageRequest(filters: [
        "campaign_id": "x", "status": "odd", "ip": "1.2", "from": "today", "tz": "EST", "campain": "1", "sub1": "a\0",
      ]))
    _ = reader.id("campaign_id")
    let status: ClickStatus? = reader.choice("status")
    #expect(status == nil)
    _ = reader.address("ip")
    _ = DayFilter(&reader, zone: .utc)
    _ = reader.text("sub1")
    do throws(Problem) {
      try reader.finish()
      Issue.record("no fault was found")
    } catch {
      #expect(error.status == 422)
      #expect(error.errors.map(\.field) == ["campaign_id", "status", "ip", "from", "tz", "sub1", "campain"])
    }
  }
}
