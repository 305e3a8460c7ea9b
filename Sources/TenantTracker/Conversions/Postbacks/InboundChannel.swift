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
}
