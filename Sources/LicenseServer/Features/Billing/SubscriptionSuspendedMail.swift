/// Says that a licence has stopped because nobody paid.
struct SubscriptionSuspendedMail: MailTemplate {
  static let kind = "subscription_suspended"
  static let purpose = "When a licence is suspended because it is not paid"
  static let sample = SubscriptionSuspendedMail(plan: "Pro")

  let plan: String

  func content(_ brand: MailBrand) -> MailContent {
    MailContent(
      subject: "Your \(brand.productName) \(plan) licence is suspended",
      paragraphs: [
        "Your \(plan) licence has not been paid for three weeks and is suspended now. Nothing is deleted: redirects and "
          + "postbacks go on, and all features come back with your payment, at once.",
        "You find the open invoice in the portal.",
      ],
      button: .signIn("Open the portal"))
  }
}
