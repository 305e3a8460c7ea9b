/// A webhook endpoint said that it is gone, so it gets no more events.
struct WebhookEndpointDisabledMail: MailTemplate {
  static let kind = "webhook_endpoint_disabled"
  static let purpose = "When a webhook endpoint answered 410 Gone"
  static let sample = WebhookEndpointDisabledMail(url: "https://example.com/hooks/licences")

  let url: String

  func content(_ brand: MailBrand) -> MailContent {
    MailContent(
      subject: "A webhook endpoint of yours was disabled",
      paragraphs: [
        "\(url) answered 410 Gone to an event, so \(brand.productName) sends it no more.",
        "Enable the endpoint again once its address is right. Events in between can be sent again one by one.",
      ])
  }
}
