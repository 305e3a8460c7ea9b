public import Core
public import Database

/// Reads and writes invoices.
public struct InvoiceStore: Sendable {
  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// Issues the invoice under the next number of its year. Call it late in the transaction: the number's row is locked
  /// to the end, so that invoices are numbered one after another and a rolled-back one leaves no gap.
  func issue(_ draft: InvoiceDraft, at now: Timestamp) async throws(DatabaseError) -> Invoice {
    let number = try await nextNumber(series: String(now.rfc3339.prefix(4)))
    let due = now + InvoiceDraft.termOfPayment
    let row = try await database.one(
      """
      INSERT INTO license.invoices
        (number, customer_id, subscription_id, status, currency, subtotal, tax, total, issued_at, due_at)
      VALUES (\(number), \(draft.customerID), \(draft.subscriptionID), 'open', \(draft.total.currency),
        \(draft.subtotal.minorUnits), \(draft.tax.minorUnits), \(draft.total.minorUnits), \(now), \(due))
      RETURNING id
      """)
    let id: Int64 = try row.get("id")
    for (index, line) in draft.lines.enumerated() {
      try await database.execute(
        """
        INSERT INTO license.invoice_lines (invoice_id, position, description, quantity, unit_amount, amount)
        VALUES (\(id), \(index + 1), \(line.description), \(line.quantity), \(line.unitAmount.minorUnits),
          \(line.amount.minorUnits))
        """)
    }
    return Invoice(
      id: id, number: number, customerID: draft.customerID, subscriptionID: draft.subscriptionID, status: .open,
      lines: draft.lines, subtotal: draft.subtotal, tax: draft.tax, total: draft.total, issuedAt: now, dueAt: due,
      paidAt: nil)
  }

  private func nextNumber(series: String) async throws(DatabaseError) -> String {
    let row = try await database.one(
      """
      INSERT INTO license.invoice_numbers AS n (series, last) VALUES (\(series), 1)
      ON CONFLICT (series) DO UPDATE SET last = n.last + 1
      RETURNING last
      """)
    let last = String(try row.get("last", as: Int64.self))
    return "\(series)-\(String(repeating: "0", count: max(0, 6 - last.count)))\(last)"
  }

  public func find(_ id: Int64) async throws -> Invoice? {
    try await invoices("WHERE id = \(id)").first
  }

  /// The same, and nobody else changes it until the transaction ends.
  func lock(_ id: Int64) async throws -> Invoice? {
    try await invoices("WHERE id = \(id) FOR UPDATE").first
  }

  func markPaid(_ id: Int64, at now: Timestamp) async throws {
    try await database.execute(
      "UPDATE license.invoices SET status = 'paid', paid_at = \(now) WHERE id = \(id) AND status = 'open'")
  }

  /// The invoices a request asks for (`customer_id=`, `status=`, `q` in the number), the newest first; the cursor is an
  /// id.
  public func list(_ page: PageRequest) async throws -> Page<Invoice> {
    let after = page.cursor.flatMap { Int64($0) }
    let customer = page.filters["customer_id"].map { Int64($0) ?? 0 }
    let pattern = page.q.map { "%\(LikePattern.escaped($0))%" }
    let found = try await invoices(
      """
      WHERE (\(after)::bigint IS NULL OR id < \(after))
        AND (\(customer)::bigint IS NULL OR customer_id = \(customer))
        AND (\(page.filters["status"])::text IS NULL OR status = \(page.filters["status"]))
        AND (\(pattern)::text IS NULL OR number ILIKE \(pattern))
      ORDER BY id DESC LIMIT \(page.limit + 1)
      """)
    return Page(fetched: found, limit: page.limit) { String($0.id) }
  }

  /// All invoices of some customers, the newest first.
  public func all(ofCustomers customers: [Int64]) async throws -> [Invoice] {
    try await invoices("WHERE customer_id = ANY(\(customers)) ORDER BY id DESC LIMIT 500")
  }

  private func invoices(_ condition: SQL) async throws -> [Invoice] {
    let rows = try await database.query(
      """
      SELECT id, number, customer_id, subscription_id, status, currency, subtotal, tax, total, issued_at, due_at, paid_at
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
    self.init(
      id: id, number: try row.get("number"), customerID: try row.get("customer_id"),
      subscriptionID: try row.get("subscription_id"), status: try row.get("status"), lines: lines[id] ?? [],
      subtotal: Money(minorUnits: try row.get("subtotal"), currency: currency),
      tax: Money(minorUnits: try row.get("tax"), currency: currency),
      total: Money(minorUnits: try row.get("total"), currency: currency), issuedAt: try row.get("issued_at"),
      dueAt: try row.get("due_at"), paidAt: try row.get("paid_at"))
  }
}
