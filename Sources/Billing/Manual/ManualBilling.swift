public import Core
public import Database

/// Billing without a payment provider: the customer gets an invoice, the staff say when it is paid.
///
/// Each call is one part of the caller's transaction, so that what is given for the money (a licence) is given exactly
/// when the money is booked.
public struct ManualBilling: Sendable {
  private let connection: Connection

  /// - Parameter connection: with a transaction open.
  public init(_ connection: Connection) { self.connection = connection }

  /// Takes an order: a customer (found by address or made), a subscription that waits for its payment, and an open
  /// invoice, booked as receivable.
  /// - Throws: ``BillingError`` for a plan or price that is not sold.
  public func place(_ request: OrderRequest, at now: Timestamp) async throws -> Order {
    let plans = PlanStore(connection)
    guard let plan = try await plans.find(slug: request.plan) else { throw BillingError.noSuchPlan(request.plan) }
    guard let price = try await plans.activePrice(of: plan, period: request.period, currency: request.currency) else {
      throw BillingError.noSuchPrice(plan: plan.slug, period: request.period, currency: request.currency)
    }
    let customer = try await CustomerStore(connection).findOrCreate(email: request.email, at: now)
    let subscription = try await SubscriptionStore(connection).create(customer: customer, price: price, at: now)
    let line = try Invoice.Line(
      description: "Trackily \(plan.name), one \(price.period.rawValue)", unitAmount: price.amount)
    let draft = try InvoiceDraft(
      customerID: customer.id, subscriptionID: subscription.id, currency: price.amount.currency, lines: [line])
    let invoice = try await InvoiceStore(connection).issue(draft, at: now)
    try await LedgerStore(connection).post(try .issued(invoice))
    let row = try await connection.one(
      """
      INSERT INTO license.orders (customer_id, subscription_id, invoice_id, created_at)
      VALUES (\(customer.id), \(subscription.id), \(invoice.id), \(now)) RETURNING id
      """)
    return Order(
      id: try row.get("id"), plan: plan, customer: customer, subscription: subscription, invoice: invoice)
  }

  /// Books the payment of an invoice and pays its subscription's next period. Telling the same payment again changes
  /// nothing, however many do it at once: the invoice's row lock lets them in one by one.
  /// - Throws: ``BillingError/noSuchInvoice``, or ``BillingError/alreadyPaid(reference:)`` for another reference.
  public func markPaid(invoice id: Int64, reference: String, at now: Timestamp) async throws -> SettledInvoice {
    let invoices = InvoiceStore(connection)
    guard let invoice = try await invoices.lock(id) else { throw BillingError.noSuchInvoice }
    if let payment = try await payment(of: invoice) {
      guard payment.reference == reference else { throw BillingError.alreadyPaid(reference: payment.reference) }
      let subscription = try await subscription(of: invoice, locked: false)
      return SettledInvoice(invoice: invoice, payment: payment, subscription: subscription, isNew: false)
    }
    let row = try await connection.one(
      """
      INSERT INTO license.payments (invoice_id, provider, reference, currency, amount, received_at)
      VALUES (\(id), 'manual', \(reference), \(invoice.total.currency), \(invoice.total.minorUnits), \(now))
      RETURNING id
      """)
    try await invoices.markPaid(id, at: now)
    try await LedgerStore(connection).post(try .paid(invoice, at: now))
    var subscription = try await subscription(of: invoice, locked: true)
    if var paid = subscription {
      try paid.paid(at: now)
      try await SubscriptionStore(connection).save(paid, at: now)
      subscription = paid
    }
    let payment = Payment(
      id: try row.get("id"), invoiceID: id, reference: reference, amount: invoice.total, receivedAt: now)
    guard let settled = try await invoices.find(id) else { throw BillingError.noSuchInvoice }
    return SettledInvoice(invoice: settled, payment: payment, subscription: subscription, isNew: true)
  }

  private func payment(of invoice: Invoice) async throws -> Payment? {
    let row = try await connection.first(
      "SELECT id, reference, currency, amount, received_at FROM license.payments WHERE invoice_id = \(invoice.id)")
    guard let row else { return nil }
    return Payment(
      id: try row.get("id"), invoiceID: invoice.id, reference: try row.get("reference"),
      amount: Money(minorUnits: try row.get("amount"), currency: try row.get("currency")),
      receivedAt: try row.get("received_at"))
  }

  private func subscription(of invoice: Invoice, locked: Bool) async throws -> Subscription? {
    guard let id = invoice.subscriptionID else { return nil }
    let store = SubscriptionStore(connection)
    return locked ? try await store.lock(id) : try await store.find(id)
  }
}
