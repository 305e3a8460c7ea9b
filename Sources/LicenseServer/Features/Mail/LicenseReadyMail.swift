/// The licence of an order is there.
struct LicenseReadyMail: MailTemplate {
  static let kind = "license_ready"
  static let purpose = "When a payment has issued or renewed a licence"
  static let sample = LicenseReadyMail(plan: "Pro")

  /// Its name.
  let plan: String

  func content(_ brand: MailBrand) -> MailContent {
    MailContent(
      subject: "Your \(brand.productName) \(plan) licence is ready",
      paragraphs: [
        "Your payment has arrived and your \(plan) licence is active.",
        "The licence key waits for you in the portal.",
      ], button: .signIn("Show the licence key"))
  }
}
