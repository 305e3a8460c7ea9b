public import Core
public import Database

/// All SQL on invoices.
public struct InvoiceStore: Sendable {
  let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// Issues the invoice: gives it the next number of its year, books it, and pays of it what the customer has to his
  /// credit; when that is all, the invoice is paid. To be called late in a transaction.
  public func issue(_ draft: InvoiceDraft, at now: Timestamp) async throws -> Invoice {
    let billTo = try await BillingDetailsStore(database).find(customer: draft.customerID)
    var applied = Money.zero(draft.total.currency)
    if draft.usesCredit {
      applied = try await CreditBalanceStore(database).take(upTo: draft.total, from: draft.customerID)
    }
    let due = try draft.total.subtracting(applied)
    let number = try await InvoiceNumbers(database: database).next(at: now)
    let row = try await database.one(
      """
      INSERT INTO license.invoices
        (number, customer_id, subscription_id, purpose, status, currency, subtotal, discount, coupon_id, tax_rate_id,
         tax_label, tax_rate, tax_is_inclusive, is_reverse_charge, tax, total, credit_applied, due, bill_to,
         covers_from, covers_to, issued_at, due_at, paid_at, provider_reference)
      VALUES (\(number), \(draft.customerID), \(draft.subscriptionID), \(draft.purpose),
        \(due.isZero ? Invoice.Status.paid : .open), \(draft.total.currency), \(draft.subtotal.minorUnits),
        \(draft.discount.amount.minorUnits), \(draft.discount.couponID), \(draft.treatment.rateID),
        \(draft.treatment.label), \(draft.treatment.charged.millionths)::int, \(draft.treatment.isInclusive),
        \(draft.treatment.isReverseCharge), \(draft.tax.minorUnits), \(draft.total.minorUnits),
        \(applied.minorUnits), \(due.minorUnits), \(billTo.json), \(draft.covers?.start), \(draft.covers?.end), \(now),
        \(now + draft.term), \(due.isZero ? now : nil), \(draft.providerReference))
      RETURNING id
      """)
    let id: Int64 = try row.get("id")
    try await insert(draft.lines, of: id)
    guard let invoice = try await find(id) else { throw BillingError.noSuchInvoice }
    let ledger = LedgerStore(database)
    try await ledger.post(try .issued(invoice))
    if applied.isPositive { try await ledger.post(try .creditApplied(invoice, applied, at: now)) }
    return invoice
  }

  private func insert(_ lines: [Invoice.Line], of invoice: Int64) async throws {
    try await database.execute(
      """
      INSERT INTO license.invoice_lines (invoice_id, position, description, quantity, unit_amount, amount)
      SELECT \(invoice), l.position, l.description, l.quantity, l.unit_amount, l.quantity * l.unit_amount
      FROM unnest(\(lines.map(\.description))::text[], \(lines.map(\.quantity))::bigint[],
        \(lines.map(\.unitAmount.minorUnits))::bigint[])
        WITH ORDINALITY AS l (description, quantity, unit_amount, position)
      """)
  }

  public func find(_ id: Int64) async throws -> Invoice? {
    try await invoices("WHERE id = \(id)").first
  }

  public func find(providerReference: String) async throws -> Invoice? {
    try await invoices("WHERE provider_reference = \(providerReference)").first
  }

  /// The same, and nobody else changes it until the transaction ends.
  public func lock(_ id: Int64) async throws -> Invoice? {
    try await invoices("WHERE id = \(id) FOR UPDATE").first
  }

  /// Those of a subscription that still wait for money, the oldest first; locked to the end of the transaction.
  func lockOpen(of subscription: Int64) async throws -> [Invoice] {
    try await invoices("WHERE subscription_id = \(subscription) AND status = 'open' ORDER BY id LIMIT 100 FOR UPDATE")
  }

  /// The paid invoice for the use of the subscription's time up to `end`: the newest, which an upgrade left in charge.
  func covering(_ subscription: Int64, to end: Timestamp) async throws -> Invoice? {
    try await invoices(
      """
      WHERE subscription_id = \(subscription) AND status = 'paid' AND covers_to = \(end)
      ORDER BY covers_from DESC, id DESC LIMIT 1 FOR UPDATE
      """
    ).first
  }

  func settle(_ invoice: Invoice, due: Money, at now: Timestamp) async throws {
    try await database.execute(
      """
      UPDATE license.invoices SET due = \(due.minorUnits),
        status = \(due.isZero ? Invoice.Status.paid : .open), paid_at = \(due.isZero ? now : nil)
      WHERE id = \(invoice.id) AND status = 'open'
      """)
  }

  /// The time of use that an order paid for, which began with its payment.
  func cover(_ invoice: Invoice, _ span: Subscription.Span) async throws {
    try await database.execute(
      """
      UPDATE license.invoices SET covers_from = \(span.start), covers_to = \(span.end) WHERE id = \(invoice.id)
      """)
  }

  func credit(_ invoice: Invoice, _ note: CreditNote) async throws {
    try await database.execute(
      """
      UPDATE license.invoices SET credited = credited + \(note.amount.minorUnits),
        credited_tax = credited_tax + \(note.tax.minorUnits)
      WHERE id = \(invoice.id)
      """)
  }

  func void(_ invoice: Invoice, at now: Timestamp) async throws {
    try await database.execute(
      """
      UPDATE license.invoices SET status = 'void', due = 0, voided_at = \(now)
      WHERE id = \(invoice.id) AND status = 'open'
      """)
  }

  /// The invoices a request asks for (`customer_id=`, `subscription_id=`, `status=`, `q` in the number), the newest
  /// first; the cursor is an id.
  public func list(_ page: PageRequest) async throws -> Page<Invoice> {
    let after = page.cursor.flatMap { Int64($0) }
    let customer = page.filters["customer_id"].map { Int64($0) ?? 0 }
    let subscription = page.filters["subscription_id"].map { Int64($0) ?? 0 }
    let pattern = page.q.map { "%\(LikePattern.escaped($0))%" }
    let found = try await invoices(
      """
      WHERE (\(after)::bigint IS NULL OR id < \(after))
        AND (\(customer)::bigint IS NULL OR customer_id = \(customer))
        AND (\(subscription)::bigint IS NULL OR subscription_id = \(subscription))
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

  /// The open ones, the longest due first.
  public func open(limit: Int) async throws -> [Invoice] {
    try await invoices("WHERE status = 'open' ORDER BY due_at, id LIMIT \(limit)")
  }
}
