import Conversions
import Core
import Database
import Security

/// Stripe's events. Unlike shops' they have no open form: without a signing secret they are refused.
struct StripeReader: InboundReader {
  let orders: WebhookOrders
  let secrets: SecretBox

  func read(_ hit: PostbackHit, of scope: TenantScope) async throws -> InboundReading {
    let keys = try await WebhookSettings.load(of: scope).keys(.stripe, secrets)
    guard Self.admits(hit, keys: keys) else { return .unauthorized }
    return try await orders.read(StripeReport.read(hit.body), hit, of: scope)
  }

  /// - Parameter keys: nil when no secret is set.
  static func admits(_ hit: PostbackHit, keys: [String]?) -> Bool {
    guard let keys, let signature = hit.headers["stripe-signature"].flatMap({ StripeSignature($0) }) else {
      return false
    }
    return signature.isValid(for: hit.body, keys: keys, at: hit.receivedAt)
  }
}
