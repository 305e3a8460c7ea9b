import Conversions
import Security

/// Who reads what shops send.
enum WebhookReaders {
  static func all(_ settings: SettingsStore, _ secrets: SecretBox) -> [InboundChannel: any InboundReader] {
    let orders = WebhookOrders(settings: settings)
    return [
      .shopify: ShopifyReader(orders: orders, secrets: secrets),
      .woocommerce: WooCommerceReader(orders: orders, secrets: secrets),
      .stripe: StripeReader(orders: orders, secrets: secrets),
    ]
  }
}
