import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

@Suite struct WebhookServiceTests {
  @Test func anOrderOfAClickIsASale() async throws {
    let bench = try await WebhookBench()
    let click = try await bench.postbacks.drainedClick()
    let outcome = try await bench.send(.shopify, topic: "orders/create", bench.order(7, click: click))
    let conversion = try #require(try await bench.conversions(of: click).first)
    #expect(outcome == .recorded(conversion.id))
    #expect(conversion.match == "click_id")
    #expect(conversion.transactionID == "7")
    #expect(conversion.originalStatus == "paid")
    #expect(conversion.revenue.description == "100.00")
    #expect(try await bench.send(.shopify, topic: "orders/paid", bench.order(7, click: click)).code == "repeated")
    await bench.postbacks.tenant.close()
  }

  @Test func theSameWebhookSixteenTimesAtOnceIsOneConversion() async throws {
    let bench = try await WebhookBench(connections: 16)
    let click = try await bench.postbacks.drainedClick()
    let hits = (0..<16).map { _ in bench.hit(.shopify, topic: "orders/paid", bench.order(7, click: click)) }
    try await withThrowingTaskGroup(of: Int.self) { group in
      for hit in hits { group.addTask { try await bench.service.receive(hit, in: bench.scope).status } }
      for try await status in group { #expect(status == 200) }
    }
    #expect(try await bench.conversions(of: click).count == 1)
    #expect(try await bench.postbacks.log().sorted() == ["recorded"] + Array(repeating: "repeated", count: 15))
    await bench.postbacks.tenant.close()
  }

  @Test func aRefundMayComeBeforeItsOrder() async throws {
    let bench = try await WebhookBench()
    let click = try await bench.postbacks.drainedClick()
    let early = try await bench.send(.shopify, topic: "refunds/create", bench.refund(1, of: 7, "30.00"))
    #expect(early.code == "ignored")
    #expect(early.status == 200)
    try await bench.send(.shopify, topic: "orders/create", bench.order(7, click: click))
    #expect(try await bench.conversions(of: click).map(\.revenue.description) == ["70.00"])
    try await bench.send(.shopify, topic: "refunds/create", bench.refund(3, of: 7, "70.00"))
    #expect(try await bench.conversions(of: click).map(\.status) == [.rejected])
    await bench.postbacks.tenant.close()
  }

  /// Reports in any sequence, some of them twice, four at a time: each time the same conversions.
  @Test func anySequenceEndsTheSame() async throws {
    let bench = try await WebhookBench(connections: 8)
    var generator = SystemRandomNumberGenerator()
    for round in 0..<6 {
      let click = try await bench.postbacks.drainedClick()
      let id = Int64(100 + round)
      let shop: [(String, JSONValue)] = [
        ("orders/create", bench.order(id, click: click, status: "pending")),
        ("orders/paid", bench.order(id, click: click)), ("refunds/create", bench.refund(id * 10, of: id, "20.00")),
        ("refunds/create", bench.refund(id * 10 + 5, of: id, "5.50")),
      ]
      var hits = (shop + shop.filter { _ in Bool.random(using: &generator) })
        .map { bench.hit(.shopify, topic: $0.0, $0.1) }
      hits.shuffle(using: &generator)
      try await deliver(hits, to: bench)
      let found = try await bench.conversions(of: click)
      #expect(found.map(\.status) == [.sale])
      #expect(found.map(\.payout.amount.description) == ["74.50"])
      #expect(found.map(\.originalStatus) == ["partially_refunded"])
    }
    await bench.postbacks.tenant.close()
  }

  @Test func aSubscriptionsEventsInAnySequenceEndTheSame() async throws {
    for _ in 0..<3 {
      let bench = try await WebhookBench(connections: 8)
      let click = try await bench.postbacks.drainedClick()
      let events = bench.subscription(click)
      try await deliver((events + events.prefix(4)).shuffled().map { bench.hit(.stripe, $0) }, to: bench)
      let found = try await bench.conversions(of: click).sorted { $0.transactionID ?? "" < $1.transactionID ?? "" }
      #expect(found.map(\.transactionID) == ["in_2", "in_3", "sub_1"])
      #expect(found.map(\.type) == [.rebill, .rebill, .sale])
      #expect(found.map(\.status) == [.rejected, .sale, .sale])
      #expect(found.map(\.payout.amount.description) == ["20.00", "20.00", "20.00"])
      let sale = try #require(found.last)
      #expect(found.map(\.parentID) == [sale.id, sale.id, nil])
      await bench.postbacks.tenant.close()
    }
  }

  private func deliver(_ hits: [PostbackHit], to bench: WebhookBench) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, hit) in hits.enumerated() {
        if index >= 4 { try await group.next() }
        group.addTask { _ = try await bench.service.receive(hit, in: bench.scope) }
      }
      try await group.waitForAll()
    }
  }

  // Whose order it is

  @Test func withoutAnIDTheCustomerLeadsToTheClick() async throws {
    let bench = try await WebhookBench()
    let click = try await bench.postbacks.drainedClick()
    try await bench.send(.shopify, bench.order(1, click: click, email: "Jon@Example.com"))
    try await bench.send(.shopify, bench.order(2, email: " jon@example.com"))
    try await bench.postbacks.send("click_id=\(click.id)&txid=3&payout=5")
    // Another's order of the same number is not this shop's.
    #expect(try await bench.send(.shopify, bench.order(3, email: "somebody@example.com")) == .unknownClick)
    try await bench.send(.shopify, bench.order(4, from: "203.0.113.7"))
    let found = try await bench.conversions(of: click)
    #expect(found.map(\.transactionID) == ["1", "2", "3", "4"])
    #expect(found.map(\.match) == ["click_id", "email", "click_id", "ip"])
    #expect(found[2].payout.amount.description == "5.00")
    #expect(try await bench.postbacks.history(of: found[2].id) == [">sale:applied"])
    #expect(try await bench.send(.shopify, bench.order(5, email: "new@example.com")) == .unknownClick)
    await bench.postbacks.tenant.close()
  }

  @Test func anAddressIsEnoughForAWhileOnly() async throws {
    let bench = try await WebhookBench()
    _ = try await bench.postbacks.drainedClick()
    bench.postbacks.clock.set(PostbackBench.start + .hours(24))
    let order = bench.order(1, from: "203.0.113.7")
    #expect(try await bench.send(.shopify, order).code == "recorded")
    bench.postbacks.clock.set(PostbackBench.start + .hours(25))
    #expect(try await bench.send(.shopify, bench.order(2, from: "203.0.113.7")) == .unknownClick)
    // What is known of an order stays known.
    #expect(try await bench.send(.shopify, order).code == "repeated")
    try await SettingsStore().set(
      [("anonymize_ip", true)], at: bench.postbacks.clock.now(), of: bench.scope, in: bench.scope)
    bench.postbacks.clock.set(PostbackBench.start + .hours(2))
    #expect(try await bench.send(.shopify, bench.order(3, from: "203.0.113.7")) == .unknownClick)
    await bench.postbacks.tenant.close()
  }

  @Test func whatStaysOfAnOrderIsOneClicks() async throws {
    let bench = try await WebhookBench()
    let first = try await bench.postbacks.drainedClick()
    try await bench.send(.shopify, topic: "orders/create", bench.order(1, from: "203.0.113.7", status: "pending"))
    let later = try await bench.postbacks.drainedClick(at: PostbackBench.start + .minutes(30))
    try await bench.send(.shopify, topic: "orders/paid", bench.order(1, from: "203.0.113.7"))
    #expect(try await bench.conversions(of: first).map(\.status) == [.sale])
    #expect(try await bench.conversions(of: later).isEmpty)
    await bench.postbacks.tenant.close()
  }

  // What shops have to hear

  @Test func anOrderWithoutAClickIsNoErrorToTheShop() async throws {
    let bench = try await WebhookBench()
    let hit = bench.hit(.woocommerce, topic: "order.created", ["id": 1, "total": "5", "currency": "EUR"])
    let outcome = try await bench.service.receive(hit, in: bench.scope)
    #expect(outcome == .unknownClick)
    #expect(PostbackReply(outcome, to: hit, format: .text).status == 200)
    await bench.postbacks.tenant.close()
  }

  @Test func wooCommercesPingIsWelcomeEvenWithASecretSet() async throws {
    let bench = try await WebhookBench()
    let ping = PostbackHit(
      id: UUIDv7(at: bench.postbacks.clock.now()), channel: .woocommerce, method: .post, query: "",
      contentType: "application/x-www-form-urlencoded", body: Array("webhook_id=3".utf8))
    #expect(try await bench.service.receive(ping, in: bench.scope).status == 200)
    await bench.postbacks.tenant.close()
  }

  @Test func twoShopsMayHaveTheSameOrderNumber() async throws {
    let bench = try await WebhookBench()
    let (first, second) = (try await bench.postbacks.drainedClick(), try await bench.postbacks.drainedClick())
    for (click, source) in [(first, "https://a.example"), (second, "https://b.example")] {
      var hit = bench.hit(
        .woocommerce, topic: "order.created",
        [
          "id": 1, "total": "5", "currency": "USD", "status": "completed",
          "meta_data": [["key": "_tly_click", "value": JSONValue(click.id)]],
        ])
      hit.headers["x-wc-webhook-source"] = source
      #expect(try await bench.service.receive(hit, in: bench.scope).code == "recorded")
    }
    #expect(try await bench.conversions(of: first).count == 1)
    #expect(try await bench.conversions(of: second).count == 1)
    await bench.postbacks.tenant.close()
  }

  @Test func aHitThatIsReadAgainChangesNothing() async throws {
    let bench = try await WebhookBench()
    let click = try await bench.postbacks.drainedClick()
    let hit = bench.hit(.shopify, bench.order(1, click: click))
    let outcome = try await bench.service.receive(hit, in: bench.scope)
    #expect(try await bench.service.replay(hit, in: bench.scope) == nil)
    try await bench.scope.execute("DELETE FROM \(bench.scope.schema).postback_log")
    #expect(try await bench.service.replay(hit, in: bench.scope) == outcome)
    #expect(try await bench.conversions(of: click).count == 1)
    await bench.postbacks.tenant.close()
  }
}
