import Billing
import Core
import Web

extension Invoice {
  static let members: [Schema.Property] = [
    .required("id", .integer), .required("number", .string), .required("customer_id", .integer),
    .required("subscription_id", .integer.nullable),
    .required("purpose", .choice(Purpose.allCases.map(\.rawValue))),
    .required("status", .choice(Status.allCases.map(\.rawValue))), .required("currency", .string),
    .required("subtotal", .money), .required("discount", .money), .required("tax", .money),
    .required("tax_label", .string), .required("tax_inclusive", .boolean), .required("reverse_charge", .boolean),
    .required("total", .money), .required("credit_applied", .money), .required("credited", .money),
    .required("due", .money),
    .required(
      "lines",
      .array(
        .object([
          .required("description", .string), .required("quantity", .integer), .required("unit_amount", .money),
          .required("amount", .money),
        ]))),
    .required("bill_to", billToSchema),
    .required("covers_from", .timestamp.nullable), .required("covers_to", .timestamp.nullable),
    .required("issued_at", .timestamp), .required("due_at", .timestamp), .required("paid_at", .timestamp.nullable),
    .required("voided_at", .timestamp.nullable),
  ]

  static let billToSchema = Schema.object([
    .required("company", .string), .required("street", .string), .required("postal_code", .string),
    .required("city", .string), .required("region", .string), .required("country", .string.nullable),
    .required("vat_id", .string.nullable),
  ])

  var json: JSONValue {
    [
      "id": .int(id), "number": .string(number), "customer_id": .int(customerID),
      "subscription_id": JSONValue(subscriptionID), "purpose": .string(purpose.rawValue),
      "status": .string(status.rawValue), "currency": .string(total.currency.code),
      "subtotal": .string(subtotal.decimal), "discount": .string(discount.decimal), "tax": .string(tax.decimal),
      "tax_label": .string(taxFacts.label), "tax_inclusive": .bool(taxFacts.isInclusive),
      "reverse_charge": .bool(taxFacts.isReverseCharge), "total": .string(total.decimal),
      "credit_applied": .string(creditApplied.decimal), "credited": .string(credited.decimal),
      "due": .string(due.decimal), "lines": .array(lines.map(\.json)), "bill_to": billTo.json,
      "covers_from": JSONValue(covers?.start), "covers_to": JSONValue(covers?.end),
      "issued_at": JSONValue(issuedAt), "due_at": JSONValue(dueAt), "paid_at": JSONValue(paidAt),
      "voided_at": JSONValue(voidedAt),
    ]
  }
}

extension Invoice.Line {
  fileprivate var json: JSONValue {
    [
      "description": .string(description), "quantity": .int(quantity), "unit_amount": .string(unitAmount.decimal),
      "amount": .string(amount.decimal),
    ]
  }
}

extension CreditNote {
  static let schema = Schema.object([
    .required("id", .integer), .required("number", .string), .required("invoice_id", .integer),
    .required("currency", .string), .required("amount", .money), .required("tax", .money),
    .required("reduced_due", .money), .required("to_balance", .money), .required("to_refund", .money),
    .required("reason", .string), .required("issued_at", .timestamp),
  ])

  var json: JSONValue {
    [
      "id": .int(id), "number": .string(number), "invoice_id": .int(invoiceID),
      "currency": .string(amount.currency.code), "amount": .string(amount.decimal), "tax": .string(tax.decimal),
      "reduced_due": .string(reducedDue.decimal), "to_balance": .string(toBalance.decimal),
      "to_refund": .string(toRefund.decimal), "reason": .string(reason), "issued_at": JSONValue(issuedAt),
    ]
  }
}

extension Refund {
  static let schema = Schema.object([
    .required("id", .integer), .required("invoice_id", .integer), .required("credit_note_id", .integer),
    .required("currency", .string), .required("amount", .money),
    .required("status", .choice(Status.allCases.map(\.rawValue))), .required("reference", .string.nullable),
    .required("failure", .string.nullable), .required("created_at", .timestamp),
    .required("settled_at", .timestamp.nullable),
  ])

  var json: JSONValue {
    [
      "id": .int(id), "invoice_id": .int(invoiceID), "credit_note_id": .int(creditNoteID),
      "currency": .string(amount.currency.code), "amount": .string(amount.decimal), "status": .string(status.rawValue),
      "reference": JSONValue(reference), "failure": JSONValue(failure), "created_at": JSONValue(createdAt),
      "settled_at": JSONValue(settledAt),
    ]
  }
}
