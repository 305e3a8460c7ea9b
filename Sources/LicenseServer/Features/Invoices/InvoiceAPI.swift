import Billing
import Core
import Database
import Web

/// `/api/invoices`
struct InvoiceAPI: Sendable {
  let database: ConnectionPool
  let cashier: Cashier
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.define("invoice", Self.schema)
    table.on(
      .get, "/invoices", .read(.billing), "Invoices, the newest first",
      query: .page + [
        QueryParameter("customer_id", .integer, "Of this customer."),
        QueryParameter("status", .string, "open or paid."),
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
      .post, "/invoices/{id}/mark-paid", .write(.billing), "Books a payment and issues what was paid for",
      body: .json(.object([.required("reference", .string.described("What the payer's bank calls it."))])),
      answer: Self.paid, handler: markPaid)
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

  private static let members: [Schema.Property] = [
    .required("id", .integer), .required("number", .string), .required("customer_id", .integer),
    .required("subscription_id", .integer.nullable),
    .required("status", .choice(Invoice.Status.allCases.map(\.rawValue))), .required("currency", .string),
    .required("subtotal", .money), .required("tax", .money), .required("total", .money),
    .required(
      "lines",
      .array(
        .object([
          .required("description", .string), .required("quantity", .integer), .required("unit_amount", .money),
          .required("amount", .money),
        ]))),
    .required("issued_at", .timestamp), .required("due_at", .timestamp), .required("paid_at", .timestamp.nullable),
  ]

  private static let schema = Schema.object(members)
  private static let paid = Schema.object(members + [.required("license", Schema.ref("license").nullable)])
}

extension Invoice {
  var json: JSONValue {
    [
      "id": .int(id), "number": .string(number), "customer_id": .int(customerID),
      "subscription_id": JSONValue(subscriptionID), "status": .string(status.rawValue),
      "currency": .string(total.currency.code), "subtotal": .string(subtotal.decimal), "tax": .string(tax.decimal),
      "total": .string(total.decimal),
      "lines": .array(
        lines.map {
          [
            "description": .string($0.description), "quantity": .int($0.quantity),
            "unit_amount": .string($0.unitAmount.decimal), "amount": .string($0.amount.decimal),
          ]
        }),
      "issued_at": JSONValue(issuedAt), "due_at": JSONValue(dueAt), "paid_at": JSONValue(paidAt),
    ]
  }
}
