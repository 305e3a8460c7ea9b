/// To the customer: the licence ends soon.
struct LicenseExpiringMail: MailTemplate {
  static let kind = "license_expiring"
  static let purpose = "To the customer, 30, 7 and 1 day before a licence ends that does not renew by itself"
  static let sample = LicenseExpiringMail(
    plan: "Pro", endsOn: "2026-12-21", days: 7, isTrial: false, keyLastFour: "41c7")

  let plan: String
  /// `2026-12-21`
  let endsOn: String
  /// Whole days that are left, rounded up.
  let days: Int
  let isTrial: Bool
  let keyLastFour: String

  func content(_ brand: MailBrand) -> MailContent {
    let name = "\(brand.productName) \(plan) \(isTrial ? "trial" : "licence")"
    let when = days <= 1 ? "tomorrow" : "in \(days) days"
    return MailContent(
      subject: "Your \(name) ends \(when)",
      paragraphs: [
        "Your \(name) ends on \(endsOn).",
        "Your links, postbacks and pixels go on after that, and nothing is deleted. The features of your plan and its "
          + "additional users come back when it is renewed.",
      ],
      facts: [("Licence key", "ending in \(keyLastFour)"), ("Ends", "\(endsOn) (UTC)")],
      button: .signIn(isTrial ? "Keep it" : "Renew"))
  }
}
