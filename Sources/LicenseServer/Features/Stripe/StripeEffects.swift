import Billing
import Core
import Database

/// What Stripe's word means to us, as a part of the transaction that takes it in: the books, the licence that follows
/// them, those who are told, and the audit log.
struct StripeEffects: Sendable {
  let news: BillingNews

  private static let actor = Actor(name: "Stripe", address: nil)

  /// As ``StripeInbox/Effects``.
  @Sendable func follow(
    _ change: StripeChange, _ content: StripeNews.Content, of type: String?, in connection: Connection,
    at now: Timestamp
  ) async throws {
    switch change {
    case .nothing: break
    case .subscription(let former, let subscription): try await changed(former, subscription, connection, now)
    case .invoice(let former, let invoice, let subscription):
      try await changed(former, invoice, subscription, connection, now)
    case .refunds(let booked, let failed, let invoice):
      for note in booked { try await refunded(note, invoice, connection, now) }
      for refund in failed {
        try await news.refundFailed(refund, of: invoice, by: Self.actor, in: connection, at: now)
      }
    case .dispute(let dispute, let former, let invoice): try await disputed(dispute, former, invoice, connection, now)
    }
    if type == "invoice.payment_failed", case .invoice(let theirs) = content {
      try await failed(theirs, connection, now)
    }
  }

  private func changed(
    _ former: Subscription, _ subscription: Subscription, _ connection: Connection, _ now: Timestamp
  ) async throws {
    try await follow(subscription, connection, now)
    if subscription.status.hasEnded {
      try await news.ended(subscription, in: connection, at: now)
    } else if former.current == nil, subscription.current != nil {
      try await news.begun(subscription, in: connection, at: now)
    } else {
      try await news.changed(subscription, in: connection, at: now)
    }
    try await audit(
      "subscription.change", "subscription:\(subscription.id)", before: former.json, after: subscription.json,
      connection, now)
  }

  private func changed(
    _ former: Invoice?, _ invoice: Invoice, _ subscription: Subscription, _ connection: Connection, _ now: Timestamp
  ) async throws {
    try await follow(subscription, connection, now)
    if former == nil, invoice.purpose != .order { try await news.issued(invoice, in: connection, at: now) }
    if invoice.status == .paid {
      try await news.paid(invoice, in: connection, at: now)
      try await news.mail(PaymentReceivedMail(invoice), about: invoice, in: connection)
    }
    let action =
      switch invoice.status {
      case .open: "issue"
      case .paid: "mark_paid"
      case .void: "void"
      }
    try await audit(
      "invoice.\(action)", Cashier.subject(invoice.id), before: .optional(former?.json), after: invoice.json,
      connection,
      now)
  }

  /// Whoever gets a new licence is told.
  private func follow(_ subscription: Subscription, _ connection: Connection, _ now: Timestamp) async throws {
    let known = try await LicenseStore(connection).find(subscription: subscription.id)
    let license = try await news.follower.follow(subscription, in: connection, at: now)
    guard known == nil, let license else { return }
    try await news.mail.enqueue(
      LicenseReadyMail(plan: license.plan.name), to: license.customerEmail, customer: license.customerID,
      in: connection)
  }

  /// Stripe tries again by itself, and writes to the customer.
  private func failed(_ theirs: StripeInvoice, _ connection: Connection, _ now: Timestamp) async throws {
    guard let invoice = try await InvoiceStore(connection).find(providerReference: theirs.id),
      invoice.status == .open
    else { return }
    try await VendorEventStore(connection).record(
      VendorEvent(
        .invoicePaymentFailed, customer: invoice.customerID,
        data: ["invoice": invoice.json, "next_attempt_at": JSONValue(theirs.nextAttemptAt)]), at: now)
  }

  private func refunded(
    _ note: CreditNote, _ invoice: Invoice, _ connection: Connection, _ now: Timestamp
  ) async throws {
    try await news.refunded(note, of: invoice, in: connection, at: now)
    try await audit("invoice.credit", Cashier.subject(invoice.id), before: .null, after: note.json, connection, now)
  }

  /// The vendor has to look at it: it stands beside the licence and in the log, and the endpoints are told.
  private func disputed(
    _ dispute: StripeDispute, _ former: String?, _ invoice: Invoice, _ connection: Connection, _ now: Timestamp
  ) async throws {
    let amount = Money(minorUnits: dispute.amount, currency: dispute.currency)
    let facts: JSONObject = [
      "dispute": .string(dispute.id), "amount": .string(amount.decimal), "currency": .string(amount.currency.code),
      "reason": .string(dispute.reason), "status": .string(dispute.status),
    ]
    if let id = invoice.subscriptionID, let license = try await LicenseStore(connection).find(subscription: id) {
      let text = """
        The payment of invoice \(invoice.number) is disputed at Stripe: \(amount), \(dispute.reason), \(dispute.status).
        """
      _ = try await LicenseNoteStore(connection).add(text, to: license.id, by: Self.actor.name, at: now)
    }
    var data = facts
    data["invoice"] = invoice.json
    try await VendorEventStore(connection).record(
      VendorEvent(.invoiceDisputed, customer: invoice.customerID, data: data), at: now)
    try await audit(
      "invoice.dispute", Cashier.subject(invoice.id), before: former.map { ["status": .string($0)] } ?? .null,
      after: .object(facts), connection, now)
  }

  private func audit(
    _ action: String, _ subject: String, before: JSONValue, after: JSONValue, _ connection: Connection,
    _ now: Timestamp
  ) async throws {
    try await AuditStore(connection).append(
      AuditEntry(action: action, subject: subject, before: before, after: after), by: Self.actor, at: now)
  }
}
