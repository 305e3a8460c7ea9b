import Billing
import Core
import Database
import HTTPTypes
import Web

/// A customer's invoices and receipts, to look at, print and take along.
struct PortalInvoicePages: Sendable {
  let database: ConnectionPool
  let printer: InvoicePrinter
  /// Whether an order can be paid by card.
  let takesCards: Bool
  let layout: Layout

  static let path = "/portal/invoices"

  func register(in table: inout PortalTable) {
    table.page("/invoices", .portalRead(.billing), "The customer's invoices", handler: list)
    for kind in [InvoiceDocument.Kind.invoice, .receipt] {
      let path = kind == .invoice ? "/invoices/{id}" : "/invoices/{id}/receipt"
      table.page(path, .portalRead(.billing), "An invoice's \(kind.rawValue)") { call in
        try await page(kind, call)
      }
      table.page("\(path)/pdf", .portalRead(.billing), "An invoice's \(kind.rawValue) as PDF") { call in
        let document = try await printer.document(kind, of: own(call))
        var reply = Reply(type: ContentType("application/pdf"), bytes: try await printer.pdf(of: document))
        reply.offerDownload(document.filename)
        return reply.with(header: .cacheControl, "private, no-store")
      }
    }
  }

  /// 404 for an invoice of somebody else.
  private func own(_ call: PortalCall) async throws -> Invoice {
    guard let invoice = try await InvoiceStore(database).find(call.id()),
      invoice.customerID == (try call.session.customer)
    else { throw Problem.notFound("invoice") }
    return invoice
  }

  @Sendable private func list(_ call: PortalCall) async throws -> Reply {
    var request = try call.listRequest
    request.filters = ["customer_id": String(try call.session.customer)]
    let page = try await InvoiceStore(database).list(request)
    return layout.portalPage(
      Layout.Frame(title: "Invoices", current: Self.path), call,
      Self.table(page.items, next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
  }

  static func table(_ invoices: [Invoice], next: String? = nil) -> HTML {
    let rows = invoices.map { invoice -> HTML in
      let receipt: HTML = "<a href=\"\(path)/\(invoice.id)/receipt\">Receipt</a>"
      return """
        <tr><td class="text-nowrap"><a href="\(path)/\(invoice.id)">\(invoice.number)</a></td>\
        <td>\(invoice.lines.map(\.description).joined(separator: ", "))</td>\
        <td class="num">\(invoice.total)</td><td>\(PageParts.status(invoice.status.rawValue))</td>\
        <td>\(PageParts.time(invoice.status == .open ? invoice.dueAt : nil))</td>\
        <td>\(if: invoice.status == .paid, receipt)</td></tr>
        """
    }
    return PageParts.table(
      "Invoices", ["Number", "For", "#Total", "Status", "Due", "Receipt"], rows, empty: "There is no invoice yet.",
      next: next)
  }

  /// For an order that waits for its first payment.
  private func cardLink(_ invoice: Invoice, _ call: PortalCall) -> HTML {
    guard takesCards, invoice.purpose == .order, let subscription = invoice.subscriptionID,
      call.session.allows(.portalWrite(.billing))
    else { return .empty }
    return "<a class=\"btn\" href=\"\(StripePages.checkoutPath(subscription))\">Pay by card</a>"
  }

  private func page(_ kind: InvoiceDocument.Kind, _ call: PortalCall) async throws -> Reply {
    let invoice = try await own(call)
    let document = try await printer.document(kind, of: invoice)
    let path = "\(Self.path)/\(invoice.id)"
    let other: HTML =
      switch (kind, invoice.status) {
      case (.invoice, .paid): "<a class=\"btn\" href=\"\(path)/receipt\">Receipt</a>"
      case (.invoice, .open): cardLink(invoice, call)
      case (.receipt, _): "<a class=\"btn\" href=\"\(path)\">Invoice</a>"
      default: .empty
      }
    let file = kind == .invoice ? "\(path)/pdf" : "\(path)/receipt/pdf"
    return layout.portalPage(
      Layout.Frame(
        title: document.title, current: Self.path,
        actions: "\(other)<a class=\"btn btn-primary\" href=\"\(file)\">Download PDF</a>"),
      call, InvoiceSheet.html(document))
  }
}
