import Billing

/// The receipt of a payment.
struct PaymentReceivedMail: MailTemplate {
  static let kind = "payment_received"
  static let purpose = "When a payment has come in"
  static let sample = PaymentReceivedMail(invoiceNumber: "2026-000042", total: "79.00 USD")

  let invoiceNumber: String
  /// With its currency.
  let total: String

  func content(_ brand: MailBrand) -> MailContent {
    MailContent(
      subject: "Payment received: invoice \(invoiceNumber)",
      paragraphs: [
        "Thank you: invoice \(invoiceNumber) is paid. Your \(brand.productName) licence has been renewed by it.",
        "You find the receipt in the portal.",
      ],
      facts: [("Invoice", invoiceNumber), ("Paid", total)], button: .signIn("Open the portal"))
  }
}

extension PaymentReceivedMail {
  init(_ invoice: Invoice) { self.init(invoiceNumber: invoice.number, total: "\(invoice.total)") }
}
