import ClickPath
import Conversions
import Core
import Database
import Synchronization
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct PostbackServiceTests {
  @Test func theDocumentsPostbackMakesASale() async throws {
    let bench = try await PostbackBench()
    let click = try await bench.drainedClick()
    let outcome = try await bench.send("click_id=\(click.id)&amount=40&txid=T-9&goal=&status=Approved")
    let conversion = try #require(try await bench.conversions(of: click).first)
    #expect(outcome == .recorded(conversion.id))
    let time = (PostbackBench.start + .hours(1)).rfc3339
    let expected: JSONValue = [
      "id": JSONValue(conversion.id), "click_id": JSONValue(click.id), "parent_id": nil, "type": "sale",
      "status": "sale", "scheme_status": "sale", "review": nil, "original_status": "Approved", "payout": "40.00",
      "currency": "USD", "revenue": "40.00", "rate_missing": false, "rate": nil, "rate_date": nil, "cost": "0.00",
      "txid": "T-9", "goal": nil, "campaign_id": 11, "offer_id": 22, "source_id": nil, "network_id": 33,
      "publisher_id": nil, "country": "US", "created_at": .string(time), "updated_at": .string(time),
      "click_ts": JSONValue(click.ts), "match": "click_id",
    ]
    #expect(conversion.json == expected)
    let row = try await bench.scope.one(
      "SELECT country, sub1, network_id, visitor_id FROM \(bench.scope.schema).conversions WHERE id = \(conversion.id)")
    #expect(try row.get("country") == "US")
    #expect(try row.get("sub1") == "zone-7")
    #expect(try row.get("network_id") == PostbackBench.networkID)
    #expect(try row.get("visitor_id") == click.visitorID)
    #expect(try await bench.history(of: conversion.id) == [">sale:applied"])
    await bench.tenant.close()
  }

  @Test func aClickStillInTheJournalIsFound() async throws {
    let bench = try await PostbackBench()
    let click = bench.newClick()
    bench.tail.insert(click)
    #expect(try await bench.send("subid=\(click.id)").status == 200)
    var foreign = bench.newClick()
    foreign.tenantID += 1
    bench.tail.insert(foreign)
    #expect(try await bench.send("subid=\(foreign.id)") == .unknownClick)
    await bench.tenant.close()
  }

  @Test func theFirstCandidateThatIsAClickCounts() async throws {
    let bench = try await PostbackBench()
    let click = try await bench.drainedClick()
    let unknown = ClickID(at: PostbackBench.start)
    #expect(try await bench.send("subid=\(unknown)&sub1=banner&sub2=\(click.id)").status == 200)
    #expect(try await bench.conversions(of: click).count == 1)
    await bench.tenant.close()
  }

  @Test func withoutAPayoutTheOffersCounts() async throws {
    let bench = try await PostbackBench()
    let (home, abroad) = (try await bench.drainedClick(), try await bench.drainedClick(country: "DE"))
    var direct = bench.newClick()
    direct.offerID = nil  // the campaign's default offer
    direct.networkID = nil
    try await bench.drain([direct])
    for click in [home, abroad, direct] { try await bench.send("click_id=\(click.id)") }
    #expect(try await bench.conversions(of: home).map(\.payout.amount.description) == ["10.00"])
    #expect(try await bench.conversions(of: abroad).map(\.revenue.description) == ["25.00"])
    #expect(try await bench.conversions(of: direct).map(\.payout.amount.description) == ["10.00"])
    await bench.tenant.close()
  }

  @Test func anotherCurrencyIsKeptButNotCounted() async throws {
    let bench = try await PostbackBench()
    let click = try await bench.drainedClick()
    for (index, currency) in ["EUR", "USDT"].enumerated() {
      try await bench.send("click_id=\(click.id)&payout=5&currency=\(currency)&txid=\(index)")
    }
    let found = try await bench.conversions(of: click)
    #expect(
      found.map(\.payout) == [
        Money(Micros(rawValue: 5_000_000), .eur), Money(Micros(rawValue: 5_000_000), .unreadable),
      ])
    #expect(found.allSatisfy { $0.revenue == .zero && $0.isRateMissing })
    await bench.tenant.close()
  }

  @Test func costsFollowTheCampaignsModel() async throws {
    let perSale = try await PostbackBench(costModel: "cpa", cost: Micros(rawValue: 3_000_000))
    let click = try await perSale.drainedClick()
    try await perSale.send("click_id=\(click.id)&status=lead")
    #expect(try await perSale.conversions(of: click).map(\.cost) == [.zero])
    try await perSale.send("click_id=\(click.id)&status=approved")
    try await perSale.send("click_id=\(click.id)&conversion_type=upsell")
    #expect(try await perSale.conversions(of: click).map(\.cost.description) == ["3.00", "0.00"])
    try await perSale.send("click_id=\(click.id)&status=refund")
    #expect(try await perSale.conversions(of: click).map(\.cost) == [.zero, .zero])
    await perSale.tenant.close()
    let share = try await PostbackBench(costModel: "revshare", cost: Micros(rawValue: 12_500_000))
    let other = try await share.drainedClick()
    try await share.send("click_id=\(other.id)&payout=80")
    #expect(try await share.conversions(of: other).map(\.cost.description) == ["10.00"])
    await share.tenant.close()
  }

  @Test func anUnmappedWordHoldsTheConversion() async throws {
    let bench = try await PostbackBench(statusMap: ["frobnicated": "rejected"])
    let click = try await bench.drainedClick()
    try await bench.send("click_id=\(click.id)&payout=5&status=Weird%20Word")
    var conversion = try #require(try await bench.conversions(of: click).first)
    #expect(conversion.status == .hold)
    #expect(conversion.originalStatus == "Weird Word")
    #expect(conversion.revenue == .zero)
    try await bench.send("click_id=\(click.id)&payout=6&status=confirmed")
    conversion = try #require(try await bench.conversions(of: click).first)
    #expect(conversion.status == .sale)
    #expect(conversion.revenue.description == "6.00")
    try await bench.send("click_id=\(click.id)&status=FROBNICATED")
    try await bench.send("click_id=\(click.id)&payout=99&status=approved")
    conversion = try #require(try await bench.conversions(of: click).first)
    #expect(conversion.status == .rejected)
    #expect(conversion.originalStatus == "FROBNICATED")
    #expect(conversion.payout.amount.description == "6.00")
    #expect(conversion.revenue == .zero)
    #expect(
      try await bench.history(of: conversion.id) == [
        ">hold:applied", "hold>sale:applied", "sale>rejected:applied", "rejected>sale:refused",
      ])
    #expect(try await bench.log() == ["recorded", "updated", "updated", "move_refused"])
    await bench.tenant.close()
  }

  @Test func upsellsAndRebillsAreRowsOfTheirOwn() async throws {
    let bench = try await PostbackBench()
    let click = try await bench.drainedClick()
    let first = PostbackBench.start + .minutes(5)
    try await bench.send("click_id=\(click.id)&payout=10", at: first)
    try await bench.send("click_id=\(click.id)&payout=2&conversion_type=upsell", at: first + .seconds(1))
    try await bench.send("click_id=\(click.id)&payout=3&conversion_type=rebill", at: first + .days(30))
    try await bench.send("click_id=\(click.id)&payout=3&conversion_type=rebill", at: first + .days(30) + .minutes(30))
    try await bench.send("click_id=\(click.id)&payout=3&conversion_type=rebill", at: first + .days(60))
    try await bench.send("click_id=\(click.id)&payout=4&conversion_type=rebill&txid=r", at: first + .days(60))
    let found = try await bench.conversions(of: click)
    #expect(found.map(\.type.rawValue).sorted() == ["rebill", "rebill", "rebill", "sale", "upsell"])
    #expect(found.allSatisfy { $0.parentID == ($0.type == .sale ? nil : found[0].id) })
    #expect(found.reduce(Micros.zero) { $0 + $1.revenue }.description == "22.00")
    await bench.tenant.close()
  }

  @Test func sixtyFourIdenticalAtOnceMakeOne() async throws {
    let bench = try await PostbackBench(connections: 12)
    for suffix in ["", "&txid=same", "&conversion_type=upsell", "&conversion_type=rebill"] {
      let click = try await bench.drainedClick()
      let outcomes = try await withThrowingTaskGroup { tasks in
        for _ in 0..<64 { tasks.addTask { try await bench.send("click_id=\(click.id)&payout=5\(suffix)") } }
        return try await tasks.reduce(into: []) { $0.append($1) }
      }
      let found = try await bench.conversions(of: click)
      let conversion = try #require(found.first)
      #expect(found.count == 1)
      #expect(outcomes.filter { $0 == .recorded(conversion.id) }.count == 1)
      #expect(outcomes.filter { $0 == .repeated(conversion.id) }.count == 63)
      #expect(try await bench.history(of: conversion.id).count == 64)
      #expect(conversion.revenue.description == "5.00")
    }
    #expect(try await bench.log().count == 256)
    await bench.tenant.close()
  }

  @Test func aReplayedHitCountsOnce() async throws {
    let bench = try await PostbackBench()
    let click = try await bench.drainedClick()
    let lead = bench.hit("click_id=\(click.id)&status=lead&payout=5", at: PostbackBench.start + .seconds(1))
    let sale = bench.hit("click_id=\(click.id)&status=paid&payout=6", at: PostbackBench.start + .seconds(2))
    let unknown = bench.hit("click_id=\(ClickID(at: PostbackBench.start))", at: PostbackBench.start + .seconds(3))
    for _ in 0..<2 {
      for hit in [lead, sale, unknown] {
        let event = RawPostbackEvent(
          id: hit.id, tenantID: bench.scope.tenantID, receivedAt: hit.receivedAt, ip: IPAddress(v4: 1),
          method: hit.method.rawValue, query: hit.query)
        _ = try await bench.service.replay(PostbackHit(event), in: bench.scope)
      }
    }
    #expect(try await bench.service.replay(lead, in: bench.scope) == nil)
    // Given twice without asking the log first, as two processes might at once.
    #expect(try await bench.service.receive(lead, in: bench.scope) == .recorded(lead.id))
    #expect(try await bench.service.receive(sale, in: bench.scope) == .repeated(lead.id))
    let conversion = try #require(try await bench.conversions(of: click).first)
    #expect(conversion.id == lead.id)
    #expect(conversion.createdAt == lead.receivedAt)
    #expect(conversion.status == .sale)
    #expect(try await bench.history(of: lead.id) == [">lead:applied", "lead>sale:applied"])
    #expect(try await bench.log() == ["recorded", "updated", "unknown_click"])
    await bench.tenant.close()
  }

  @Test func aFreshUnknownClickWaitsOnlyWhereThereAreOtherNodes() async throws {
    let alone = try await PostbackBench()
    let shared = try await PostbackBench(hasOtherNodes: true)
    let fresh = ClickID(at: alone.clock.now() - .minutes(9))
    let old = ClickID(at: alone.clock.now() - .minutes(11))
    #expect(try await alone.send("click_id=\(fresh)") == .unknownClick)
    #expect(try await shared.send("click_id=\(old)&sub1=x") == .unknownClick)
    #expect(try await shared.send("click_id=98367") == .unknownClick)
    let hit = shared.hit("click_id=\(old)&sub2=\(fresh)")
    #expect(try await shared.service.receive(hit, in: shared.scope) == .notYet)
    #expect(try await shared.log() == ["unknown_click", "unknown_click"])
    var click = shared.newClick(at: fresh.timestamp)
    click.id = fresh
    try await shared.drain([click])
    #expect(try await shared.service.replay(hit, in: shared.scope) == .recorded(hit.id))
    await alone.tenant.close()
    await shared.tenant.close()
  }

  @Test func networksCanAskForTheirKeyAndAddresses() async throws {
    let bench = try await PostbackBench(requiresKey: true, allowedAddresses: ["198.51.100.0/24"])
    let click = try await bench.drainedClick()
    let receive = { (key: String?, address: String?) in
      try await bench.service.receive(
        bench.hit("click_id=\(click.id)", key: key, from: address), in: bench.scope)
    }
    #expect(try await receive(nil, "198.51.100.7") == .unauthorized)
    #expect(try await receive("k-other", "198.51.100.7") == .unauthorized)
    #expect(try await receive("k-house", "198.51.101.7") == .unauthorized)
    #expect(try await receive("k-house", nil) == .unauthorized)
    #expect(try await receive("k-house\0", "198.51.100.7") == .unauthorized)
    #expect(try await bench.conversions(of: click).isEmpty)
    #expect(try await receive("k-house", "198.51.100.7").status == 200)
    #expect(try await bench.conversions(of: click).count == 1)
    await bench.tenant.close()
  }

  @Test func everyHitIsLoggedAsItCame() async throws {
    let bench = try await PostbackBench()
    let click = try await bench.drainedClick()
    let long = "click_id=\(click.id)&payout=x%00&junk=\(String(repeating: "ü\0", count: 40_000))"
    #expect(try await bench.send(long).status == 400)
    #expect(try await bench.send("payout=1") == .refused(.noClickID))
    var post = bench.hit("a=b", from: "2001:db8::1")
    post.method = .post
    post.contentType = "application/json"
    post.body = Array("{\"click_id\":\"\(click.id)\",\"txid\":\"\\u0000x\"}".utf8)
    #expect(try await bench.service.receive(post, in: bench.scope) == .recorded(post.id))
    #expect(Set(try await bench.log()) == ["bad_parameter", "no_click_id", "recorded"])
    let row = try await bench.scope.one(
      """
      SELECT method, content_type, body, ip, click_id, conversion_id FROM \(bench.scope.schema).postback_log
      WHERE id = \(post.id)
      """)
    #expect(try row.get("method") == "POST")
    #expect(try row.get("body") == post.body)
    #expect(try row.get("ip") == IPAddress("2001:db8::1"))
    #expect(try row.get("click_id") == click.id)
    #expect(try row.get("conversion_id") == post.id)
    await bench.tenant.close()
  }

  @Test func whatCannotBeRecordedIsInTheLogAndCanBeProcessedOnceMore() async throws {
    let flaw = FlawedFollower()
    let bench = try await PostbackBench(recorder: ConversionRecorder(followers: [flaw]))
    let click = try await bench.drainedClick()
    let hit = bench.hit("click_id=\(click.id)&payout=5")
    let error = await #expect(throws: DatabaseError.self) {
      try await bench.service.receive(hit, in: bench.scope)
    }
    #expect(error.map { PostbackService.isHopeless($0) } == true)
    #expect(try await bench.log() == ["failed"])
    #expect(try await bench.conversions(of: click).isEmpty)
    flaw.isMended.store(true, ordering: .relaxed)
    let entry = try #require(try await PostbackLogStore().find(hit.id, of: bench.scope))
    #expect(try await bench.service.again(entry, in: bench.scope) == .ended(.recorded(hit.id)))
    #expect(try await bench.log() == ["recorded"])
    await bench.tenant.close()
  }

  private final class FlawedFollower: ConversionFollower {
    let isMended = Atomic(false)

    func follow(_ written: WrittenConversion, in connection: Connection, of scope: TenantScope) async throws {
      if !isMended.load(ordering: .relaxed) { try await connection.execute("SELECT 1 / 0") }
    }
  }

  @Test func aDatabaseThatIsAwayIsTemporary() async throws {
    let bench = try await PostbackBench()
    let pools = TenantPools(limits: .init(acquireTimeout: .seconds(1)), logger: .silent)
    let nowhere = try DSN(parsing: "postgresql://nobody@/nothing?host=/nonexistent")
    let scope = pools.scope(
      for: .init(tenantID: 1, slug: "away", schema: bench.scope.schema, dsn: nowhere))
    do {
      _ = try await bench.service.receive(bench.hit("click_id=\(ClickID(at: PostbackBench.start))"), in: scope)
      Issue.record("a postback was taken by no database")
    } catch let error as DatabaseError {
      #expect(PostbackService.isTemporary(error))
    }
    await pools.close()
    await bench.tenant.close()
  }
}
