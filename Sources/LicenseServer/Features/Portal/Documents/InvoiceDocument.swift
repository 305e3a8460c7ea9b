import Billing
import Core

/// An invoice, or the receipt for its payment, as somebody reads it: every word and amount, in order. The page and the
/// PDF are both drawn from this, so they cannot say different things.
struct InvoiceDocument: Sendable {
  enum Kind: String, Sendable { case invoice, receipt }

  struct Row: Sendable {
    let description: String
    let quantity: String
    let unitPrice: String
    let amount: String
  }

  struct Sum: Sendable {
    let label: String
    let amount: String
    var isStrong = false
  }

  let kind: Kind
  let number: String
  let seller: Seller
  /// Name and address of whoever is billed, line by line.
  let buyer: [String]
  let facts: [(name: String, value: String)]
  let rows: [Row]
  let sums: [Sum]
  /// What has to be said besides: how to pay, who owes the tax.
  let notes: [String]

  var title: String { "\(kind == .invoice ? "Invoice" : "Receipt") \(number)" }
  var filename: String { "\(kind.rawValue)-\(number).pdf" }

}

extension InvoiceDocument {
  /// Nil for the receipt of an invoice that is not paid.
  init?(_ kind: Kind, of invoice: Invoice, paidWith payment: Payment?, customer: Customer, seller: Seller) {
    guard kind == .invoice || invoice.status == .paid else { return nil }
    self.init(
      kind: kind, number: invoice.number, seller: seller, buyer: Self.buyer(invoice, customer),
      facts: Self.facts(kind, invoice),
      rows: invoice.lines.map {
        Row(
          description: $0.description, quantity: String($0.quantity), unitPrice: $0.unitAmount.description,
          amount: $0.amount.description)
      },
      sums: Self.sums(kind, invoice, payment), notes: Self.notes(kind, invoice, seller))
  }

  private static func facts(_ kind: Kind, _ invoice: Invoice) -> [(name: String, value: String)] {
    var facts: [(name: String, value: String)] = [("Issued", String(invoice.issuedAt.day))]
    if let covers = invoice.covers { facts.append(("For the time", "\(covers.start.day) to \(covers.end.day)")) }
    switch (kind, invoice.status) {
    case (.receipt, _): facts.append(("Paid", String((invoice.paidAt ?? invoice.issuedAt).day)))
    case (.invoice, .open): facts.append(("Due", String(invoice.dueAt.day)))
    case (.invoice, .paid): facts.append(("Paid", String((invoice.paidAt ?? invoice.issuedAt).day)))
    case (.invoice, .void): facts.append(("Status", "void"))
    }
    return facts
  }

  private static func buyer(_ invoice: Invoice, _ customer: Customer) -> [String] {
    let details = invoice.billTo
    let names = [details.company, customer.name].filter { !$0.isEmpty }
    let place = [details.postalCode, details.city].filter { !$0.isEmpty }.joined(separator: " ")
    let lines =
      names + [details.street, place, details.region, details.country ?? ""] + [customer.email.description]
      + [details.vatID.map { "VAT id \($0)" } ?? ""]
    return lines.filter { !$0.isEmpty }
  }

  private static func sums(_ kind: Kind, _ invoice: Invoice, _ payment: Payment?) -> [Sum] {
    var sums = [Sum(label: "Subtotal", amount: invoice.subtotal.description)]
    if invoice.discount.minorUnits > 0 {
      sums.append(Sum(label: "Discount", amount: "-\(invoice.discount)"))
    }
    if invoice.tax.minorUnits > 0 {
      sums.append(Sum(label: Self.taxLabel(invoice), amount: invoice.tax.description))
    }
    sums.append(Sum(label: "Total", amount: invoice.total.description, isStrong: true))
    if invoice.creditApplied.minorUnits > 0 {
      sums.append(Sum(label: "From your credit", amount: "-\(invoice.creditApplied)"))
    }
    if invoice.credited.minorUnits > 0 { sums.append(Sum(label: "Credited", amount: "-\(invoice.credited)")) }
    if invoice.status == .open, invoice.due != invoice.total {
      sums.append(Sum(label: "Still to pay", amount: invoice.due.description, isStrong: true))
    }
    if kind == .receipt, let payment {
      sums.append(Sum(label: "Paid", amount: payment.amount.description, isStrong: true))
      if payment.refunded.minorUnits > 0 { sums.append(Sum(label: "Refunded", amount: "-\(payment.refunded)")) }
    }
    return sums
  }

  private static func taxLabel(_ invoice: Invoice) -> String {
    invoice.taxFacts.isInclusive ? "\(invoice.taxFacts.label) contained in it" : invoice.taxFacts.label
  }

  private static func notes(_ kind: Kind, _ invoice: Invoice, _ seller: Seller) -> [String] {
    var notes: [String] = []
    if invoice.taxFacts.isReverseCharge {
      notes.append("Reverse charge: the tax is owed by whoever receives the service.")
    }
    if kind == .invoice, invoice.status == .open {
      notes.append("Please pay \(invoice.due) by \(invoice.dueAt.day) and name \(invoice.number).")
      if !seller.bankDetails.isEmpty { notes.append(seller.bankDetails) }
    }
    if kind == .receipt { notes.append("Thank you for your payment.") }
    if !seller.email.isEmpty { notes.append("Questions? \(seller.email)") }
    return notes
  }
}
