import Billing
import Core
import Database
import Web

/// The staff's pages on invoices.
struct InvoicePages: Sendable {
  let database: ConnectionPool
  let cashier: Cashier
  let layout: Layout
  let clock: any WallClock

  static let path = "/admin/invoices"

  func register(in table: inout StaffTable) {
    table.page("/invoices", .read(.billing), "Invoices", handler: list)
    table.page("/invoices/new", .write(.billing), "A new invoice") { call in try await newPage(call, nil) }
    table.action("/invoices", .write(.billing), "Issues an invoice", bodyLimit: 65_536, handler: issue)
    table.page("/invoices/{id}", .read(.billing), "One invoice") { call in try await page(call, nil) }
    table.action("/invoices/{id}/mark-paid", .write(.billing), "Books a payment", handler: markPaid)
    table.action("/invoices/{id}/void", .write(.billing), "Withdraws an open invoice") { call in
      let invoice = try await cashier.void(invoice: call.id(), by: call.actor)
      return .redirect(
        to: "\(Self.path)/\(invoice.id)", flash: Flash(.success, "Invoice \(invoice.number) is withdrawn."))
    }
    table.action("/invoices/{id}/credit", .write(.billing), "Takes back an invoice or a part of it", handler: credit)
    table.action("/refunds/{id}/mark-paid", .write(.billing), "Says that a refund has been transferred") { call in
      let id = try call.id()
      let refund = try await cashier.markRefunded(id, reference: Self.reference(call), by: call.actor)
      return .redirect(
        to: "\(Self.path)/\(refund.invoiceID)", flash: Flash(.success, "The refund of \(refund.amount) is booked."))
    }
  }

  @Sendable private func list(_ call: StaffCall) async throws -> Reply {
    let request = try call.listRequest
    let page = try await InvoiceStore(database).list(request)
    let now = clock.now()
    let rows = page.items.map { invoice -> HTML in
      """
      <tr><td class="text-nowrap"><a href="\(Self.path)/\(invoice.id)">\(invoice.number)</a></td>\
      <td>\(invoice.lines.map(\.description).joined(separator: ", "))</td>\
      <td class="num">\(invoice.total)</td><td>\(PageParts.status(invoice.word(at: now)))</td>\
      <td>\(PageParts.time(invoice.issuedAt))</td><td>\(payment(invoice, call))</td></tr>
      """
    }
    let search = request.q ?? ""
    let add: HTML = """
      <a class="btn btn-primary" href="\(Self.path)/new">\(layout.icons("plus"))New invoice</a>
      """
    return layout.staffPage(
      Layout.Frame(
        title: "Invoices", current: Self.path, actions: call.session.allows(.write(.billing)) ? add : .empty),
      call,
      """
      \(PageParts.search("Number", search, icon: layout.icons("search")))
      \(PageParts.table(
        "Invoices", ["Number", "For", "#Total", "Status", "Issued", "Payment"], rows,
        empty: search.isEmpty ? "Nothing has been ordered yet." : "No invoice fits.",
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      """)
  }

  private func payment(_ invoice: Invoice, _ call: StaffCall) -> HTML {
    guard invoice.status == .open else { return PageParts.time(invoice.paidAt) }
    guard call.session.allows(.write(.billing)) else { return "–" }
    return """
      <form class="ty-copy" method="post" action="\(Self.path)/\(invoice.id)/mark-paid">\(call.csrfField)\
      <input class="form-control" name="reference" required maxlength="200" placeholder="Bank reference" \
      aria-label="Reference of the payment of \(invoice.number)"><button class="btn">Mark paid</button></form>
      """
  }

  private func page(_ call: StaffCall, _ problem: Problem?) async throws -> Reply {
    guard let invoice = try await InvoiceStore(database).find(call.id()),
      let customer = try await CustomerStore(database).find(invoice.customerID)
    else { throw Problem.notFound("invoice") }
    let notes = try await CreditNoteStore(database).all(of: invoice.id)
    let refunds = try await RefundStore(database).list(
      PageRequest(limit: 500, filters: ["invoice_id": "\(invoice.id)"])
    ).items
    var reply = layout.staffPage(
      Layout.Frame(title: "Invoice \(invoice.number)", current: Self.path, actions: acts(invoice, call)), call,
      InvoiceView(invoice: invoice, customer: customer, now: clock.now()).html
        + InvoiceView.creditNotes(notes, refunds: refunds) + refundTable(refunds, call)
        + (try creditForm(invoice, call, problem)))
    reply.status = problem?.status ?? 200
    return reply
  }

  private func acts(_ invoice: Invoice, _ call: StaffCall) -> HTML {
    guard invoice.status == .open, call.session.allows(.write(.billing)) else { return .empty }
    return payment(invoice, call)
      + PageParts.button(
        "Withdraw", post: "\(Self.path)/\(invoice.id)/void", call.csrfField, style: "btn ty-danger",
        confirm: "Withdraw invoice \(invoice.number)? It keeps its number.")
  }

  private func refundTable(_ refunds: [Refund], _ call: StaffCall) -> HTML {
    guard !refunds.isEmpty else { return .empty }
    let rows = refunds.map { refund -> HTML in
      let form: HTML = """
        <form class="ty-copy" method="post" action="/admin/refunds/\(refund.id)/mark-paid">\(call.csrfField)\
        <input class="form-control" name="reference" required maxlength="200" placeholder="Bank reference" \
        aria-label="Reference of the refund of \(refund.amount)"><button class="btn">Mark transferred</button></form>
        """
      var failure = "–"
      if let reason = refund.failure { failure = "\(reason) The customer has it to their credit." }
      let canPay = refund.status == .pending && call.session.allows(.write(.billing))
      return """
        <tr><td class="num">\(refund.amount)</td><td>\(PageParts.status(refund.status.rawValue))</td>\
        <td>\(PageParts.time(refund.createdAt))</td><td>\(refund.reference ?? "–")</td>\
        <td>\(failure)</td>\
        <td>\(canPay ? form : PageParts.time(refund.settledAt))</td></tr>
        """
    }
    return PageParts.table(
      "Refunds", ["#Amount", "Status", "Since", "Reference", "Failure", "Settled"], rows, empty: "")
  }

  private func creditForm(_ invoice: Invoice, _ call: StaffCall, _ problem: Problem?) throws -> HTML {
    let left = try invoice.creditable
    guard invoice.status != .void, left.isPositive, call.session.allows(.write(.billing)) else { return .empty }
    let form = call.form
    let destinations = [
      (value: CreditNote.Destination.balance.rawValue, title: "to the customer's credit"),
      (value: CreditNote.Destination.refund.rawValue, title: "back the way it was paid"),
    ]
    return PageParts.card(
      "Credit note",
      """
      \(PageParts.faults(problem))
      <p>Up to \(left) can be taken back, tax included: first what is still due, then what was paid.</p>
      <form method="post" action="\(Self.path)/\(invoice.id)/credit">\(call.csrfField)
      \(PageParts.input("amount", "Amount in \(left.currency.code)", value: form["amount"] ?? left.decimal))
      \(PageParts.input("reason", "Reason", value: form["reason"] ?? "", hint: "Stands on the credit note."))
      \(PageParts.select("to", "What was paid goes", destinations, selected: form["to"] ?? "balance"))
      <button class="btn">Issue credit note</button></form>
      """)
  }

  @Sendable private func credit(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    guard let invoice = try await InvoiceStore(database).find(id) else { throw Problem.notFound("invoice") }
    do {
      var fields = try FieldReader(.object(call.form.json()))
      let text = fields.string("amount", length: 1...30)
      let amount = text.flatMap { Money(decimal: $0, currency: invoice.total.currency) }
      if text != nil, amount == nil { fields.fault("amount", "amount", "must be a decimal amount such as 10.50") }
      let reason = fields.string("reason", length: 1...500)
      let destination = fields.oneOf("to", CreditNote.Destination.allCases.map(\.rawValue))
        .flatMap(CreditNote.Destination.init)
      try fields.finish()
      guard let amount, let reason, let destination else { throw Problem.internalError() }
      let (note, _) = try await cashier.credit(
        invoice: id, amount: amount, reason: reason, to: destination, by: call.actor)
      return .redirect(
        to: "\(Self.path)/\(id)", flash: Flash(.success, "Credit note \(note.number) over \(note.amount) is issued."))
    } catch let problem as Problem where problem.status == 422 {
      return try await page(call, problem)
    } catch let error as BillingError {
      guard let problem = ErrorTranslation.problem(for: error), problem.status == 422 else { throw error }
      return try await page(call, problem)
    }
  }

  @Sendable private func markPaid(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    let (invoice, license) = try await cashier.markPaid(
      invoice: id, reference: Self.reference(call), by: call.actor)
    let outcome = license == nil || invoice.purpose != .order ? "" : " The licence is issued."
    return .redirect(to: Self.path, flash: Flash(.success, "Invoice \(invoice.number) is paid.\(outcome)"))
  }

  private static func reference(_ call: StaffCall) throws(Problem) -> String {
    var fields = try FieldReader(.object(call.form.json()))
    let reference = fields.string("reference", length: 1...200)
    try fields.finish()
    guard let reference else { throw Problem.internalError() }
    return reference
  }

  private func newPage(_ call: StaffCall, _ problem: Problem?) async throws -> Reply {
    let form = call.form
    var reply = layout.staffPage(
      Layout.Frame(title: "New invoice", current: Self.path), call,
      PageParts.card(
        "What to charge for",
        """
        \(PageParts.faults(problem))<form method="post" action="\(Self.path)">\(call.csrfField)
        \(PageParts.input(
          "customer_id", "Customer's number", type: "number", value: form["customer_id"] ?? call.query("customer") ?? "",
          hint: "From the customer's page."))
        \(PageParts.input("description", "Description", value: form["description"] ?? ""))
        \(PageParts.input("quantity", "Quantity", type: "number", value: form["quantity"] ?? "1"))
        \(PageParts.input("unit_amount", "Price of one, without tax on top", value: form["unit_amount"] ?? ""))
        \(PageParts.input("currency", "Currency", value: form["currency"] ?? "USD"))
        \(PageParts.input("due_in_days", "Days to pay", type: "number", value: form["due_in_days"] ?? "14"))
        <button class="btn btn-primary">Issue invoice</button></form>
        """))
    reply.status = problem?.status ?? 200
    return reply
  }

  @Sendable private func issue(_ call: StaffCall) async throws -> Reply {
    do {
      var object = call.form.json(numbers: ["customer_id", "quantity", "due_in_days"])
      var line: JSONObject = [:]
      for name in ["description", "quantity", "unit_amount"] {
        line[name] = object[name]
        object[name] = nil
      }
      object["lines"] = .array([.object(line)])
      var fields = try FieldReader(.object(object))
      let invoice = try await IssueForm(&fields).issue(
        by: call.actor, news: cashier.news, database: database, at: clock.now())
      return .redirect(
        to: "\(Self.path)/\(invoice.id)", flash: Flash(.success, "Invoice \(invoice.number) is issued."))
    } catch let problem as Problem where problem.status == 422 {
      return try await newPage(call, problem)
    }
  }
}
