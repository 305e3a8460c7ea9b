public import Core
public import Database

/// Brings all subscriptions that we run up to a time: renewals, trials' ends, attempts to collect, suspensions, ends,
/// refunds. Run it as often as you like, twice at once and again after it was killed: each step is one transaction that
/// looks first whether it is still to be done, and the provider is asked outside of them under an attempt's number that
/// charges once however often it is told.
public struct BillingRun: Sendable {
  public typealias Observer = @Sendable (BillingEvent, Connection, Timestamp) async throws -> Void

  private let database: ConnectionPool
  private let provider: any PaymentProvider
  private let kind: Subscription.Provider
  private let observe: Observer

  /// - Parameters:
  ///   - kind: what the payments that `provider` takes are booked as; it is asked only for refunds of such.
  ///   - observe: is told of everything in the transaction that does it; what it throws undoes that.
  public init(
    database: ConnectionPool, provider: any PaymentProvider, as kind: Subscription.Provider = .manual,
    observe: @escaping Observer
  ) {
    self.database = database
    self.provider = provider
    self.kind = kind
    self.observe = observe
  }

  /// How many rows are asked for at once.
  static let batch = 200
  /// How many periods a subscription is advanced by at most: what was missed while nothing ran for long goes on with the
  /// next run.
  private static let mostPeriods = 24

  /// - Throws: ``DatabaseError`` when the database fails, and ``CancellationError``. What fails of a single subscription
  ///   is in the report.
  public func run(at now: Timestamp) async throws -> BillingReport {
    var report = BillingReport()
    try await each(advanceable(at: now)) { id in
      for _ in 0..<Self.mostPeriods {
        guard let event = try await advance(id, at: now) else { break }
        report.count(event)
      }
    } failed: {
      report.failures.append("subscription \($0): \($1)")
    }
    try await collectAll(at: now, &report)
    try await each(unpaid(at: now)) { id in
      if let event = try await giveUp(id, at: now) { report.count(event) }
    } failed: {
      report.failures.append("subscription \($0): \($1)")
    }
    try await refundAll(at: now, &report)
    return report
  }

  // Periods

  private func advanceable(at now: Timestamp) -> (Int64) -> SQL {
    { after in
      """
      SELECT id FROM license.subscriptions
      WHERE provider = 'manual' AND status IN ('trialing', 'active', 'past_due') AND period_end <= \(now)
        AND id > \(after)
      ORDER BY id LIMIT \(Self.batch)
      """
    }
  }

  /// The next step of a subscription whose period is over: it ends, or its next period begins with an invoice.
  private func advance(_ id: Int64, at now: Timestamp) async throws -> BillingEvent? {
    try await database.transaction(retries: 3) { connection in
      let store = SubscriptionStore(connection)
      guard var subscription = try await store.lock(id), subscription.provider == .manual,
        [.trialing, .active, .pastDue].contains(subscription.status), let current = subscription.current,
        current.end <= now
      else { return nil }
      let event: BillingEvent
      if subscription.cancelsAtPeriodEnd {
        try subscription.cancel(at: current.end)
        event = .canceled(subscription)
      } else {
        let invoice = try await RenewalDesk(connection).renew(&subscription, at: now)
        event = .renewed(subscription, invoice)
      }
      try await store.save(subscription, at: now)
      try await observe(event, connection, now)
      return event
    }
  }

  // Payments

  private func collectAll(at now: Timestamp, _ report: inout BillingReport) async throws {
    var last: Int64 = 0
    while true {
      try Task.checkCancellation()
      let attempts = try await PaymentAttemptStore(database: database).due(at: now, after: last, limit: Self.batch)
      for attempt in attempts where attempt.number > 0 {
        do {
          if let event = try await collect(attempt, at: now) { report.count(event) }
        } catch {
          try Self.rethrowIfAll(error)
          report.failures.append("invoice \(attempt.invoiceID): \(error)")
        }
      }
      guard let end = attempts.last, attempts.count == Self.batch else { return }
      last = end.invoiceID
    }
  }

  private func collect(_ attempt: PaymentAttempt, at now: Timestamp) async throws -> BillingEvent? {
    guard let (invoice, customer) = try await begin(attempt, at: now) else { return nil }
    // The provider may take seconds: nothing is locked meanwhile.
    let outcome = try await provider.collect(invoice: invoice, customer: customer, attempt: attempt.number)
    return try await database.transaction(retries: 3) { connection in
      try await conclude(attempt, outcome, in: connection, at: now)
    }
  }

  private func begin(_ attempt: PaymentAttempt, at now: Timestamp) async throws -> (Invoice, Customer)? {
    try await database.transaction(retries: 3) { connection in
      guard let invoice = try await InvoiceStore(connection).lock(attempt.invoiceID), invoice.status == .open,
        let customer = try await CustomerStore(connection).find(invoice.customerID),
        try await PaymentAttemptStore(database: connection).begin(attempt, at: now)
      else { return nil }
      return (invoice, customer)
    }
  }

  private func conclude(
    _ attempt: PaymentAttempt, _ outcome: CollectionOutcome, in connection: Connection, at now: Timestamp
  ) async throws -> BillingEvent? {
    // Subscription, invoice, attempt: whoever takes several of these rows takes them in that order.
    guard let known = try await InvoiceStore(connection).find(attempt.invoiceID), let id = known.subscriptionID else {
      return nil
    }
    _ = try await SubscriptionStore(connection).lock(id)
    _ = try await InvoiceStore(connection).lock(known.id)
    guard try await PaymentAttemptStore(database: connection).settle(attempt, outcome, at: now) else { return nil }
    let event: BillingEvent
    if case .paid(let reference) = outcome {
      let receipt = PaymentReceipt(provider: kind, reference: reference)
      let settled = try await ManualBilling(connection).settle(invoice: attempt.invoiceID, receipt, at: now)
      guard settled.isNew, let subscription = settled.subscription else { return nil }
      event = .collected(subscription, settled.invoice)
    } else {
      guard let invoice = try await InvoiceStore(connection).find(attempt.invoiceID), invoice.status == .open,
        let subscription = try await SubscriptionStore(connection).find(id)
      else { return nil }
      event = .notCollected(subscription, invoice, outcome, attempt: attempt.number)
    }
    try await observe(event, connection, now)
    return event
  }

  // Ends

  private func unpaid(at now: Timestamp) -> (Int64) -> SQL {
    { after in
      """
      SELECT id FROM license.subscriptions
      WHERE provider = 'manual' AND id > \(after) AND (
        (status = 'past_due' AND unpaid_since <= \(now - Dunning.suspends))
        OR (status = 'suspended' AND unpaid_since <= \(now - Dunning.expires))
        OR (status = 'incomplete' AND created_at <= \(now - Dunning.orderExpires)))
      ORDER BY id LIMIT \(Self.batch)
      """
    }
  }

  private func giveUp(_ id: Int64, at now: Timestamp) async throws -> BillingEvent? {
    try await database.transaction(retries: 3) { connection in
      let store = SubscriptionStore(connection)
      guard var subscription = try await store.lock(id), subscription.provider == .manual else { return nil }
      let unpaid = subscription.unpaidSince
      let event: BillingEvent
      if subscription.status == .pastDue, let unpaid, unpaid + Dunning.suspends <= now {
        try subscription.suspend()
        event = .suspended(subscription)
      } else if (subscription.status == .suspended && unpaid.map { $0 + Dunning.expires <= now } == true)
        || (subscription.status == .incomplete && subscription.createdAt + Dunning.orderExpires <= now)
      {
        try subscription.expire(at: now)
        var voided: [Invoice] = []
        for invoice in try await InvoiceStore(connection).lockOpen(of: id) {
          voided.append(try await InvoiceDesk(connection).void(invoice.id, at: now))
        }
        event = .expired(subscription, voided: voided)
      } else {
        return nil
      }
      try await store.save(subscription, at: now)
      try await observe(event, connection, now)
      return event
    }
  }

  // Refunds

  private func refundAll(at now: Timestamp, _ report: inout BillingReport) async throws {
    var last: Int64 = 0
    while true {
      let refunds = try await RefundStore(database).pending(after: last, limit: Self.batch)
      for refund in refunds {
        do {
          switch try await send(refund, at: now) {
          case .paid: report.refunded += 1
          case .failed: report.refundsFailed += 1
          case .pending: break
          }
        } catch {
          try Self.rethrowIfAll(error)
          report.failures.append("refund \(refund.id): \(error)")
        }
      }
      guard let end = refunds.last, refunds.count == Self.batch else { return }
      last = end.id
    }
  }

  /// - Returns: how it stands now.
  private func send(_ refund: Refund, at now: Timestamp) async throws -> Refund.Status {
    guard let payment = try await PaymentStore(database).find(refund.paymentID), payment.provider == kind
    else { return .pending }
    let outcome = try await provider.refund(payment: payment, amount: refund.amount, key: refund.key)
    return try await database.transaction(retries: 3) { connection in
      let desk = InvoiceDesk(connection)
      switch outcome {
      case .refunded(let reference):
        return try await desk.refunded(refund.id, reference: reference, at: now)?.status ?? .pending
      case .declined(_, let message):
        guard let failed = try await desk.refundFailed(refund.id, message, at: now) else { return .pending }
        if failed.isNew, let invoice = try await InvoiceStore(connection).find(refund.invoiceID) {
          try await observe(.refundFailed(failed.refund, invoice), connection, now)
        }
        return failed.refund.status
      case .waiting: return .pending
      }
    }
  }

  /// Does `body` for each id that `page` finds after the last one, going on past the ones that fail.
  private func each(
    _ page: (Int64) -> SQL, _ body: (Int64) async throws -> Void, failed: (Int64, any Error) -> Void
  ) async throws {
    var last: Int64 = 0
    while true {
      try Task.checkCancellation()
      let rows = try await database.query(page(last))
      for row in rows {
        last = try row.get("id")
        do {
          try await body(last)
        } catch {
          try Self.rethrowIfAll(error)
          failed(last, error)
        }
      }
      if rows.count < Self.batch { return }
    }
  }

  /// Nothing else would go any better.
  private static func rethrowIfAll(_ error: any Error) throws {
    if error is CancellationError { throw error }
    if let error = error as? DatabaseError, error.isConnectionProblem { throw error }
  }
}
