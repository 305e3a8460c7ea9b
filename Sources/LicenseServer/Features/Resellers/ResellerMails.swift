/// A reseller has sold a licence to its customer.
struct LicenseSoldMail: MailTemplate {
  static let kind = "license_sold"
  static let purpose = "When a reseller has issued a licence to its customer"
  static let sample = LicenseSoldMail(plan: "Pro")

  /// Its name.
  let plan: String

  func content(_ brand: MailBrand) -> MailContent {
    MailContent(
      subject: "Your \(brand.productName) \(plan) licence is ready",
      paragraphs: ["Your \(plan) licence is active.", "The licence key waits for you in the portal."],
      button: .signIn("Show the licence key"))
  }
}

/// To the reseller: the month's statement.
struct ResellerStatementMail: MailTemplate {
  static let kind = "reseller_statement"
  static let purpose = "When a reseller's month is billed"
  static let sample = ResellerStatementMail(
    month: "2026-11", wholesale: "480.00 USD", retail: "790.00 USD", invoice: "2026-000042")

  let month: String
  let wholesale: String
  let retail: String
  /// Its number; nil when nothing is owed.
  let invoice: String?

  func content(_ brand: MailBrand) -> MailContent {
    MailContent(
      subject: "Your \(brand.productName) statement for \(month)",
      paragraphs: [
        invoice.map { "Your statement for \(month) is ready, with invoice \($0)." }
          ?? "Your statement for \(month) is ready. There is nothing to pay."
      ], facts: [("Wholesale, without tax", wholesale), ("What your customers pay you", retail)],
      button: .page("Open the statement", "/reseller/statements"))
  }
}

/// To the reseller: nothing new can be sold.
struct ResellerSuspendedMail: MailTemplate {
  static let kind = "reseller_suspended"
  static let purpose = "When a reseller is suspended"
  static let sample = ResellerSuspendedMail(graceUntil: "2026-12-21")

  /// A day, UTC.
  let graceUntil: String

  func content(_ brand: MailBrand) -> MailContent {
    MailContent(
      subject: "Your \(brand.productName) reseller account is suspended",
      paragraphs: [
        "You cannot sell or renew licences for the time being.",
        "Your customers keep working until \(graceUntil). Their licences are suspended then, and come back as they were "
          + "as soon as your account is reinstated.",
      ], button: .page("Open your account", "/reseller"))
  }
}
