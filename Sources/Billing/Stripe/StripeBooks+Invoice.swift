import Core
import Database

extension StripeBooks {
  /// Stripe's invoice is entered under a number of ours, and paid or withdrawn as it is there.
  func take(_ theirs: StripeInvoice, at now: Timestamp) async throws -> StripeChange {
    // A draft is none yet: Stripe still adds to it.
    guard theirs.status != .draft, let reference = theirs.subscription,
      let known = try await subscriptions.find(provider: .stripe, reference: reference),
      let former = try await subscriptions.lock(known.id)
    else { return .nothing }
    var subscription = former
    if theirs.status == .paid, let covers = theirs.covers {
      subscription.paid(through: covers.end)
      if subscription != former { try await subscriptions.save(subscription, at: now) }
    }
    let found = try await invoices.find(providerReference: theirs.id)
    var entered = found
    if entered == nil { entered = try await enter(theirs, of: subscription, at: now) }
    guard let entered else {
      return subscription == former ? .nothing : .subscription(former: former, subscription)
    }
    let invoice = try await settle(entered, as: theirs, at: now)
    if found == invoice {
      return subscription == former ? .nothing : .subscription(former: former, subscription)
    }
    return .invoice(former: found, invoice, subscription)
  }

  /// Nil for one that asks for nothing: a trial's, a withdrawn one, or one that credit at Stripe has paid.
  private func enter(
    _ theirs: StripeInvoice, of subscription: Subscription, at now: Timestamp
  ) async throws -> Invoice? {
    guard theirs.due > 0, theirs.status != .void else { return nil }
    if theirs.isFirst, let ordered = try await links.firstInvoice(of: subscription) {
      if ordered.due == Money(minorUnits: theirs.due, currency: theirs.currency) {
        return try await adopt(ordered, as: theirs)
      }
      // Stripe asks for another sum, a cent of tax for instance. What is really paid has to be on the invoice.
      _ = try await InvoiceDesk(connection).void(ordered.id, at: now)
    }
    return try await invoices.issue(try theirs.draft(of: subscription), at: now)
  }

  /// The order's invoice is the one that Stripe collects.
  private func adopt(_ ordered: Invoice, as theirs: StripeInvoice) async throws -> Invoice {
    try await connection.execute(
      """
      UPDATE license.invoices SET provider_reference = \(theirs.id), covers_from = \(theirs.covers?.start),
        covers_to = \(theirs.covers?.end)
      WHERE id = \(ordered.id)
      """)
    guard let invoice = try await invoices.lock(ordered.id) else { throw BillingError.noSuchInvoice }
    return invoice
  }

  private func settle(_ invoice: Invoice, as theirs: StripeInvoice, at now: Timestamp) async throws -> Invoice {
    guard let locked = try await invoices.lock(invoice.id) else { throw BillingError.noSuchInvoice }
    guard locked.status == .open else { return locked }
    let desk = InvoiceDesk(connection)
    switch theirs.status {
    case .paid:
      let receipt = PaymentReceipt(provider: .stripe, reference: theirs.reference)
      return try await desk.pay(locked.id, receipt, at: theirs.paidAt ?? now).invoice
    case .void: return try await desk.void(locked.id, at: now)
    // One that Stripe has given up on is still owed, and can still be paid.
    case .draft, .open, .uncollectible: return locked
    }
  }
}

extension StripeInvoice {
  /// Whether it is the one that the order waits for.
  fileprivate var isFirst: Bool { reason == nil || reason == "subscription_create" }

  /// What Stripe asks for, with our number.
  fileprivate func draft(of subscription: Subscription) throws -> InvoiceDraft {
    var parts = lines.map { ($0.description, $0.amount) }
    if adjustment != 0 { parts.append(("Discounts and credit", adjustment)) }
    return try InvoiceDraft(
      customerID: subscription.customerID, subscriptionID: subscription.id, purpose: purpose, currency: currency,
      lines: parts.map { text, amount in
        try Invoice.Line(description: text, unitAmount: Money(minorUnits: amount, currency: currency))
      },
      tax: tax == 0 ? .none : .stated(Money(minorUnits: tax, currency: currency), label: "Tax", isInclusive: false),
      term: InvoiceDraft.runningTerm, covers: covers, usesCredit: false, providerReference: id)
  }

  private var purpose: Invoice.Purpose {
    switch reason {
    case "subscription_create": .order
    case "subscription_cycle": .renewal
    case "subscription_update": .upgrade
    default: .other
    }
  }
}
