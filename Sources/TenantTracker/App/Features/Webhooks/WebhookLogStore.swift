import Conversions
import Core
import Database

/// The last thing a shop has sent, and what became of it.
struct WebhookEvent: Sendable {
  let at: Timestamp
  let outcome: String
  let detail: String?
  let conversionID: ConversionID?

  var json: JSONValue {
    [
      "at": JSONValue(at), "outcome": .string(outcome), "detail": JSONValue(detail),
      "conversion_id": JSONValue(conversionID),
    ]
  }
}

struct WebhookLogStore: Sendable {
  /// Nil when nothing has come yet. The condition on all shops is that of the index.
  func last(of channel: InboundChannel, _ scope: TenantScope) async throws(DatabaseError) -> WebhookEvent? {
    let row = try await scope.first(
      """
      SELECT at, outcome, detail, conversion_id FROM \(scope.schema).postback_log
      WHERE channel = \(channel.rawValue) AND channel IN ('shopify', 'woocommerce', 'stripe') ORDER BY id DESC LIMIT 1
      """)
    guard let row else { return nil }
    return WebhookEvent(
      at: try row.get("at"), outcome: try row.get("outcome"), detail: try row.get("detail"),
      conversionID: try row.get("conversion_id"))
  }
}
