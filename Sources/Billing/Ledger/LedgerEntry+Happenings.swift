import Core

/// What can happen to an invoice, as the accounts see it.
extension LedgerEntry {
  /// The customer owes the total; we have earned the net and owe the tax.
  static func issued(_ invoice: Invoice) throws -> LedgerEntry {
    try LedgerEntry(
      kind: .invoiceIssued, invoiceID: invoice.id, at: invoice.issuedAt,
      postings: [
        Posting(.receivable, invoice.total), Posting(.revenue, try invoice.net.negated()),
        Posting(.taxPayable, try invoice.tax.negated()),
      ])
  }

  /// The customer's debt has become cash.
  static func paid(_ invoice: Invoice, _ amount: Money, at now: Timestamp) throws -> LedgerEntry {
    try transfer(.paymentReceived, of: invoice.id, amount, from: .receivable, to: .cash, at: now)
  }

  /// The customer's debt is set against what he has to his credit.
  static func creditApplied(_ invoice: Invoice, _ amount: Money, at now: Timestamp) throws -> LedgerEntry {
    try transfer(.creditApplied, of: invoice.id, amount, from: .receivable, to: .customerCredit, at: now)
  }

  /// And back, because there is no debt any more.
  static func creditReturned(_ invoice: Invoice, _ amount: Money, at now: Timestamp) throws -> LedgerEntry {
    try transfer(.creditReturned, of: invoice.id, amount, from: .customerCredit, to: .receivable, at: now)
  }

  /// What was earned and owed as tax is less; so is the debt, or the customer has it to his credit or coming back.
  static func credited(_ note: CreditNote) throws -> LedgerEntry {
    try LedgerEntry(
      kind: .creditNoteIssued, invoiceID: note.invoiceID, sourceID: note.id, at: note.issuedAt,
      postings: [
        Posting(.revenue, try note.amount.subtracting(note.tax)), Posting(.taxPayable, note.tax),
        Posting(.receivable, try note.reducedDue.negated()), Posting(.customerCredit, try note.toBalance.negated()),
        Posting(.refundsPayable, try note.toRefund.negated()),
      ])
  }

  /// The invoice's own entry backwards, less what credit notes took back before.
  static func voided(_ invoice: Invoice, at now: Timestamp) throws -> LedgerEntry {
    let tax = try invoice.tax.subtracting(invoice.creditedTax)
    let left = try invoice.total.subtracting(invoice.credited)
    return try LedgerEntry(
      kind: .invoiceVoided, invoiceID: invoice.id, at: now,
      postings: [
        Posting(.revenue, try left.subtracting(tax)), Posting(.taxPayable, tax),
        Posting(.receivable, try left.negated()),
      ])
  }

  static func refundPaid(_ refund: Refund, of invoice: Int64, at now: Timestamp) throws -> LedgerEntry {
    try transfer(
      .refundPaid, of: invoice, source: refund.id, refund.amount, from: .cash, to: .refundsPayable, at: now)
  }

  /// It cannot go back the way it came: the customer has it to his credit instead.
  static func refundFailed(_ refund: Refund, of invoice: Int64, at now: Timestamp) throws -> LedgerEntry {
    try transfer(
      .refundFailed, of: invoice, source: refund.id, refund.amount, from: .customerCredit, to: .refundsPayable, at: now)
  }

  /// It had left us and the bank sent it back: the customer has it to his credit instead.
  static func refundReturned(_ refund: Refund, of invoice: Int64, at now: Timestamp) throws -> LedgerEntry {
    try transfer(
      .refundReturned, of: invoice, source: refund.id, refund.amount, from: .customerCredit, to: .cash, at: now)
  }

  private static func transfer(
    _ kind: Kind, of invoice: Int64, source: Int64 = 0, _ amount: Money, from: LedgerAccount, to: LedgerAccount,
    at now: Timestamp
  ) throws -> LedgerEntry {
    try LedgerEntry(
      kind: kind, invoiceID: invoice, sourceID: source, at: now,
      postings: [Posting(to, amount), Posting(from, try amount.negated())])
  }
}
