import Core
import Database

extension InvoiceStore {
  func invoices(_ condition: SQL) async throws -> [Invoice] {
    let rows = try await database.query(
      """
      SELECT id, number, customer_id, subscription_id, purpose, status, currency, subtotal, discount, coupon_id,
        tax_label, tax_rate::bigint AS tax_rate, tax_is_inclusive, is_reverse_charge, tax, total, credit_applied,
        credited, credited_tax, due, bill_to, covers_from, covers_to, issued_at, due_at, paid_at, voided_at,
        provider_reference
      FROM license.invoices \(condition)
      """)
    guard !rows.isEmpty else { return [] }
    var ids: [Int64] = []
    for row in rows { ids.append(try row.get("id")) }
    let lines = try await lines(of: ids)
    var invoices: [Invoice] = []
    for row in rows { invoices.append(try Invoice(row, lines: lines)) }
    return invoices
  }

  private func lines(of invoices: [Int64]) async throws -> [Int64: [Invoice.Line]] {
    let rows = try await database.query(
      """
      SELECT l.invoice_id, l.description, l.quantity, l.unit_amount, i.currency
      FROM license.invoice_lines l JOIN license.invoices i ON i.id = l.invoice_id
      WHERE l.invoice_id = ANY(\(invoices)) ORDER BY l.invoice_id, l.position
      """)
    var lines: [Int64: [Invoice.Line]] = [:]
    for row in rows {
      let unit = Money(minorUnits: try row.get("unit_amount"), currency: try row.get("currency"))
      lines[try row.get("invoice_id"), default: []].append(
        try Invoice.Line(
          description: try row.get("description"), quantity: try row.get("quantity"), unitAmount: unit))
    }
    return lines
  }
}

extension Invoice {
  fileprivate init(_ row: Row, lines: [Int64: [Line]]) throws {
    let id: Int64 = try row.get("id")
    let currency: Currency = try row.get("currency")
    func money(_ column: String) throws -> Money {
      Money(minorUnits: try row.get(column), currency: currency)
    }
    var covers: Subscription.Span?
    if let start = try row.get("covers_from", as: Timestamp?.self) {
      covers = Subscription.Span(start: start, end: try row.get("covers_to"))
    }
    self.init(
      id: id, number: try row.get("number"), customerID: try row.get("customer_id"),
      subscriptionID: try row.get("subscription_id"), purpose: try row.get("purpose"),
      status: try row.get("status"), lines: lines[id] ?? [], subtotal: try money("subtotal"),
      discount: try money("discount"), couponID: try row.get("coupon_id"), taxFacts: try TaxFacts(row),
      tax: try money("tax"), total: try money("total"), creditApplied: try money("credit_applied"),
      credited: try money("credited"), creditedTax: try money("credited_tax"), due: try money("due"), covers: covers,
      billTo: BillingDetails(stored: try row.get("bill_to")), issuedAt: try row.get("issued_at"),
      dueAt: try row.get("due_at"), paidAt: try row.get("paid_at"), voidedAt: try row.get("voided_at"),
      providerReference: try row.get("provider_reference"))
  }
}

extension Invoice.TaxFacts {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      label: try row.get("tax_label"), rate: Rate(millionths: try row.get("tax_rate")) ?? .zero,
      isInclusive: try row.get("tax_is_inclusive"), isReverseCharge: try row.get("is_reverse_charge"))
  }
}
