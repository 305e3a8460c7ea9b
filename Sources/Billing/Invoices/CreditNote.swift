public import Core
public import Database

/// Takes back an invoice, or a part of it. What was not paid yet is not asked for any more; the rest the customer has to
/// his credit, or gets back.
public struct CreditNote: Hashable, Sendable, Identifiable {
  /// Where goes what was paid already.
  public enum Destination: String, Sendable, CaseIterable {
    case balance
    /// Back the way the payment came, as far as it came by one; the rest to the balance.
    case refund
  }

  public let id: Int64
  /// `CN-2026-000007`
  public let number: String
  public let invoiceID: Int64
  /// With the tax.
  public let amount: Money
  public let tax: Money
  /// What of it was still to be paid.
  public let reducedDue: Money
  public let toBalance: Money
  public let toRefund: Money
  public let reason: String
  public let issuedAt: Timestamp
}

/// All SQL on credit notes.
public struct CreditNoteStore: Sendable {
  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// What a credit note is made from.
  struct Draft {
    let invoice: Invoice
    let amount: Money
    let tax: Money
    let reducedDue: Money
    let toBalance: Money
    let toRefund: Money
    let reason: String
  }

  func issue(_ draft: Draft, at now: Timestamp) async throws(DatabaseError) -> CreditNote {
    let number = try await InvoiceNumbers(database: database).next(prefix: "CN-", at: now)
    return try CreditNote(
      await database.one(
        """
        INSERT INTO license.credit_notes
          (number, invoice_id, currency, amount, tax, reduced_due, to_balance, to_refund, reason, issued_at)
        VALUES (\(number), \(draft.invoice.id), \(draft.amount.currency), \(draft.amount.minorUnits),
          \(draft.tax.minorUnits), \(draft.reducedDue.minorUnits), \(draft.toBalance.minorUnits),
          \(draft.toRefund.minorUnits), \(draft.reason), \(now))
        RETURNING \(CreditNote.columns)
        """))
  }

  public func all(of invoice: Int64) async throws(DatabaseError) -> [CreditNote] {
    try await notes("WHERE invoice_id = \(invoice) ORDER BY id LIMIT 500")
  }

  public func all(ofCustomers customers: [Int64]) async throws(DatabaseError) -> [CreditNote] {
    try await notes(
      """
      WHERE invoice_id IN (SELECT i.id FROM license.invoices i WHERE i.customer_id = ANY(\(customers)))
      ORDER BY id DESC LIMIT 500
      """)
  }

  /// The credit notes a request asks for (`invoice_id=`), the newest first; the cursor is an id.
  public func list(_ page: PageRequest) async throws(DatabaseError) -> Page<CreditNote> {
    let after = page.cursor.flatMap { Int64($0) }
    let invoice = page.filters["invoice_id"].map { Int64($0) ?? 0 }
    let found = try await notes(
      """
      WHERE (\(after)::bigint IS NULL OR id < \(after)) AND (\(invoice)::bigint IS NULL OR invoice_id = \(invoice))
      ORDER BY id DESC LIMIT \(page.limit + 1)
      """)
    return Page(fetched: found, limit: page.limit) { String($0.id) }
  }

  private func notes(_ condition: SQL) async throws(DatabaseError) -> [CreditNote] {
    let rows = try await database.query("SELECT \(CreditNote.columns) FROM license.credit_notes \(condition)")
    var notes: [CreditNote] = []
    for row in rows { notes.append(try CreditNote(row)) }
    return notes
  }
}

extension CreditNote {
  fileprivate static let columns: SQL =
    "id, number, invoice_id, currency, amount, tax, reduced_due, to_balance, to_refund, reason, issued_at"

  fileprivate init(_ row: Row) throws(DatabaseError) {
    let currency: Currency = try row.get("currency")
    self.init(
      id: try row.get("id"), number: try row.get("number"), invoiceID: try row.get("invoice_id"),
      amount: Money(minorUnits: try row.get("amount"), currency: currency),
      tax: Money(minorUnits: try row.get("tax"), currency: currency),
      reducedDue: Money(minorUnits: try row.get("reduced_due"), currency: currency),
      toBalance: Money(minorUnits: try row.get("to_balance"), currency: currency),
      toRefund: Money(minorUnits: try row.get("to_refund"), currency: currency), reason: try row.get("reason"),
      issuedAt: try row.get("issued_at"))
  }
}
