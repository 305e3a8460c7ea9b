import Core
import Database

extension StripeBooks {
  /// The refunds of a charge become what Stripe says they are: one that was made there is booked, one that we asked for
  /// is settled also when its answer was lost, and one that failed is the customer's credit, however late it did.
  /// - Parameter theirs: all of the charge, the oldest first.
  func take(_ charge: StripeCharge, _ theirs: [StripeRefund], at now: Timestamp) async throws -> StripeChange {
    guard let known = try await links.invoice(ofCharge: charge.id), let invoice = try await invoices.lock(known.id),
      let payment = try await PaymentStore(connection).find(invoice: invoice.id),
      payment.amount.currency == charge.currency
    else { return .nothing }
    let ours = try await RefundStore(connection).all(of: payment.id)
    let sent: Int64 = theirs.filter { !$0.hasFailed }.reduce(0) { $0 + $1.amount }
    var booked: [CreditNote] = []
    var failed: [Refund] = []
    for refund in theirs {
      let known = ours.first { $0.reference == refund.id || ($0.reference == nil && $0.key == refund.ours) }
      if let known {
        if let back = try await settle(known, as: refund, at: now) { failed.append(back) }
      } else if !refund.hasFailed, let note = try await book(refund, of: invoice.id, allSent: sent, at: now) {
        booked.append(note)
      }
    }
    guard !booked.isEmpty || !failed.isEmpty else { return .nothing }
    return .refunds(booked: booked, failed: failed, try await invoices.find(invoice.id) ?? invoice)
  }

  /// - Returns: our refund if it has failed just now.
  private func settle(_ refund: Refund, as theirs: StripeRefund, at now: Timestamp) async throws -> Refund? {
    let desk = InvoiceDesk(connection)
    guard theirs.hasFailed else {
      _ = try await desk.refunded(refund.id, reference: theirs.id, at: now)
      return nil
    }
    let outcome = try await desk.refundFailed(refund.id, theirs.failure, reference: theirs.id, at: now)
    guard let outcome, outcome.isNew else { return nil }
    return outcome.refund
  }

  /// One that was made at Stripe. What we asked for ourselves was counted before Stripe was asked: only what is more
  /// was given back elsewhere.
  /// - Parameter sent: minor units, of all refunds at Stripe that have not failed.
  private func book(
    _ theirs: StripeRefund, of id: Int64, allSent sent: Int64, at now: Timestamp
  ) async throws -> CreditNote? {
    guard let invoice = try await invoices.find(id), let payment = try await PaymentStore(connection).find(invoice: id)
    else { return nil }
    let currency = payment.amount.currency
    let more = Money(minorUnits: sent - payment.refunded.minorUnits, currency: currency)
    let amount = try Money(minorUnits: theirs.amount, currency: currency).capped(at: more)
      .capped(at: payment.refundable).capped(at: invoice.creditable)
    guard amount.isPositive else { return nil }
    let desk = InvoiceDesk(connection)
    let (note, refund) = try await desk.credit(
      id, amount: amount, reason: "Refunded at Stripe", to: .refund, at: now)
    if let refund { _ = try await desk.refunded(refund.id, reference: theirs.id, at: now) }
    return note
  }
}
