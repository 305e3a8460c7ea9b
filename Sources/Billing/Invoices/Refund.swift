public import Core
public import Database

/// Money that goes back to a customer because of a credit note.
public struct Refund: Hashable, Sendable, Identifiable {
  public enum Status: String, Sendable, CaseIterable, SQLValue, SQLDecodable {
    /// Promised; the provider, or the staff, have to send it.
    case pending
    case paid
    /// It could not be sent, or came back: the customer has it to his credit.
    case failed
  }

  public let id: Int64
  public let paymentID: Int64
  public let creditNoteID: Int64
  public let invoiceID: Int64
  /// The provider is told it, so that asking twice gives it once.
  public let key: String
  public let amount: Money
  public let status: Status
  public let reference: String?
  public let failure: String?
  public let createdAt: Timestamp
  public let settledAt: Timestamp?
}

/// All SQL on refunds.
public struct RefundStore: Sendable {
  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  func create(_ note: CreditNote, of payment: Payment, at now: Timestamp) async throws(DatabaseError) -> Refund {
    let key = "credit-note-\(note.id)"
    let row = try await database.one(
      """
      INSERT INTO license.refunds (payment_id, credit_note_id, key, currency, amount, status, created_at)
      VALUES (\(payment.id), \(note.id), \(key), \(note.toRefund.currency),
        \(note.toRefund.minorUnits), 'pending', \(now))
      RETURNING id
      """)
    return Refund(
      id: try row.get("id"), paymentID: payment.id, creditNoteID: note.id, invoiceID: note.invoiceID, key: key,
      amount: note.toRefund, status: .pending, reference: nil, failure: nil, createdAt: now, settledAt: nil)
  }

  public func find(_ id: Int64) async throws(DatabaseError) -> Refund? {
    try await refunds("WHERE r.id = \(id)").first
  }

  public func find(creditNote: Int64) async throws(DatabaseError) -> Refund? {
    try await refunds("WHERE r.credit_note_id = \(creditNote)").first
  }

  /// The same, and nobody else changes it until the transaction ends.
  func lock(_ id: Int64) async throws(DatabaseError) -> Refund? {
    try await refunds("WHERE r.id = \(id) FOR UPDATE OF r").first
  }

  /// Those of a payment, the oldest first.
  func all(of payment: Int64) async throws(DatabaseError) -> [Refund] {
    try await refunds("WHERE r.payment_id = \(payment) ORDER BY r.id LIMIT 500")
  }

  /// Those that providers still have to be asked for, the oldest first.
  func pending(after id: Int64, limit: Int) async throws(DatabaseError) -> [Refund] {
    try await refunds("WHERE r.status = 'pending' AND r.id > \(id) ORDER BY r.id LIMIT \(limit)")
  }

  /// The refunds a request asks for (`status=`, `invoice_id=`), the newest first; the cursor is an id.
  public func list(_ page: PageRequest) async throws(DatabaseError) -> Page<Refund> {
    let after = page.cursor.flatMap { Int64($0) }
    let invoice = page.filters["invoice_id"].map { Int64($0) ?? 0 }
    let found = try await refunds(
      """
      WHERE (\(after)::bigint IS NULL OR r.id < \(after))
        AND (\(invoice)::bigint IS NULL OR n.invoice_id = \(invoice))
        AND (\(page.filters["status"])::text IS NULL OR r.status = \(page.filters["status"]))
      ORDER BY r.id DESC LIMIT \(page.limit + 1)
      """)
    return Page(fetched: found, limit: page.limit) { String($0.id) }
  }

  /// - Parameter refund: as it was locked.
  func settle(
    _ refund: Refund, _ status: Refund.Status, reference: String?, failure: String?, at now: Timestamp
  ) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.refunds SET status = \(status), reference = \(reference), failure = \(failure),
        settled_at = \(now)
      WHERE id = \(refund.id) AND status = \(refund.status)
      """)
  }

  private func refunds(_ condition: SQL) async throws(DatabaseError) -> [Refund] {
    let rows = try await database.query(
      """
      SELECT r.id, r.payment_id, r.credit_note_id, n.invoice_id, r.key, r.currency, r.amount, r.status, r.reference,
        r.failure, r.created_at, r.settled_at
      FROM license.refunds r JOIN license.credit_notes n ON n.id = r.credit_note_id \(condition)
      """)
    var refunds: [Refund] = []
    for row in rows { refunds.append(try Refund(row)) }
    return refunds
  }
}

extension Refund {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      id: try row.get("id"), paymentID: try row.get("payment_id"), creditNoteID: try row.get("credit_note_id"),
      invoiceID: try row.get("invoice_id"), key: try row.get("key"),
      amount: Money(minorUnits: try row.get("amount"), currency: try row.get("currency")),
      status: try row.get("status"), reference: try row.get("reference"), failure: try row.get("failure"),
      createdAt: try row.get("created_at"), settledAt: try row.get("settled_at"))
  }
}
