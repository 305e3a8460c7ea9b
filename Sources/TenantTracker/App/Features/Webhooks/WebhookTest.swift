import Conversions
import Core
import Database
import Foundation
import Security
import Web

/// Takes a made-up order through all that a real one goes through, up to being recorded.
struct WebhookTest: Sendable {
  struct Step: Sendable {
    let isGood: Bool
    let text: String
  }

  struct Result: Sendable {
    var steps: [Step] = []
    var isGood: Bool { steps.allSatisfy(\.isGood) }

    var json: JSONValue {
      [
        "ok": .bool(isGood),
        "steps": .array(steps.map { ["ok": .bool($0.isGood), "text": .string($0.text)] }),
      ]
    }
  }

  static let schema = Schema.object([
    .required("ok", .boolean),
    .required("steps", .array(.object([.required("ok", .boolean), .required("text", .string)]))),
  ])

  let channel: InboundChannel
  let settings: WebhookSettings
  let secrets: SecretBox
  let finder: InboundClickFinder

  func run(click: ClickID?, at now: Timestamp, in scope: TenantScope) async throws -> Result {
    var result = Result()
    let keys = settings.keys(channel, secrets)
    guard let hit = hit(click: click, key: keys?.first, at: now) else {
      let reason = keys == nil ? "There is no signing secret yet." : "The stored secret can't be read: enter it again."
      result.steps.append(Step(isGood: false, text: reason))
      return result
    }
    let isAdmitted = admits(hit, keys)
    let signed = keys == nil ? "Unsigned orders are taken, for no secret is set." : "The signature fits the secret."
    result.steps.append(Step(isGood: isAdmitted, text: isAdmitted ? signed : "The signature is refused."))
    guard case .order(let report) = reading(of: hit), let conversion = report.facts.conversions.first else {
      result.steps.append(Step(isGood: false, text: "The order can't be read."))
      return result
    }
    result.steps.append(
      Step(
        isGood: true,
        text: "It is a \(conversion.type.rawValue) of \(conversion.payout.amount) \(conversion.payout.currency)."))
    guard click != nil else {
      result.steps.append(
        Step(isGood: true, text: "It names no click, so it would be found by its customer, or not at all."))
      return result
    }
    let found = try await finder.click(of: InboundConversion(clickIDs: report.facts.clickIDs), at: now, in: scope)
    result.steps.append(
      Step(isGood: found != nil, text: found == nil ? "No click has this id." : "Its click is found by its id."))
    return result
  }

  private func admits(_ hit: PostbackHit, _ keys: [String]?) -> Bool {
    switch channel {
    case .shopify: ShopifyReader.admits(hit, keys: keys)
    case .woocommerce: WooCommerceReader.admits(hit, keys: keys)
    default: StripeReader.admits(hit, keys: keys)
    }
  }

  private func reading(of hit: PostbackHit) -> OrderReading {
    switch channel {
    case .shopify: ShopifyReport.read(hit.body, topic: "orders/paid", at: hit.receivedAt)
    case .woocommerce: WooCommerceReport.read(hit.body, topic: "order.updated", source: nil, at: hit.receivedAt)
    default: StripeReport.read(hit.body)
    }
  }

  /// Nil when it must be signed and there is no key.
  private func hit(click: ClickID?, key: String?, at now: Timestamp) -> PostbackHit? {
    let body = order(click: click, at: now).utf8
    var hit = PostbackHit(id: UUIDv7(at: now), channel: channel, method: .post, query: "", body: body)
    guard let key else { return settings.secrets[channel]?.isEmpty ?? true && channel != .stripe ? hit : nil }
    let code = Data(WebhookSignature.code(of: body, key: key)).base64EncodedString()
    switch channel {
    case .shopify: hit.headers["x-shopify-hmac-sha256"] = code
    case .woocommerce: hit.headers["x-wc-webhook-signature"] = code
    default:
      let signed = WebhookSignature.code(of: Array("\(now.seconds).".utf8) + body, key: key)
      hit.headers["stripe-signature"] = "t=\(now.seconds),v1=\(signed.hex)"
    }
    return hit
  }

  private func order(click: ClickID?, at now: Timestamp) -> JSONValue {
    let named: JSONValue = click.map { [["name": "_tly_click", "value": JSONValue($0)]] } ?? []
    switch channel {
    case .shopify:
      return [
        "id": 1, "total_price": "49.90", "currency": "USD", "financial_status": "paid", "note_attributes": named,
      ]
    case .woocommerce:
      let meta: JSONValue = click.map { [["key": "_tly_click", "value": JSONValue($0)]] } ?? []
      return ["id": 1, "total": "49.90", "currency": "USD", "status": "completed", "meta_data": meta]
    default:
      return [
        "type": "checkout.session.completed", "created": .int(now.seconds),
        "data": [
          "object": [
            "id": "cs_test", "mode": "payment", "payment_status": "paid", "amount_total": 4_990, "currency": "usd",
            "client_reference_id": JSONValue(click),
          ]
        ],
      ]
    }
  }
}
