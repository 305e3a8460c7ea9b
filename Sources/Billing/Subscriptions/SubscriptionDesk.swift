public import Core
public import Database

/// A plan change that was made.
public struct PlanChangeOutcome: Sendable {
  public let subscription: Subscription
  public let quote: PlanChangeQuote
  /// Over the rest of the period at the new price; nil when nothing was charged.
  public let invoice: Invoice?
  /// Over the rest of the period at the old price.
  public let creditNote: CreditNote?
}

/// How a subscription is ended.
public enum Cancellation: Hashable, Sendable {
  /// It runs to the end of what is paid for.
  case atPeriodEnd
  /// It ends now. What is left of the period is given back, or not (nil).
  case now(credit: CreditNote.Destination?)
}

/// A cancellation that was made.
public struct CancelOutcome: Sendable {
  public let subscription: Subscription
  public let creditNote: CreditNote?
  public let refund: Refund?
  /// Open ones that were withdrawn.
  public let voided: [Invoice]
}

/// What customers and staff do with subscriptions that we run. Those of a provider are changed there:
/// ``BillingError/runByProvider(_:)``.
///
/// Each call is one part of the caller's transaction. Whoever changes a subscription has its licence follow it before
/// that ends.
public struct SubscriptionDesk: Sendable {
  private let connection: Connection
  private let store: SubscriptionStore

  /// - Parameter connection: with a transaction open.
  public init(_ connection: Connection) {
    self.connection = connection
    store = SubscriptionStore(connection)
  }

  /// What a change would do. Nothing is changed.
  public func quote(_ id: Int64, to target: PlanTarget, at now: Timestamp) async throws -> PlanChangeQuote {
    try await facts(try await ours(id), target).quote(at: now)
  }

  public func change(_ id: Int64, to target: PlanTarget, at now: Timestamp) async throws -> PlanChangeOutcome {
    var subscription = try await ours(id)
    let facts = try await facts(subscription, target)
    let quote = try facts.quote(at: now)
    switch quote.kind {
    case .upgrade: return try await upgrade(subscription, facts, quote, at: now)
    case .trial: try subscription.change(to: quote.toPrice, at: now, restarting: false)
    case .downgrade: try subscription.schedule(quote.toPrice)
    case .keep: try subscription.schedule(nil)
    }
    try await store.save(subscription, at: now)
    return PlanChangeOutcome(subscription: subscription, quote: quote, invoice: nil, creditNote: nil)
  }

  private func upgrade(
    _ former: Subscription, _ facts: PlanChangeQuote.Facts, _ quote: PlanChangeQuote, at now: Timestamp
  ) async throws -> PlanChangeOutcome {
    var subscription = former
    var note: CreditNote?
    if let covering = facts.covering, quote.credit.isPositive {
      note = try await InvoiceDesk(connection).credit(
        covering.id, amount: quote.credit, reason: "Unused time on \(quote.from.name)", to: .balance, at: now
      ).note
    }
    try subscription.change(to: quote.toPrice, at: now, restarting: quote.restarts)
    var invoice: Invoice?
    if let covers = quote.covers, quote.charge.isPositive {
      let line = try Invoice.Line(
        description: "Trackily \(quote.to.name), \(covers.text)", unitAmount: quote.charge)
      let draft = try InvoiceDraft(
        customerID: subscription.customerID, subscriptionID: subscription.id, purpose: .upgrade,
        currency: quote.charge.currency, lines: [line],
        discount: .init(couponID: quote.discount.isZero ? nil : facts.coupon?.id, amount: quote.discount),
        tax: facts.treatment, term: InvoiceDraft.runningTerm, covers: covers)
      let issued = try await InvoiceStore(connection).issue(draft, at: now)
      if issued.status == .open { subscription.owe(since: now) } else { subscription.paid(through: covers.end) }
      invoice = issued
    }
    try await store.save(subscription, at: now)
    return PlanChangeOutcome(subscription: subscription, quote: quote, invoice: invoice, creditNote: note)
  }

  public func cancel(_ id: Int64, _ cancellation: Cancellation, at now: Timestamp) async throws -> CancelOutcome {
    var subscription = try await ours(id)
    guard case .now(let destination) = cancellation, subscription.status != .trialing else {
      if cancellation == .atPeriodEnd {
        try subscription.cancelAtPeriodEnd(at: now)
      } else {
        try subscription.cancel(at: now)
      }
      try await store.save(subscription, at: now)
      return CancelOutcome(subscription: subscription, creditNote: nil, refund: nil, voided: [])
    }
    let end = subscription.current?.end
    try subscription.cancel(at: now)
    let desk = InvoiceDesk(connection)
    var voided: [Invoice] = []
    for invoice in try await InvoiceStore(connection).lockOpen(of: id) {
      voided.append(try await desk.void(invoice.id, at: now))
    }
    var credited: (note: CreditNote, refund: Refund?)?
    if let destination, let end, let covering = try await InvoiceStore(connection).covering(id, to: end),
      let unused = try PlanChangeQuote.unused(of: covering, at: now), unused.isPositive
    {
      credited = try await desk.credit(
        covering.id, amount: unused, reason: "Unused time after cancellation", to: destination, at: now)
    }
    try await store.save(subscription, at: now)
    return CancelOutcome(
      subscription: subscription, creditNote: credited?.note, refund: credited?.refund, voided: voided)
  }

  /// Takes back a cancellation at the period's end, and a scheduled downgrade.
  public func resume(_ id: Int64, at now: Timestamp) async throws -> Subscription {
    var subscription = try await ours(id)
    try subscription.resume()
    try await store.save(subscription, at: now)
    return subscription
  }

  /// What a settled invoice means for its subscription, if we run that: an order's begins, what was owed is cleared.
  /// Nil when it has none of ours, or an ended one.
  public func settled(_ invoice: Invoice, at now: Timestamp) async throws -> Subscription? {
    guard invoice.status == .paid, let id = invoice.subscriptionID, var subscription = try await store.lock(id),
      subscription.provider == .manual, !subscription.status.hasEnded
    else { return nil }
    let invoices = InvoiceStore(connection)
    if subscription.status == .incomplete {
      try subscription.start(at: now)
      subscription.coupon?.useOne()
      if let current = subscription.current { try await invoices.cover(invoice, current) }
    } else {
      if let covers = invoice.covers { subscription.paid(through: covers.end) }
      let open = try await invoices.lockOpen(of: id)
      if let oldest = open.first {
        subscription.unpaidSince = oldest.issuedAt
      } else if subscription.unpaidSince != nil {
        try subscription.clear()
      }
    }
    try await store.save(subscription, at: now)
    return subscription
  }

  /// The order's invoice was withdrawn: there is nothing to wait for. Nil for any other invoice.
  public func withdrawn(_ invoice: Invoice, at now: Timestamp) async throws -> Subscription? {
    guard let id = invoice.subscriptionID, var subscription = try await store.lock(id),
      subscription.provider == .manual, subscription.status == .incomplete
    else { return nil }
    try subscription.cancel(at: now)
    try await store.save(subscription, at: now)
    return subscription
  }

  private func ours(_ id: Int64) async throws -> Subscription {
    guard let subscription = try await store.lock(id) else { throw BillingError.noSuchSubscription }
    guard subscription.provider == .manual else { throw BillingError.runByProvider(subscription.provider) }
    return subscription
  }

  private func facts(_ subscription: Subscription, _ target: PlanTarget) async throws -> PlanChangeQuote.Facts {
    let plans = PlanStore(connection)
    let from = try await plans.sold(subscription.priceID)
    let currency = from.price.amount.currency
    var to = try await plans.price(of: target.plan, period: target.period ?? subscription.period, currency: currency)
    // What it has stays what it is, also when new customers pay another price.
    if to.plan == from.plan, to.price.period == from.price.period { to = from }
    let details = try await BillingDetailsStore(connection).find(customer: subscription.customerID)
    var covering: Invoice?
    if let end = subscription.current?.end {
      covering = try await InvoiceStore(connection).covering(subscription.id, to: end)
    }
    var coupon: Coupon?
    if let id = subscription.coupon?.couponID { coupon = try await CouponStore(connection).find(id) }
    return PlanChangeQuote.Facts(
      subscription: subscription, from: from, to: to, covering: covering, coupon: coupon,
      treatment: try await TaxRateStore(connection).treatment(of: details),
      balance: try await CreditBalanceStore(connection).balance(of: subscription.customerID, in: currency))
  }
}

extension PlanChangeQuote.Facts {
  fileprivate func quote(at now: Timestamp) throws -> PlanChangeQuote { try PlanChangeQuote(self, at: now) }
}

extension Subscription.Span {
  /// `2026-11-21 to 2026-12-21`, in UTC.
  var text: String { "\(start.rfc3339.prefix(10)) to \(end.rfc3339.prefix(10))" }
}
