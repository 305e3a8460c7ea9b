import Billing
import Core
import Database

/// Thanks for an order, with the invoice that is due.
struct OrderReceivedMail: MailTemplate {
  static let kind = "order_received"
  static let purpose = "When an order was placed"
  static let sample = OrderReceivedMail(
    invoiceNumber: "2026-000042", total: "79.00 USD", dueAt: Timestamp(seconds: 1_796_860_800))

  let invoiceNumber: String
  /// With its currency.
  let total: String
  let dueAt: Timestamp

  func content(_ brand: MailBrand) -> MailContent {
    MailContent(
      subject: "Your \(brand.productName) order: invoice \(invoiceNumber)",
      paragraphs: [
        "Thank you for your order. Invoice \(invoiceNumber) over \(total) is due on \(dueAt.day).",
        "Your licence is issued as soon as it is paid. You find the invoice, and then the licence key, in the portal.",
      ],
      facts: [("Invoice", invoiceNumber), ("Total", total), ("Due", String(dueAt.day))],
      button: .signIn("Open the portal"))
  }
}

extension OrderReceivedMail {
  init(_ order: Order) {
    self.init(
      invoiceNumber: order.invoice.number, total: "\(order.invoice.total)", dueAt: order.invoice.dueAt)
  }
}

extension Timestamp {
  /// `2026-11-21`, in UTC.
  var day: Substring { rfc3339.prefix(10) }
}
