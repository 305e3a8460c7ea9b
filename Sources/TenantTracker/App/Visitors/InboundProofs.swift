import NIOHTTP1

/// The header fields of a report of a conversion that prove who sent it, and say what it is about.
enum InboundProofs {
  private static let names = [
    "x-postback-signature", "x-shopify-hmac-sha256", "x-shopify-topic", "x-shopify-shop-domain",
    "x-shopify-webhook-id", "x-shopify-event-id", "x-wc-webhook-signature", "x-wc-webhook-topic",
    "x-wc-webhook-delivery-id", "x-wc-webhook-source", "stripe-signature", "origin",
  ]

  /// Longer ones prove nothing.
  private static let longest = 2_048

  /// By lower-case name; of a field sent twice, the first.
  static func pick(from headers: HTTPHeaders) -> [String: String] {
    var picked: [String: String] = [:]
    for name in names {
      if let value = headers.first(name: name), value.utf8.count <= longest { picked[name] = value }
    }
    return picked
  }
}
