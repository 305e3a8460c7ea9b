import Billing
import Core
import Database
import Web

/// `/api/invoices`, `/api/credit-notes` and `/api/refunds`
struct InvoiceAPI: Sendable {
  let database: ConnectionPool
  let cashier: Cashier
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.define("invoice", .object(Invoice.members))
    table.define("credit_note", CreditNote.schema)
    table.define("refund", Refund.schema)
    table.on(
      .get, "/invoices", .read(.billing), "Invoices, the newest first",
      query: .page + [
        QueryParameter("customer_id", .integer, "Of this customer."),
        QueryParameter("subscription_id", .integer, "Of this subscription."),
        QueryParameter("status", .string, "open, paid or void."),
      ],
      answer: .page(of: .ref("invoice"))
    ) { call in
      .json(try await InvoiceStore(database).list(call.listRequest).json(\.json))
    }
    table.on(.get, "/invoices/{id}", .read(.billing), "One invoice", answer: .ref("invoice")) { call in
      guard let invoice = try await InvoiceStore(database).find(call.id()) else { throw Problem.notFound("invoice") }
      return .json(invoice.json)
    }
    table.on(
      .post, "/invoices", .write(.billing), "Issues an invoice for anything beside subscriptions",
      body: .json(IssueForm.schema), answer: .ref("invoice"), status: 201, creates: true, handler: issue)
    table.on(
      .post, "/invoices/{id}/mark-paid", .write(.billing), "Books a payment and issues what was paid for",
      body: .json(.object([.required("reference", .string.described("What the payer's bank calls it."))])),
      answer: Self.paid, handler: markPaid)
    table.on(
      .post, "/invoices/{id}/void", .write(.billing), "Withdraws an open invoice that no running subscription owes",
      answer: .ref("invoice")
    ) { call in
      .json(try await cashier.void(invoice: call.id(), by: call.actor).json)
    }
    registerCredits(in: &table)
  }

  private func registerCredits(in table: inout StaffTable) {
    table.on(
      .post, "/invoices/{id}/credit", .write(.billing),
      "Takes back an invoice or a part of it: first what is due, then what was paid",
      body: .json(Self.credit), answer: Self.credited, status: 201, creates: true, handler: credit)
    table.on(
      .get, "/credit-notes", .read(.billing), "Credit notes, the newest first",
      query: .page + [QueryParameter("invoice_id", .integer, "Of this invoice.")],
      answer: .page(of: .ref("credit_note"))
    ) { call in
      .json(try await CreditNoteStore(database).list(call.listRequest).json(\.json))
    }
    table.on(
      .get, "/refunds", .read(.billing), "Refunds, the newest first",
      query: .page + [
        QueryParameter("invoice_id", .integer, "Of this invoice."),
        QueryParameter("status", .string, "pending, paid or failed."),
      ],
      answer: .page(of: .ref("refund"))
    ) { call in
      .json(try await RefundStore(database).list(call.listRequest).json(\.json))
    }
    table.on(
      .post, "/refunds/{id}/mark-paid", .write(.billing), "Says that a refund has been transferred",
      body: .json(.object([.required("reference", .string.described("What our bank calls it."))])),
      answer: .ref("refund")
    ) { call in
      let id = try call.id()
      var fields = try call.fields()
      let reference = fields.string("reference", length: 1...200)
      try fields.finish()
      guard let reference else { throw Problem.internalError() }
      return .json(try await cashier.markRefunded(id, reference: reference, by: call.actor).json)
    }
  }

  @Sendable private func issue(_ call: StaffCall) async throws -> Reply {
    var fields = try call.fields()
    let form = try IssueForm(&fields)
    let invoice = try await form.issue(by: call.actor, news: cashier.news, database: database, at: clock.now())
    return .created(invoice.json, location: "/api/invoices/\(invoice.id)")
  }

  @Sendable private func markPaid(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    let reference = fields.string("reference", length: 1...200)
    try fields.finish()
    guard let reference else { throw Problem.internalError() }
    let (invoice, license) = try await cashier.markPaid(invoice: id, reference: reference, by: call.actor)
    var object = invoice.json.objectValue ?? [:]
    object["license"] = .optional(license?.json(at: clock.now()))
    return .json(.object(object))
  }

  @Sendable private func credit(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    guard let invoice = try await InvoiceStore(database).find(id) else { throw Problem.notFound("invoice") }
    var fields = try call.fields()
    let text = fields.optionalString("amount", length: 1...30) ?? nil
    let amount = text.flatMap { Money(decimal: $0, currency: invoice.total.currency) }
    if text != nil, amount == nil {
      fields.fault("amount", "amount", "must be a decimal amount in \(invoice.total.currency) such as \"10.50\"")
    }
    let reason = fields.string("reason", length: 1...500)
    let destination = fields.oneOf("to", CreditNote.Destination.allCases.map(\.rawValue))
      .flatMap(CreditNote.Destination.init)
    try fields.finish()
    guard let reason, let destination else { throw Problem.internalError() }
    let (note, refund) = try await cashier.credit(
      invoice: id, amount: amount, reason: reason, to: destination, by: call.actor)
    return .created(
      ["credit_note": note.json, "refund": .optional(refund?.json)], location: "/api/credit-notes?invoice_id=\(id)")
  }

  private static let paid = Schema.object(Invoice.members + [.required("license", Schema.ref("license").nullable)])
  private static let credit = Schema.object([
    .optional("amount", Schema.money.described("Tax included; all that is left unless given.").nullable),
    .required("reason", .string.described("Stands on the credit note.")),
    .required("to", .choice(CreditNote.Destination.allCases.map(\.rawValue))),
  ])
  private static let credited = Schema.object([
    .required("credit_note", .ref("credit_note")), .required("refund", Schema.ref("refund").nullable),
  ])
}
