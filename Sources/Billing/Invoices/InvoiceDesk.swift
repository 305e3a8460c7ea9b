public import Core
public import Database

/// What happens to issued invoices: they are paid, voided and credited, each with its ledger entry.
///
/// Each call is one part of the caller's transaction, so that what is given for the money (a licence) is given exactly
/// when the money is booked. What an invoice's end means for its subscription is ``SubscriptionDesk/settled(_:at:)``.
public struct InvoiceDesk: Sendable {
  private let connection: Connection
  private let invoices: InvoiceStore
  private let ledger: LedgerStore

  /// - Parameter connection: with a transaction open.
  public init(_ connection: Connection) {
    self.connection = connection
    invoices = InvoiceStore(connection)
    ledger = LedgerStore(connection)
  }

  /// Books the payment of all that is due. Telling the same payment again changes nothing, however many do it at once:
  /// the invoice's row lock lets them in one by one.
  /// - Returns: the payment, and whether it is new.
  /// - Throws: ``BillingError/noSuchInvoice``, ``BillingError/alreadyPaid(reference:)`` for another reference, and
  ///   ``BillingError/illegalInvoice(_:)`` for one that is void, or paid without a payment.
  public func pay(
    _ id: Int64, _ receipt: PaymentReceipt, at now: Timestamp
  ) async throws -> (invoice: Invoice, payment: Payment, isNew: Bool) {
    let invoice = try await locked(id)
    let payments = PaymentStore(connection)
    if let payment = try await payments.find(invoice: id) {
      guard payment.reference == receipt.reference else {
        throw BillingError.alreadyPaid(reference: payment.reference)
      }
      return (invoice, payment, false)
    }
    guard invoice.status == .open else { throw BillingError.illegalInvoice(invoice.status) }
    let payment = try await payments.record(receipt, of: invoice, at: now)
    try await invoices.settle(invoice, due: .zero(invoice.due.currency), at: now)
    try await ledger.post(try .paid(invoice, payment.amount, at: now))
    return (try await locked(id), payment, true)
  }

  /// Withdraws an open invoice. What the credit balance paid of it goes back there.
  /// - Throws: ``BillingError/illegalInvoice(_:)`` unless it is open.
  public func void(_ id: Int64, at now: Timestamp) async throws -> Invoice {
    let invoice = try await locked(id)
    guard invoice.status == .open else { throw BillingError.illegalInvoice(invoice.status) }
    try await invoices.void(invoice, at: now)
    try await ledger.post(try .voided(invoice, at: now))
    if invoice.creditApplied.isPositive {
      try await CreditBalanceStore(connection).add(invoice.creditApplied, to: invoice.customerID)
      try await ledger.post(try .creditReturned(invoice, invoice.creditApplied, at: now))
    }
    return try await locked(id)
  }

  /// Takes back a part of an invoice, tax included: first what is still due, then what was paid. The tax is taken back
  /// in the proportion of the whole, so that credit notes over all of it take back all of its tax.
  /// - Parameter amount: above zero.
  /// - Returns: the credit note, and the refund that it leads to.
  /// - Throws: ``BillingError/creditTooLarge(left:)``, and ``BillingError/illegalInvoice(_:)`` for a void one.
  public func credit(
    _ id: Int64, amount: Money, reason: String, to destination: CreditNote.Destination, at now: Timestamp
  ) async throws -> (note: CreditNote, refund: Refund?) {
    let invoice = try await locked(id)
    guard invoice.status != .void else { throw BillingError.illegalInvoice(.void) }
    let creditable = try invoice.creditable
    guard amount.isPositive, amount.currency == creditable.currency, amount.minorUnits <= creditable.minorUnits else {
      throw BillingError.creditTooLarge(left: creditable)
    }
    let payment = try await PaymentStore(connection).find(invoice: id)
    let draft = try Self.draft(invoice, payment, amount, reason, destination)
    let note = try await CreditNoteStore(connection).issue(draft, at: now)
    try await invoices.credit(invoice, note)
    if note.reducedDue.isPositive {
      try await invoices.settle(invoice, due: try invoice.due.subtracting(note.reducedDue), at: now)
    }
    try await ledger.post(try .credited(note))
    if note.toBalance.isPositive {
      try await CreditBalanceStore(connection).add(note.toBalance, to: invoice.customerID)
    }
    guard note.toRefund.isPositive, let payment else { return (note, nil) }
    try await PaymentStore(connection).addRefund(note.toRefund, to: payment.id)
    return (note, try await RefundStore(connection).create(note, of: payment, at: now))
  }

  private static func draft(
    _ invoice: Invoice, _ payment: Payment?, _ amount: Money, _ reason: String, _ destination: CreditNote.Destination
  ) throws -> CreditNoteStore.Draft {
    let credited = try invoice.credited.adding(amount)
    let tax = try invoice.tax.share(credited.minorUnits, of: invoice.total.minorUnits).subtracting(invoice.creditedTax)
    let reduced = try amount.capped(at: invoice.due)
    let rest = try amount.subtracting(reduced)
    var refund = Money.zero(amount.currency)
    if destination == .refund, let payment { refund = try rest.capped(at: payment.refundable) }
    return CreditNoteStore.Draft(
      invoice: invoice, amount: amount, tax: tax, reducedDue: reduced, toBalance: try rest.subtracting(refund),
      toRefund: refund, reason: reason)
  }

  /// A refund has left us. Telling it again changes nothing.
  public func refunded(_ id: Int64, reference: String, at now: Timestamp) async throws -> Refund? {
    let store = RefundStore(connection)
    guard let refund = try await lockedRefund(id), refund.status == .pending else { return try await store.find(id) }
    try await store.settle(refund, .paid, reference: reference, failure: nil, at: now)
    try await ledger.post(try .refundPaid(refund, of: refund.invoiceID, at: now))
    return try await store.find(id)
  }

  /// A refund cannot be sent, or was sent and came back: the customer gets it to his credit, and its payment can be
  /// refunded again. Telling it again changes nothing.
  /// - Parameter reference: what the provider calls it, if it got that far.
  /// - Returns: the refund, and whether it had not failed before; nil when there is no such refund.
  public func refundFailed(
    _ id: Int64, _ failure: String, reference: String? = nil, at now: Timestamp
  ) async throws -> (refund: Refund, isNew: Bool)? {
    let store = RefundStore(connection)
    guard let refund = try await lockedRefund(id) else { return nil }
    guard refund.status != .failed else { return (refund: refund, isNew: false) }
    try await store.settle(refund, .failed, reference: refund.reference ?? reference, failure: failure, at: now)
    let entry: LedgerEntry =
      switch refund.status {
      case .paid: try .refundReturned(refund, of: refund.invoiceID, at: now)
      case .pending, .failed: try .refundFailed(refund, of: refund.invoiceID, at: now)
      }
    try await ledger.post(entry)
    let invoice = try await locked(refund.invoiceID)
    try await CreditBalanceStore(connection).add(refund.amount, to: invoice.customerID)
    try await PaymentStore(connection).addRefund(try refund.amount.negated(), to: refund.paymentID)
    guard let failed = try await store.find(id) else { return nil }
    return (refund: failed, isNew: true)
  }

  /// With its invoice locked before it, in the order in which everything here takes them.
  private func lockedRefund(_ id: Int64) async throws -> Refund? {
    let store = RefundStore(connection)
    guard let known = try await store.find(id) else { return nil }
    _ = try await locked(known.invoiceID)
    return try await store.lock(id)
  }

  private func locked(_ id: Int64) async throws -> Invoice {
    guard let invoice = try await invoices.lock(id) else { throw BillingError.noSuchInvoice }
    return invoice
  }
}
