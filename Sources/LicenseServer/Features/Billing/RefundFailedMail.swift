import Billing
import Core

/// To the vendor: money that was to go back to a customer did not get there.
struct RefundFailedMail: MailTemplate {
  static let kind = "refund_failed"
  static let purpose = "To the vendor, when a refund could not be sent or came back"
  static let sample = RefundFailedMail(
    invoiceID: 42, invoiceNumber: "2026-000042", customer: "ops@brightclick.example", amount: "79.00 USD",
    reason: "Stripe could not give it back: lost or stolen card.")

  let invoiceID: Int64
  let invoiceNumber: String
  let customer: String
  /// With its currency.
  let amount: String
  let reason: String

  func content(_ brand: MailBrand) -> MailContent {
    MailContent(
      subject: "A refund failed: invoice \(invoiceNumber)",
      paragraphs: [
        "\(amount) of invoice \(invoiceNumber) did not reach the customer and is booked to their credit.",
        "Credit pays invoices of this server, not those that Stripe collects: find out how they want to have it.",
      ],
      facts: [("Customer", customer), ("Refund", amount), ("Reason", reason)],
      button: .page("Open the invoice", "\(InvoicePages.path)/\(invoiceID)"))
  }
}

extension RefundFailedMail {
  init(_ refund: Refund, of invoice: Invoice, customer: Customer) {
    self.init(
      invoiceID: invoice.id, invoiceNumber: invoice.number, customer: customer.email.description,
      amount: "\(refund.amount)", reason: refund.failure ?? "")
  }
}
