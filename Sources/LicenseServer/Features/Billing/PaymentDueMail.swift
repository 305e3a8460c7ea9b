import Billing
import Core

/// Asks for an invoice's payment: when it is issued, and with every attempt to collect it that came to nothing.
struct PaymentDueMail: MailTemplate {
  static let kind = "payment_due"
  static let purpose = "When an invoice is to be paid, or could not be collected"
  static let sample = PaymentDueMail(
    invoiceNumber: "2026-000042", due: "79.00 USD", dueAt: Timestamp(seconds: 1_796_860_800), attempt: 3,
    reason: "Your card was declined.", next: Timestamp(seconds: 1_796_688_000))

  let invoiceNumber: String
  /// With its currency.
  let due: String
  let dueAt: Timestamp
  /// From 1: that one comes with the invoice itself.
  let attempt: Int
  /// What the payment provider said; nil when it is to be transferred.
  let reason: String?
  /// When it is tried next; nil after the last time.
  let next: Timestamp?

  func content(_ brand: MailBrand) -> MailContent {
    var paragraphs: [String] = []
    if let reason { paragraphs.append("The payment of invoice \(invoiceNumber) did not succeed: \(reason)") }
    if reason == nil {
      paragraphs.append("Invoice \(invoiceNumber) over \(due) is waiting for your payment.")
    }
    paragraphs.append(
      next == nil
        ? "Your licence is overdue now. It works for two more weeks, and is suspended then."
        : "Please see to it before \(dueAt.day): from then on your licence is overdue.")
    return MailContent(
      subject: "\(attempt == 1 ? "Invoice" : "Reminder: invoice") \(invoiceNumber) is to be paid",
      paragraphs: paragraphs,
      facts: [("Invoice", invoiceNumber), ("To be paid", due), ("Due", String(dueAt.day))],
      button: .signIn("Open the portal"))
  }
}

extension PaymentDueMail {
  init(_ invoice: Invoice, attempt: Int, reason: String?, next: Timestamp?) {
    self.init(
      invoiceNumber: invoice.number, due: "\(invoice.due)", dueAt: invoice.dueAt, attempt: attempt, reason: reason,
      next: next)
  }
}
