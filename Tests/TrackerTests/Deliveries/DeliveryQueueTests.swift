import ClickPath
import Conversions
import Core
import Database
import Security
import TestSupport
import Testing

@testable import TenantTracker

/// From a conversion to a place in the queue.
@Suite struct DeliveryQueueTests {
  @Test func aConversionTellsItsSource() async throws {
    let bench = try await DeliveryBench()
    try await bench.tell(
      "https://s.example/pb?id={external_id}&v={payout}&c={currency}&t={txid}&s={status:lead=0 sale=1}&z={sub1}&e={event_id}&x={nonsense}"
    )
    let click = try await bench.click(externalID: "A b/9")
    try await bench.postbacks.send("click_id=\(click.id)&payout=10.5&txid=T-1")
    let delivery = try #require(try await bench.deliveries().first)
    #expect(
      delivery.message.url
        == "https://s.example/pb?id=A%20b%2F9&v=10.50&c=USD&t=T-1&s=1&z=zone-7&e=\(delivery.id)&x=")
    #expect(delivery.state == .waiting)
    #expect(delivery.status == "sale")
    #expect(delivery.message.host == "s.example")
    #expect(delivery.clickID == click.id)
    await bench.postbacks.tenant.close()
  }

  @Test func sixtyFourIdenticalPostbacksMakeOneDelivery() async throws {
    let bench = try await DeliveryBench()
    try await bench.tell("https://s.example/?id={external_id}")
    let click = try await bench.click()
    let now = bench.postbacks.clock.now()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for offset in 0..<64 {
        group.addTask {
          let hit = bench.postbacks.hit("click_id=\(click.id)&payout=7", at: now + .milliseconds(Int64(offset)))
          _ = try await bench.postbacks.service.receive(hit, in: bench.scope)
        }
      }
      try await group.waitForAll()
    }
    #expect(try await bench.postbacks.conversions(of: click).count == 1)
    #expect(try await bench.deliveries().count == 1)
    await bench.postbacks.tenant.close()
  }

  @Test func eachStatusIsToldOnce() async throws {
    let bench = try await DeliveryBench()
    try await bench.tell("https://s.example/?s={status}", statuses: [.lead, .sale, .rejected])
    let sales = try await bench.tell("https://t.example/", statuses: [.sale])
    try await bench.tell("https://u.example/", statuses: [.sale]) { $0.types = ["upsell"] }
    try await bench.tell("https://v.example/") { $0.isActive = false }
    let click = try await bench.click()
    for status in ["lead", "lead", "approved", "approved", "refund"] {
      try await bench.postbacks.send("click_id=\(click.id)&payout=7&status=\(status)")
    }
    let deliveries = try await bench.deliveries()
    #expect(
      deliveries.filter { $0.postbackID != sales }.map(\.message.url) == [
        "https://s.example/?s=lead", "https://s.example/?s=sale", "https://s.example/?s=rejected",
      ])
    #expect(deliveries.filter { $0.postbackID == sales }.map(\.status) == ["sale"])
    await bench.postbacks.tenant.close()
  }

  @Test func withoutTheSourcesClickIDThereIsNothingToTell() async throws {
    let bench = try await DeliveryBench()
    try await bench.tell("https://s.example/?id={external_id}")
    try await bench.tell("https://t.example/?click={click_id}")
    let click = try await bench.click(externalID: nil)
    try await bench.postbacks.send("click_id=\(click.id)")
    let foreign = try await bench.postbacks.drainedClick()
    try await bench.postbacks.send("click_id=\(foreign.id)")
    let states = try await bench.deliveries().map { [$0.message.host, $0.state.rawValue] }
    #expect(states == [["s.example", "skipped"], ["t.example", "waiting"]])
    await bench.postbacks.tenant.close()
  }

  @Test func aBodyIsWrittenInItsOwnEncoding() async throws {
    let bench = try await DeliveryBench()
    try await bench.tell("https://s.example/") {
      $0.method = .post
      $0.contentType = "application/json"
      $0.body = #"{"id": "{external_id}", "value": {payout}}"#
    }
    let click = try await bench.click(externalID: #"a"b\"#)
    try await bench.postbacks.send("click_id=\(click.id)&payout=7")
    let message = try #require(try await bench.deliveries().first).message
    #expect(message.body == #"{"id": "a\"b\\", "value": 7.00}"#)
    #expect(try JSONValue.parse(message.body.utf8)["id"]?.stringValue == #"a"b\"#)
    await bench.postbacks.tenant.close()
  }

  @Test func aDeletedSourceIsToldNothingMore() async throws {
    let bench = try await DeliveryBench()
    try await bench.tell("https://s.example/?id={external_id}")
    let click = try await bench.click()
    try await bench.postbacks.send("click_id=\(click.id)&status=approved")
    try await TrafficSourceStore().archive(
      DeliveryBench.sourceID, at: PostbackBench.start, of: bench.scope, in: bench.scope)
    #expect(try await bench.deliveries().map(\.state) == [.cancelled])
    let other = try await bench.click()
    try await bench.postbacks.send("click_id=\(other.id)")
    #expect(try await bench.deliveries().count == 1)
    await bench.postbacks.tenant.close()
  }

  @Test func aClaimIsOneRunnersAlone() async throws {
    let bench = try await DeliveryBench()
    try await bench.fill((0..<20).map { "http://\($0 % 2 == 0 ? "a" : "b").example/\($0)" })
    let first = try await bench.queue.claim(100, free: ["a.example": 3], share: 8, of: bench.scope)
    #expect(first.count { $0.host == "a.example" } == 3)
    #expect(first.count { $0.host == "b.example" } == 8)
    let second = try await bench.queue.claim(100, free: [:], share: 100, of: bench.scope)
    #expect(second.count == 9)
    #expect(Set(first.map(\.id)).isDisjoint(with: second.map(\.id)))
    #expect(try await bench.queue.claim(100, free: [:], share: 100, of: bench.scope).isEmpty)
    try await bench.queue.release(first, of: bench.scope)
    let again = try await bench.queue.claim(100, free: ["a.example": 0], share: 100, of: bench.scope)
    #expect(again.map(\.attempt) == Array(repeating: 1, count: 8))
    await bench.postbacks.tenant.close()
  }

  @Test func anOutcomeOfALostClaimIsNotWritten() async throws {
    var settings = DeliveryBench.settings
    settings.lease = .zero
    let bench = try await DeliveryBench(settings)
    try await bench.fill(["http://a.example/"])
    let first = try #require(try await bench.queue.claim(1, free: [:], share: 8, of: bench.scope).first)
    let second = try #require(try await bench.queue.claim(1, free: [:], share: 8, of: bench.scope).first)
    #expect(first.id == second.id)
    var generator = SystemRandomNumberGenerator()
    let verdict = DeliveryVerdict(
      .failure(.timedOut), to: first.message, attempt: 99, at: PostbackBench.start, took: .zero, settings: settings,
      using: &generator)
    #expect(try await bench.queue.finish(first, verdict, of: bench.scope) == false)
    #expect(try await bench.queue.finish(second, verdict, of: bench.scope))
    #expect(try await bench.states() == ["dead": 1])
    await bench.postbacks.tenant.close()
  }
}
