import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct PostbackReplayTests {
  private let log = PostbackLogStore()

  private func entry(_ id: UUIDv7, _ bench: PostbackBench) async throws -> PostbackLogEntry {
    try #require(try await log.find(id, of: bench.scope))
  }

  private func runner(_ bench: PostbackBench) throws -> ConversionRunner {
    ConversionRunner.forTests(bench)
  }

  @Test func aHitOfAClickThatCameLaterCounts() async throws {
    let bench = try await PostbackBench()
    let click = bench.newClick()
    let hit = bench.hit("click_id=\(click.id)&payout=5")
    #expect(try await bench.service.receive(hit, in: bench.scope) == .unknownClick)
    #expect(try await bench.service.again(entry(hit.id, bench), in: bench.scope) == .ended(.unknownClick))
    try await bench.drain([click])
    #expect(try await bench.service.again(entry(hit.id, bench), in: bench.scope) == .ended(.recorded(hit.id)))
    let found = try await entry(hit.id, bench)
    #expect(found.outcome == "recorded" && found.attempts == 3 && found.clickID == click.id)
    #expect(found.conversionID == hit.id && found.detail == nil && found.processedAt == bench.clock.now())
    #expect(try await bench.service.again(found, in: bench.scope) == .counted)
    #expect(try await bench.conversions(of: click).map(\.createdAt) == [hit.receivedAt])
    await bench.tenant.close()
  }

  @Test func aHitThatWasKeptOutCountsOnceItsNetworkIsPutRight() async throws {
    let bench = try await PostbackBench(allowedAddresses: ["198.51.100.0/24"], duplicates: .add)
    let click = try await bench.drainedClick()
    let first = bench.hit("click_id=\(click.id)&payout=5", from: "198.51.100.1")
    let second = bench.hit("click_id=\(click.id)&payout=7", from: "203.0.113.1")
    #expect(try await bench.service.receive(first, in: bench.scope).status == 200)
    #expect(try await bench.service.receive(second, in: bench.scope) == .unauthorized)
    #expect(try await entry(second.id, bench).networkID == PostbackBench.networkID)
    try await bench.scope.execute("UPDATE \(bench.scope.schema).networks SET allowed_addresses = '{}'")
    let before = try await entry(second.id, bench)
    // At once, from two nodes: what is added is added once.
    let results = try await withThrowingTaskGroup { tasks in
      for _ in 0..<8 { tasks.addTask { try await bench.service.again(before, in: bench.scope) } }
      return try await tasks.reduce(into: []) { $0.append($1) }
    }
    #expect(results.allSatisfy { $0 == .ended(.updated(first.id)) || $0 == .ended(.repeated(first.id)) })
    #expect(try await bench.conversions(of: click).map(\.revenue.description) == ["12.00"])
    #expect(try await entry(second.id, bench).attempts == 2)
    await bench.tenant.close()
  }

  @Test func manyAreReplayedInTheirOrderAndOnlyOnce() async throws {
    let bench = try await PostbackBench()
    let clicks = (0..<30).map { bench.newClick(at: PostbackBench.start + .seconds($0)) }
    for click in clicks {
      for word in ["lead", "approved", "refund"].prefix(Int(click.ts.seconds % 3) + 1) {
        #expect(try await bench.send("click_id=\(click.id)&payout=5&status=\(word)") == .unknownClick)
      }
    }
    let bad = try await bench.send("payout=1")
    #expect(bad == .refused(.noClickID))
    try await bench.drain(clicks)
    let runner = try runner(bench)
    let run = try await runner.runs.insert(
      .replay(PostbackFilter(), end: UUIDv7(at: bench.clock.now() + .hours(1))), total: 61, by: "ada", of: bench.scope,
      in: bench.scope)
    await runner.bring(run.id, of: bench.scope)
    let done = try #require(try await runner.runs.find(run.id, of: bench.scope))
    #expect(done.state == .done && done.done == 61)
    #expect(done.outcomes == ["recorded": 30, "updated": 30, "no_click_id": 1])
    for click in clicks {
      let word = ["lead", "sale", "rejected"][Int(click.ts.seconds % 3)]
      #expect(try await bench.conversions(of: click).map(\.status.rawValue) == [word])
    }
    await runner.bring(run.id, of: bench.scope)
    #expect(try await bench.log().filter { $0 == "no_click_id" }.count == 1)
    await bench.tenant.close()
  }

  @Test func aRunWhoseProcessEndedGoesOnWhereItWas() async throws {
    let bench = try await PostbackBench()
    let clicks = (0..<20).map { bench.newClick(at: PostbackBench.start + .seconds($0)) }
    for click in clicks { try await bench.send("click_id=\(click.id)") }
    try await bench.drain(clicks)
    let runner = try runner(bench)
    let end = UUIDv7(at: bench.clock.now() + .hours(1))
    let run = try await runner.runs.insert(
      .replay(PostbackFilter(), end: end), total: 20, by: "ada", of: bench.scope, in: bench.scope)
    // Somebody claims it, does a part, and is gone.
    var claimed = try #require(try await runner.runs.claim(run.id, of: bench.scope))
    for entry in try await log.fruitless(PostbackFilter(), after: nil, through: end, limit: 7, of: bench.scope) {
      claimed.note(try await bench.service.again(entry, in: bench.scope).code, entry.hit.id)
    }
    try await runner.runs.progress(claimed, of: bench.scope)
    #expect(try await runner.runs.open(of: bench.scope).isEmpty)
    await runner.bring(run.id, of: bench.scope)
    #expect(try await runner.runs.find(run.id, of: bench.scope)?.done == 7)
    bench.clock.advance(by: ConversionRunStore.silence)
    #expect(try await runner.runs.open(of: bench.scope) == [run.id])
    await runner.bring(run.id, of: bench.scope)
    let done = try #require(try await runner.runs.find(run.id, of: bench.scope))
    #expect(done.state == .done && done.outcomes == ["recorded": 20])
    for click in clicks { #expect(try await bench.conversions(of: click).count == 1) }
    await bench.tenant.close()
  }

  @Test func theLogIsSearchedByIdsAndText() async throws {
    let bench = try await PostbackBench()
    let click = try await bench.drainedClick()
    let hit = bench.hit("click_id=\(click.id)&note=a%20b_c")
    _ = try await bench.service.receive(hit, in: bench.scope)
    var post = bench.hit("", at: bench.clock.now() + .minutes(1))
    post.method = .post
    post.body = Array("{\"order\": \"Заказ 7\"}".utf8)
    _ = try await bench.service.receive(post, in: bench.scope)
    let find = { (search: String) in
      var filter = PostbackFilter()
      filter.search = search
      return try await log.page(filter, limit: 10, after: nil, of: bench.scope).items.map(\.hit.id)
    }
    for text in [hit.id.description, click.id.description, "a b_c", "NOTE="] {
      #expect(try await find(text) == [hit.id])
    }
    #expect(try await find("Заказ 7") == [post.id])
    #expect(try await find("aXb_c").isEmpty)
    #expect(try await find("a%20bXc").isEmpty)
    var refused = PostbackFilter()
    refused.outcome = "no_click_id"
    #expect(try await log.page(refused, limit: 10, after: nil, of: bench.scope).items.map(\.hit) == [post])
    let first = try await log.page(PostbackFilter(), limit: 1, after: nil, of: bench.scope)
    let cursor = try #require(first.nextCursor.flatMap { UUIDv7($0) })
    #expect(try await log.page(PostbackFilter(), limit: 1, after: cursor, of: bench.scope).items.count == 1)
    try await log.removeOld(before: post.receivedAt, of: bench.scope)
    #expect(try await bench.log().count == 1)
    await bench.tenant.close()
  }
}
