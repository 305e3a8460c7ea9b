/// The way a report of a conversion came in.
public enum InboundChannel: String, Sendable, Hashable, CaseIterable {
  /// `/postback`, `/v1/postback`: affiliate networks.
  case postback
  /// `/pixel`: the merchant's page.
  case pixel
  /// `/api/lead`: a form.
  case lead
  /// `/webhook/{shop}`
  case shopify
  case woocommerce
  case stripe

  /// Shops' webhooks. They report every order, whether it came by a click or not, and give up on an address that answers
  /// with an error.
  public var isShop: Bool {
    switch self {
    case .shopify, .woocommerce, .stripe: true
    case .postback, .pixel, .lead: false
    }
  }
}
