import Billing
import Core
import Database

/// Takes payments and gives back. The money is booked, the licence follows and the customer is told in one transaction,
/// so each happens exactly once or not at all.
struct Cashier: Sendable {
  let database: ConnectionPool
  let news: BillingNews
  /// Where an order may be paid by card just now; nil without cards.
  var stripe: StripeDesk? = nil
  let clock: any WallClock

  /// - Returns: the paid invoice, and the licence that its subscription has.
  func markPaid(
    invoice: Int64, reference: String, by actor: Actor
  ) async throws -> (invoice: Invoice, license: License?) {
    try await closeCheckout(of: invoice)
    return try await database.transaction(retries: 3) { connection in
      let now = clock.now()
      let settled = try await ManualBilling(connection).markPaid(invoice: invoice, reference: reference, at: now)
      guard settled.isNew else {
        guard let subscription = settled.subscription else { return (settled.invoice, nil) }
        return (settled.invoice, try await LicenseStore(connection).find(subscription: subscription.id))
      }
      let license = try await tell(settled, in: connection, at: now)
      try await AuditStore(connection).append(
        AuditEntry(
          action: "invoice.mark_paid", subject: Self.subject(invoice), before: ["status": "open"],
          after: [
            "status": "paid", "reference": .string(reference), "total": .string(settled.invoice.total.decimal),
            "currency": .string(settled.invoice.total.currency.code), "license_id": JSONValue(license?.id),
          ]),
        by: actor, at: now)
      return (settled.invoice, license)
    }
  }

  /// Before money is booked that came another way: the customer may have the page to pay by card open.
  private func closeCheckout(of invoice: Int64) async throws {
    guard let stripe, let known = try await InvoiceStore(database).find(invoice), known.status == .open,
      known.purpose == .order, let subscription = known.subscriptionID
    else { return }
    try await stripe.closeCheckout(for: subscription)
  }

  private func tell(_ settled: SettledInvoice, in connection: Connection, at now: Timestamp) async throws -> License? {
    let invoice = settled.invoice
    var license: License?
    if let subscription = settled.subscription {
      license = try await news.follower.follow(subscription, in: connection, at: now)
      // Paid long after its period: the next one has begun already.
      if let end = subscription.current?.end, end <= now {
        try await BillingJobs.enqueue(in: news.mail.queue, connection)
      }
      if invoice.purpose == .order {
        try await news.begun(subscription, in: connection, at: now)
      } else {
        try await news.changed(subscription, in: connection, at: now)
      }
    }
    try await news.paid(invoice, in: connection, at: now)
    if invoice.purpose == .order, let license {
      try await news.mail(LicenseReadyMail(plan: license.plan.name), about: invoice, in: connection)
    } else {
      try await news.mail(PaymentReceivedMail(invoice), about: invoice, in: connection)
    }
    return license
  }

  /// Withdraws an invoice that nothing was paid on. An order is canceled with its invoice; what a running subscription
  /// owes is credited instead, or the subscription canceled.
  func void(invoice id: Int64, by actor: Actor) async throws -> Invoice {
    try await closeCheckout(of: id)
    return try await database.transaction(retries: 3) { connection in
      let now = clock.now()
      guard let known = try await InvoiceStore(connection).find(id) else { throw BillingError.noSuchInvoice }
      if let subscription = known.subscriptionID {
        let running = try await SubscriptionStore(connection).lock(subscription)
        guard running?.status == .incomplete || running?.status.hasEnded == true else {
          throw Problem.conflict(
            "This invoice belongs to a running subscription: credit it, or cancel the subscription.")
        }
      }
      let invoice = try await InvoiceDesk(connection).void(id, at: now)
      if let ended = try await SubscriptionDesk(connection).withdrawn(invoice, at: now) {
        try await news.ended(ended, in: connection, at: now)
      }
      try await AuditStore(connection).append(
        AuditEntry(
          action: "invoice.void", subject: Self.subject(id), before: ["status": .string(known.status.rawValue)],
          after: ["status": "void"]),
        by: actor, at: now)
      return invoice
    }
  }

  /// Takes back an invoice or a part of it.
  /// - Parameter amount: tax included; nil for all that is left.
  func credit(
    invoice id: Int64, amount: Money?, reason: String, to destination: CreditNote.Destination, by actor: Actor
  ) async throws -> (note: CreditNote, refund: Refund?) {
    try await database.transaction(retries: 3) { connection in
      let now = clock.now()
      guard let known = try await InvoiceStore(connection).find(id) else { throw BillingError.noSuchInvoice }
      if let subscription = known.subscriptionID { _ = try await SubscriptionStore(connection).lock(subscription) }
      let credited = try await InvoiceDesk(connection).credit(
        id, amount: try amount ?? known.creditable, reason: reason, to: destination, at: now)
      guard let invoice = try await InvoiceStore(connection).find(id) else { throw BillingError.noSuchInvoice }
      // What was open may be settled by it.
      if known.status == .open, let subscription = try await SubscriptionDesk(connection).settled(invoice, at: now) {
        try await news.follower.follow(subscription, in: connection, at: now)
        try await news.changed(subscription, in: connection, at: now)
      }
      try await news.refunded(credited.note, of: invoice, in: connection, at: now)
      try await AuditStore(connection).append(
        AuditEntry(action: "invoice.credit", subject: Self.subject(id), after: credited.note.json), by: actor, at: now)
      return credited
    }
  }

  /// The staff have transferred a refund.
  func markRefunded(_ id: Int64, reference: String, by actor: Actor) async throws -> Refund {
    try await database.transaction(retries: 3) { connection in
      let now = clock.now()
      let former = try await RefundStore(connection).find(id)
      guard let refund = try await InvoiceDesk(connection).refunded(id, reference: reference, at: now) else {
        throw Problem.notFound("refund")
      }
      guard refund.status == .paid, refund.reference == reference else {
        throw Problem.conflict("This refund is \(refund.status.rawValue) already.", field: "reference")
      }
      guard former?.status == .pending else { return refund }
      try await AuditStore(connection).append(
        AuditEntry(action: "refund.mark_paid", subject: "refund:\(id)", after: refund.json), by: actor, at: now)
      return refund
    }
  }

  static func subject(_ invoice: Int64) -> String { "invoice:\(invoice)" }
}
