import Billing
import Core
import Web

/// An invoice as staff see it.
struct InvoiceView: Sendable {
  let invoice: Invoice
  let customer: Customer
  let now: Timestamp

  var html: HTML {
    let lines = invoice.lines.map { line -> HTML in
      """
      <tr><td>\(line.description)</td><td class="num">\(line.quantity)</td><td class="num">\(line.unitAmount)</td>\
      <td class="num">\(line.amount)</td></tr>
      """
    }
    return PageParts.facts(facts)
      + PageParts.table("Lines", ["What", "#Quantity", "#Each", "#Amount"], lines, empty: "Nothing is charged.")
      + PageParts.facts(sums)
  }

  private var facts: [(name: String, value: HTML)] {
    var facts: [(name: String, value: HTML)] = [
      ("Status", PageParts.status(invoice.word(at: now))),
      ("Customer", "<a href=\"/admin/customers/\(customer.id)\">\(customer.email)</a>"),
      ("Made out to", "\(address.isEmpty ? "–" : address)"), ("VAT id", "\(invoice.billTo.vatID ?? "–")"),
      ("Issued", PageParts.time(invoice.issuedAt)), ("Due", PageParts.time(invoice.dueAt)),
      ("Paid", PageParts.time(invoice.paidAt)),
    ]
    if let subscription = invoice.subscriptionID {
      facts.append(
        ("Subscription", "<a href=\"\(SubscriptionPages.path)/\(subscription)\">Number \(subscription)</a>"))
    }
    if let covers = invoice.covers {
      facts.append(("Covers", "\(PageParts.time(covers.start)) to \(PageParts.time(covers.end))"))
    }
    return facts
  }

  private var address: String {
    let to = invoice.billTo
    return [to.company, to.street, "\(to.postalCode) \(to.city)".trimmed, to.region, to.country ?? ""]
      .filter { !$0.isEmpty }.joined(separator: ", ")
  }

  private var sums: [(name: String, value: HTML)] {
    let tax = invoice.taxFacts
    let label = tax.label.isEmpty ? "Tax" : tax.isInclusive ? "\(tax.label), contained" : tax.label
    return [
      ("Subtotal", "\(invoice.subtotal)"), ("Discount", "\(invoice.discount)"), (label, "\(invoice.tax)"),
      ("Total", "\(invoice.total)"), ("From the customer's credit", "\(invoice.creditApplied)"),
      ("Taken back by credit notes", "\(invoice.credited)"), ("To be paid", "\(invoice.due)"),
    ]
  }

  /// - Parameter refunds: of the same invoice; a credit note has at most one.
  static func creditNotes(_ notes: [CreditNote], refunds: [Refund]) -> HTML {
    guard !notes.isEmpty else { return .empty }
    let rows = notes.map { note -> HTML in
      var refund: HTML = "–"
      if let sent = refunds.first(where: { $0.creditNoteID == note.id }) {
        refund = PageParts.status(sent.status.rawValue)
      }
      return """
        <tr><td class="text-nowrap">\(note.number)</td><td>\(note.reason)</td><td class="num">\(note.amount)</td>\
        <td class="num">\(note.tax)</td><td class="num">\(note.reducedDue)</td><td class="num">\(note.toBalance)</td>\
        <td class="num">\(note.toRefund)</td><td>\(refund)</td><td>\(PageParts.time(note.issuedAt))</td></tr>
        """
    }
    return PageParts.table(
      "Credit notes",
      [
        "Number", "Reason", "#Amount", "#Of that tax", "#Not asked for", "#To credit", "#To refund", "Refund", "Issued",
      ], rows, empty: "")
  }
}

extension Invoice {
  /// `open` ones past their day are `overdue`.
  func word(at now: Timestamp) -> String { isOverdue(at: now) ? "overdue" : status.rawValue }
}
