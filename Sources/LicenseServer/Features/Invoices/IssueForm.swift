import Billing
import Core
import Database
import Web

/// What staff fill in to issue an invoice for something beside subscriptions.
struct IssueForm: Sendable {
  let customerID: Int64
  let currency: Currency
  let lines: [Invoice.Line]
  let termDays: Int64

  static let schema = Schema.object([
    .required("customer_id", .integer), .required("currency", .string),
    .required(
      "lines",
      .array(
        .object([
          .required("description", .string), .optional("quantity", .integer), .required("unit_amount", .money),
        ]))),
    .optional("due_in_days", Schema.integer.described("14 unless given.")),
  ])

  init(_ fields: inout FieldReader) throws {
    let customerID = fields.int("customer_id", range: 1...Int64.max)
    let currency = fields.currency("currency")
    let elements = fields.array("lines", max: 100) ?? []
    var lines: [Invoice.Line] = []
    if elements.isEmpty { fields.fault("lines", "required", "must have at least one line") }
    for (index, element) in elements.enumerated() {
      var line = try FieldReader(element, path: "lines[\(index)]")
      let description = line.string("description", length: 1...300)
      let quantity = line.optionalInt("quantity", range: 1...1_000_000) ?? nil
      let text = line.string("unit_amount", length: 1...30)
      let unit = text.flatMap { text in currency.flatMap { Money(decimal: text, currency: $0) } }
      if text != nil, currency != nil, unit.map({ $0.minorUnits < 0 || $0.minorUnits > 1_000_000_000_00 }) ?? true {
        line.fault("unit_amount", "amount", "must be a decimal amount from 0 to 1000000000.00")
      }
      fields.adopt(line)
      guard let description, let unit else { continue }
      lines.append(try Invoice.Line(description: description, quantity: quantity ?? 1, unitAmount: unit))
    }
    let term = fields.optionalInt("due_in_days", range: 0...365) ?? nil
    try fields.finish()
    guard let customerID, let currency else { throw Problem.internalError() }
    self.customerID = customerID
    self.currency = currency
    self.lines = lines
    termDays = term ?? 14
  }

  func issue(
    by actor: Actor, news: BillingNews, database: ConnectionPool, at now: Timestamp
  ) async throws -> Invoice {
    try await database.transaction(retries: 3) { connection in
      guard try await CustomerStore(connection).find(customerID) != nil else {
        throw Problem.invalid("customer_id", "unknown", "is no customer")
      }
      let details = try await BillingDetailsStore(connection).find(customer: customerID)
      let draft = try InvoiceDraft(
        customerID: customerID, purpose: .other, currency: currency, lines: lines,
        tax: try await TaxRateStore(connection).treatment(of: details), term: .days(termDays))
      let invoice = try await InvoiceStore(connection).issue(draft, at: now)
      try await news.issued(invoice, in: connection, at: now)
      try await AuditStore(connection).append(
        AuditEntry(action: "invoice.issue", subject: Cashier.subject(invoice.id), after: invoice.json), by: actor,
        at: now)
      return invoice
    }
  }
}
