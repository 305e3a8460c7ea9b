import ClickPath
import Conversions
import Core
import Database
import Foundation
import Security
import TestSupport

@testable import TenantTracker

/// A tenant with shops that report to it.
struct WebhookBench: Sendable {
  let postbacks: PostbackBench
  let service: PostbackService

  var scope: TenantScope { postbacks.scope }

  init(connections: Int = 4) async throws {
    postbacks = try await PostbackBench(connections: connections)
    let secrets = SecretKey("a secret that is long enough for tests").map { SecretBox(key: $0) }
    guard let secrets else { throw CancellationError() }
    service = PostbackService(
      tail: postbacks.tail, clock: postbacks.clock, readers: WebhookReaders.all(SettingsStore(), secrets))
    let sealed = try WebhookSettings.secret("whsec_test", .stripe, secrets)
    try await SettingsStore().set(
      WebhookSettings(secrets: [.stripe: [sealed]]).stored, at: postbacks.clock.now(), of: scope, in: scope)
  }

  func hit(_ channel: InboundChannel, topic: String? = nil, _ body: JSONValue) -> PostbackHit {
    let now = postbacks.clock.now()
    var headers: [String: String] = [:]
    switch channel {
    case .stripe:
      let code = WebhookSignature.code(of: Array("\(now.seconds).".utf8) + body.utf8, key: "whsec_test")
      headers["stripe-signature"] = "t=\(now.seconds),v1=\(code.hex)"
    case .shopify: headers["x-shopify-topic"] = topic
    default:
      headers["x-wc-webhook-topic"] = topic
      headers["x-wc-webhook-source"] = "https://shop.example/"
    }
    postbacks.clock.advance(by: .milliseconds(1))
    return PostbackHit(
      id: UUIDv7(at: now), channel: channel, method: .post, query: "", contentType: "application/json",
      body: body.utf8, headers: headers, address: IPAddress("198.51.100.1"))
  }

  @discardableResult
  func send(_ channel: InboundChannel, topic: String? = nil, _ body: JSONValue) async throws -> PostbackOutcome {
    try await service.receive(hit(channel, topic: topic, body), in: scope)
  }

  func conversions(of click: ClickEvent) async throws -> [Conversion] { try await postbacks.conversions(of: click) }

  // What shops send

  func order(
    _ id: Int64, click: ClickEvent? = nil, email: String? = nil, from address: String? = nil, status: String = "paid",
    total: String = "100.00"
  ) -> JSONValue {
    var order: JSONObject = [
      "id": .int(id), "total_price": .string(total), "currency": "USD", "financial_status": .string(status),
      "updated_at": .string((PostbackBench.start + .minutes(status == "pending" ? 1 : 2)).rfc3339),
    ]
    if let click { order["note_attributes"] = [["name": "_tly_click", "value": JSONValue(click.id)]] }
    order["email"] = email.map { .string($0) }
    order["browser_ip"] = address.map { .string($0) }
    return .object(order)
  }

  func refund(_ id: Int64, of order: Int64, _ amount: String) -> JSONValue {
    [
      "id": .int(id), "order_id": .int(order),
      "transactions": [["id": .int(id + 1), "kind": "refund", "status": "success", "amount": .string(amount)]],
    ]
  }

  func event(_ type: String, minute: Int64 = 0, _ object: JSONValue) -> JSONValue {
    [
      "type": .string(type), "created": .int(PostbackBench.start.seconds + minute * 60), "data": ["object": object],
    ]
  }

  /// A subscription's life: its session, three invoices, a partial and a full refund, a dispute.
  func subscription(_ click: ClickEvent) -> [JSONValue] {
    func invoice(_ number: Int, _ reason: String) -> JSONValue {
      [
        "id": .string("in_\(number)"), "subscription": "sub_1", "payment_intent": .string("pi_\(number)"),
        "billing_reason": .string(reason), "amount_paid": 2_000, "currency": "usd",
      ]
    }
    func refunded(_ amount: Int64) -> JSONValue {
      [
        "id": "ch_2", "payment_intent": "pi_2", "amount_refunded": .int(amount), "refunded": .bool(amount == 2_000),
        "currency": "usd",
      ]
    }
    func dispute(_ status: String) -> JSONValue {
      [
        "id": "du_3", "charge": "ch_3", "payment_intent": "pi_3", "status": .string(status), "amount": 2_000,
        "currency": "usd",
      ]
    }
    return [
      event(
        "checkout.session.completed",
        [
          "id": "cs_1", "mode": "subscription", "payment_status": "paid", "amount_total": 2_000, "currency": "usd",
          "client_reference_id": JSONValue(click.id), "subscription": "sub_1", "invoice": "in_1",
        ]),
      event("invoice.paid", invoice(1, "subscription_create")),
      event("invoice.paid", minute: 1, invoice(2, "subscription_cycle")),
      event("invoice.paid", minute: 2, invoice(3, "subscription_cycle")),
      event("charge.refunded", minute: 3, refunded(500)),
      event("charge.refunded", minute: 4, refunded(2_000)),
      event("charge.dispute.created", minute: 3, dispute("needs_response")),
      event("charge.dispute.closed", minute: 5, dispute("won")),
    ]
  }
}
