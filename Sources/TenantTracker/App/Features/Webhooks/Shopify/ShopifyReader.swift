import Conversions
import Core
import Database
import Security

/// Shopify's webhooks. They are signed over the raw body in `X-Shopify-Hmac-Sha256`, or come with the key in the address
/// as our documents have it: `/webhook/shopify?key=`. Until there is a secret, anybody may report orders.
struct ShopifyReader: InboundReader {
  let orders: WebhookOrders
  let secrets: SecretBox

  func read(_ hit: PostbackHit, of scope: TenantScope) async throws -> InboundReading {
    let keys = try await WebhookSettings.load(of: scope).keys(.shopify, secrets)
    guard Self.admits(hit, keys: keys) else { return .unauthorized }
    let reading = ShopifyReport.read(hit.body, topic: hit.headers["x-shopify-topic"], at: hit.receivedAt)
    return try await orders.read(reading, hit, of: scope)
  }

  /// - Parameter keys: nil when no secret is set.
  static func admits(_ hit: PostbackHit, keys: [String]?) -> Bool {
    guard let keys else { return true }
    let named = PercentCoding.queryItems(hit.query).first { $0.name == "key" }?.value
    if let named { return WebhookSignature.isKey(named, keys: keys) }
    guard let code = hit.headers["x-shopify-hmac-sha256"] else { return false }
    return WebhookSignature.isValid(base64: code, of: hit.body, keys: keys)
  }
}
