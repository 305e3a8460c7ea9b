import Billing
import Core
import Database
import Web

/// The reseller's pages on money: the margin ledger, and the monthly statements.
struct ResellerMarginPages: Sendable {
  static let path = "/reseller/margins"
  static let statementsPath = "/reseller/statements"
  /// Rows of a CSV file.
  private static let exportLimit = 50_000

  let database: ConnectionPool
  let layout: Layout

  func register(in table: inout ResellerTable) {
    table.page("/margins", .resellerRead(.margins), "The margin ledger", handler: margins)
    table.page("/margins.csv", .resellerRead(.margins), "The margin ledger as a file", handler: export)
    table.page("/statements", .resellerRead(.margins), "Monthly statements", handler: statements)
  }

  @Sendable private func margins(_ call: ResellerCall) async throws -> Reply {
    let request = try call.listRequest
    let store = ResellerChargeStore(database)
    let page = try await store.list(request, of: call.resellerID)
    let open = try await store.open(of: call.resellerID, in: call.session.reseller.agreement.currency)
    var rows: [HTML] = []
    for charge in page.items {
      rows.append(
        """
        <tr><td>\(PageParts.time(charge.chargedAt))</td><td>\(charge.customerEmail)</td><td>\(charge.plan)</td>\
        <td>\(charge.start.day) to \(charge.end.day)</td><td class="num">\(charge.wholesale)</td>\
        <td class="num">\(charge.retail)</td><td class="num">\(try charge.margin)</td>\
        <td>\(charge.statementID == nil ? "Not yet" : "Yes")</td></tr>
        """)
    }
    let month = request.filters["month"] ?? ""
    return layout.resellerPage(
      Layout.Frame(
        title: "Margins", current: Self.path,
        actions: "<a class=\"btn\" href=\"\(Self.path).csv?month=\(month)\" download>CSV</a>"), call,
      """
      \(PageParts.facts([
        ("Not billed yet, wholesale", "\(open.wholesale)"), ("Not billed yet, retail", "\(open.retail)"),
        ("Margin on it", "\(try open.retail.subtracting(open.wholesale))"),
      ]))
      <form class="ty-copy mb-3" method="get"><label class="visually-hidden" for="month">Month</label>\
      <input class="form-control" id="month" name="month" type="month" value="\(month)">\
      <button class="btn">Show</button></form>
      \(PageParts.table(
        "Margin ledger", ["Charged", "Customer", "Plan", "For", "#Wholesale", "#Retail", "#Margin", "Billed"], rows,
        empty: "No licence period has been charged yet.",
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      """)
  }

  @Sendable private func export(_ call: ResellerCall) async throws -> Reply {
    var request = try call.listRequest
    request.limit = 500
    let (store, reseller) = (ResellerChargeStore(database), call.resellerID)
    let first = try await store.list(request, of: reseller)
    return .stream(type: .csv, filename: "margins.csv") { [request] writer in
      try await writer.write(
        Array("charged_at,customer,plan,from,to,wholesale,retail,margin,currency,statement\r\n".utf8))
      var (page, written) = (first, 0)
      while true {
        for charge in page.items {
          let statement = charge.statementID.map(String.init) ?? ""
          let cells = [
            charge.chargedAt.rfc3339, charge.customerEmail.description, charge.plan, String(charge.start.day),
            String(charge.end.day), charge.wholesale.decimal, charge.retail.decimal, try charge.margin.decimal,
            charge.wholesale.currency.code, statement,
          ]
          try await writer.write(Array((cells.map(Self.cell).joined(separator: ",") + "\r\n").utf8))
        }
        written += page.items.count
        guard let cursor = page.nextCursor, written < Self.exportLimit else { return }
        var next = request
        next.cursor = cursor
        page = try await store.list(next, of: reseller)
      }
    }
  }

  /// Quoted where needed; what a spreadsheet would take for a formula is text.
  private static func cell(_ text: String) -> String {
    let safe = text.first.map { "=+@\t".contains($0) } == true ? "'\(text)" : text
    return safe.contains { ",\"\r\n".contains($0) } ? "\"\(safe.replacing("\"", with: "\"\""))\"" : safe
  }

  @Sendable private func statements(_ call: ResellerCall) async throws -> Reply {
    let page = try await ResellerChargeStore(database).statements(call.listRequest, of: call.resellerID)
    var rows: [HTML] = []
    for statement in page.items {
      let payment = statement.invoiceStatus.map { PageParts.status($0.rawValue) } ?? "Nothing to pay"
      rows.append(
        """
        <tr><td>\(statement.monthName)</td><td class="num">\(statement.periods)</td>\
        <td class="num">\(statement.wholesale)</td><td class="num">\(statement.retail)</td>\
        <td class="num">\(try statement.margin)</td><td>\(statement.invoiceNumber ?? "–")</td><td>\(payment)</td></tr>
        """)
    }
    return layout.resellerPage(
      Layout.Frame(title: "Statements", current: Self.statementsPath), call,
      PageParts.table(
        "Statements", ["Month", "#Periods", "#Wholesale", "#Retail", "#Margin", "Invoice", "Payment"], rows,
        empty: "The first statement comes when a month with a sale is over.",
        next: page.nextCursor.map { call.address(of: Self.statementsPath, after: $0) }))
  }
}
