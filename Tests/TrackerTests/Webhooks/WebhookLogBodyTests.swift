import ClickPath
import Conversions
import Core
import Database
import TestSupport
import Testing

@testable import TenantTracker

/// What the log keeps of shops' reports.
@Suite struct WebhookLogBodyTests {
  private func entry(_ hit: PostbackHit, _ bench: WebhookBench) async throws -> PostbackLogEntry {
    try #require(try await PostbackLogStore().find(hit.id, of: bench.scope))
  }

  @Test func ofARecordedOrderTheCustomerIsForgotten() async throws {
    let bench = try await WebhookBench()
    let click = try await bench.postbacks.drainedClick()
    let order = bench.order(1, click: click, email: "jon@example.com", from: "203.0.113.7")
    let first = bench.hit(.shopify, order)
    #expect(try await bench.service.receive(first, in: bench.scope) == .recorded(first.id))
    let again = bench.hit(.shopify, order)
    #expect(try await bench.service.receive(again, in: bench.scope).conversionID == first.id)
    for hit in [first, again] {
      let text = try #require(try await entry(hit, bench).bodyText)
      #expect(!text.contains("jon@example.com") && !text.contains("203.0.113.7"))
      #expect(text.contains("\"total_price\":\"100.00\"") && text.contains(click.id.description))
    }
    await bench.postbacks.tenant.close()
  }

  @Test func whatFoundNoClickStaysAsItCameUntilItDoes() async throws {
    let bench = try await WebhookBench()
    let click = bench.postbacks.newClick()
    let hit = bench.hit(
      .stripe,
      bench.event(
        "checkout.session.completed",
        [
          "id": "cs_1", "mode": "payment", "payment_status": "paid", "amount_total": 2_000, "currency": "usd",
          "client_reference_id": JSONValue(click.id), "customer_details": ["email": "jon@example.com"],
        ]))
    #expect(try await bench.service.receive(hit, in: bench.scope) == .unknownClick)
    let waiting = try await entry(hit, bench)
    #expect(waiting.hit.body == hit.body)
    try await bench.postbacks.drain([click])
    // The signature is over the body as it came.
    #expect(try await bench.service.again(waiting, in: bench.scope) == .ended(.recorded(hit.id)))
    let text = try #require(try await entry(hit, bench).bodyText)
    #expect(!text.contains("jon@example.com") && text.contains("\"amount_total\":2000"))
    #expect(try await bench.conversions(of: click).map(\.payout.amount.description) == ["20.00"])
    await bench.postbacks.tenant.close()
  }
}
