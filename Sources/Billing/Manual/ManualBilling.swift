public import Core
public import Database

/// How subscriptions that we run begin: by an order and its payment, or by a trial.
///
/// Each call is one part of the caller's transaction, so that what is given for the money (a licence) is given exactly
/// when the money is booked.
public struct ManualBilling: Sendable {
  private let connection: Connection

  /// - Parameter connection: with a transaction open.
  public init(_ connection: Connection) { self.connection = connection }

  /// Takes an order: a customer (found by address or made), a subscription that waits for its payment, and an open
  /// invoice, booked as receivable.
  /// - Throws: ``BillingError`` for a plan, price or coupon that is not sold or taken.
  public func place(_ request: OrderRequest, at now: Timestamp) async throws -> Order {
    let (plan, price) = try await PlanStore(connection)
      .price(of: request.plan, period: request.period, currency: request.currency)
    let customer = try await CustomerStore(connection).findOrCreate(email: request.email, at: now)
    let (subscription, coupon) = try await subscription(of: customer, price, request, at: now)
    let line = try Invoice.Line(
      description: "Trackily \(plan.name), one \(price.period.rawValue)", unitAmount: price.amount)
    let discount = try coupon?.discount(on: price.amount)
    let details = try await BillingDetailsStore(connection).find(customer: customer.id)
    let draft = try InvoiceDraft(
      customerID: customer.id, subscriptionID: subscription.id, purpose: .order, currency: price.amount.currency,
      lines: [line], discount: discount.map { .init(couponID: coupon?.id, amount: $0) },
      tax: try await TaxRateStore(connection).treatment(of: details))
    let invoice = try await InvoiceStore(connection).issue(draft, at: now)
    let row = try await connection.one(
      """
      INSERT INTO license.orders (customer_id, subscription_id, invoice_id, created_at)
      VALUES (\(customer.id), \(subscription.id), \(invoice.id), \(now)) RETURNING id
      """)
    let begun = try await SubscriptionDesk(connection).settled(invoice, at: now)
    return Order(
      id: try row.get("id"), plan: plan, customer: customer, subscription: begun ?? subscription, invoice: invoice)
  }

  /// Lets a customer use a plan for nothing until `end`; then its first invoice is issued.
  public func startTrial(_ request: OrderRequest, until end: Timestamp, at now: Timestamp) async throws -> Subscription
  {
    let (_, price) = try await PlanStore(connection)
      .price(of: request.plan, period: request.period, currency: request.currency)
    let customer = try await CustomerStore(connection).findOrCreate(email: request.email, at: now)
    var (subscription, _) = try await subscription(of: customer, price, request, at: now)
    try subscription.startTrial(at: now, until: end)
    try await SubscriptionStore(connection).save(subscription, at: now)
    return subscription
  }

  private func subscription(
    of customer: Customer, _ price: Price, _ request: OrderRequest, at now: Timestamp
  ) async throws -> (Subscription, Coupon?) {
    let coupons = CouponStore(connection)
    var coupon: Coupon?
    if let code = request.coupon {
      coupon = try await coupons.claim(code, for: customer.id, currency: request.currency, at: now)
    }
    let draft = SubscriptionDraft(
      customerID: customer.id, price: price,
      coupon: coupon.map { AppliedCoupon(couponID: $0.id, periodsLeft: $0.periods) })
    let subscription = try await SubscriptionStore(connection).create(draft, at: now)
    if let coupon { try await coupons.redeem(coupon, by: customer.id, on: subscription.id, at: now) }
    return (subscription, coupon)
  }

  /// Books the payment of an invoice and what it means for its subscription. Telling the same payment again changes
  /// nothing.
  /// - Throws: as ``InvoiceDesk/pay(_:_:at:)``.
  public func markPaid(invoice id: Int64, reference: String, at now: Timestamp) async throws -> SettledInvoice {
    try await settle(invoice: id, PaymentReceipt(reference: reference), at: now)
  }

  /// The same for a payment that any provider took.
  public func settle(invoice id: Int64, _ receipt: PaymentReceipt, at now: Timestamp) async throws -> SettledInvoice {
    // The subscription's row first: whoever advances it takes the two in that order.
    let subscriptions = SubscriptionStore(connection)
    guard let known = try await InvoiceStore(connection).find(id) else { throw BillingError.noSuchInvoice }
    var subscription: Subscription?
    if let id = known.subscriptionID { subscription = try await subscriptions.lock(id) }
    let (invoice, payment, isNew) = try await InvoiceDesk(connection).pay(id, receipt, at: now)
    if isNew, let changed = try await SubscriptionDesk(connection).settled(invoice, at: now) { subscription = changed }
    return SettledInvoice(invoice: invoice, payment: payment, subscription: subscription, isNew: isNew)
  }
}
