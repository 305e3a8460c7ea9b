import Conversions
import Core
import Database
import Security

/// WooCommerce's webhooks, signed over the raw body in `X-WC-Webhook-Signature`. Until there is a secret, anybody may
/// report orders.
struct WooCommerceReader: InboundReader {
  let orders: WebhookOrders
  let secrets: SecretBox

  func read(_ hit: PostbackHit, of scope: TenantScope) async throws -> InboundReading {
    // Unsigned, and says nothing.
    if WooCommerceReport.isPing(hit) { return .ignored("WooCommerce tried the address out.") }
    let keys = try await WebhookSettings.load(of: scope).keys(.woocommerce, secrets)
    guard Self.admits(hit, keys: keys) else { return .unauthorized }
    let reading = WooCommerceReport.read(
      hit.body, topic: hit.headers["x-wc-webhook-topic"], source: hit.headers["x-wc-webhook-source"],
      at: hit.receivedAt)
    return try await orders.read(reading, hit, of: scope)
  }

  /// - Parameter keys: nil when no secret is set.
  static func admits(_ hit: PostbackHit, keys: [String]?) -> Bool {
    guard let keys else { return true }
    guard let code = hit.headers["x-wc-webhook-signature"] else { return false }
    return WebhookSignature.isValid(base64: code, of: hit.body, keys: keys)
  }
}
