import Billing
import Core
import Database

/// Tells what billing has done, in the transaction that did it: the licence follows, other systems get events, the
/// customer gets mails.
struct BillingNews: Sendable {
  let follower: LicenseFollower
  let mail: MailJobs

  /// What a billing run did.
  func tell(_ event: BillingEvent, in connection: Connection, at now: Timestamp) async throws {
    if case .refundFailed(let refund, let invoice) = event {
      return try await refundFailed(refund, of: invoice, by: .server, in: connection, at: now)
    }
    guard let subscription = event.subscription else { return }
    let license = try await follower.follow(subscription, in: connection, at: now)
    switch event {
    case .renewed(_, let invoice):
      try await issued(invoice, in: connection, at: now)
      if invoice.status == .paid { try await paid(invoice, in: connection, at: now) }
    case .collected(_, let invoice):
      try await paid(invoice, in: connection, at: now)
      try await mail(PaymentReceivedMail(invoice), about: invoice, in: connection)
    case .notCollected(_, let invoice, let outcome, let attempt):
      try await notCollected(invoice, outcome, attempt, in: connection, at: now)
    case .suspended:
      if let license {
        try await mail.enqueue(
          SubscriptionSuspendedMail(plan: license.plan.name), to: license.customerEmail, customer: license.customerID,
          in: connection)
      }
    case .canceled, .expired: return try await ended(subscription, in: connection, at: now)
    case .refundFailed: break
    }
    try await changed(subscription, in: connection, at: now)
  }

  func issued(_ invoice: Invoice, in connection: Connection, at now: Timestamp) async throws {
    try await VendorEventStore(connection).record(
      VendorEvent(.invoiceIssued, customer: invoice.customerID, data: ["invoice": invoice.json]), at: now)
  }

  func paid(_ invoice: Invoice, in connection: Connection, at now: Timestamp) async throws {
    try await VendorEventStore(connection).record(
      VendorEvent(.invoicePaid, customer: invoice.customerID, data: ["invoice": invoice.json]), at: now)
  }

  func refunded(_ note: CreditNote, of invoice: Invoice, in connection: Connection, at now: Timestamp) async throws {
    try await VendorEventStore(connection).record(
      VendorEvent(
        .invoiceRefunded, customer: invoice.customerID, data: ["invoice": invoice.json, "credit_note": note.json]),
      at: now)
  }

  /// The vendor has to look at it: it stands beside the licence and in the log, the endpoints are told, and whoever
  /// gets the alarms has a mail.
  func refundFailed(
    _ refund: Refund, of invoice: Invoice, by actor: Actor, in connection: Connection, at now: Timestamp
  ) async throws {
    try await VendorEventStore(connection).record(
      VendorEvent(
        .invoiceRefundFailed, customer: invoice.customerID, data: ["invoice": invoice.json, "refund": refund.json]),
      at: now)
    try await AuditStore(connection).append(
      AuditEntry(action: "refund.fail", subject: "refund:\(refund.id)", after: refund.json), by: actor, at: now)
    if let id = invoice.subscriptionID, let license = try await LicenseStore(connection).find(subscription: id) {
      let text = """
        A refund of \(refund.amount) of invoice \(invoice.number) failed and is the customer's credit. \
        \(refund.failure ?? "")
        """
      _ = try await LicenseNoteStore(connection).add(text, to: license.id, by: actor.name, at: now)
    }
    guard let customer = try await CustomerStore(connection).find(invoice.customerID) else { return }
    try await mail.alarm(RefundFailedMail(refund, of: invoice, customer: customer), in: connection)
  }

  func changed(_ subscription: Subscription, in connection: Connection, at now: Timestamp) async throws {
    try await VendorEventStore(connection).record(
      VendorEvent(
        .subscriptionUpdated, customer: subscription.customerID, data: ["subscription": subscription.json]), at: now)
  }

  func begun(_ subscription: Subscription, in connection: Connection, at now: Timestamp) async throws {
    try await VendorEventStore(connection).record(
      VendorEvent(
        .subscriptionCreated, customer: subscription.customerID, data: ["subscription": subscription.json]), at: now)
  }

  func ended(_ subscription: Subscription, in connection: Connection, at now: Timestamp) async throws {
    try await VendorEventStore(connection).record(
      VendorEvent(
        .subscriptionCanceled, customer: subscription.customerID, data: ["subscription": subscription.json]), at: now)
  }

  private func notCollected(
    _ invoice: Invoice, _ outcome: CollectionOutcome, _ attempt: Int, in connection: Connection, at now: Timestamp
  ) async throws {
    var reason: String?
    if case .declined(let code, let message) = outcome {
      reason = message
      try await VendorEventStore(connection).record(
        VendorEvent(
          .invoicePaymentFailed, customer: invoice.customerID,
          data: ["invoice": invoice.json, "attempt": .int(attempt), "code": .string(code)]),
        at: now)
    }
    try await mail(
      PaymentDueMail(
        invoice, attempt: attempt, reason: reason, next: Dunning.nextAttempt(after: attempt, since: invoice.issuedAt)),
      about: invoice, in: connection)
  }

  /// To the invoice's customer.
  func mail(_ template: some MailTemplate, about invoice: Invoice, in connection: Connection) async throws {
    guard let customer = try await CustomerStore(connection).find(invoice.customerID) else { return }
    try await mail.enqueue(template, to: customer.email, customer: customer.id, in: connection)
  }
}
