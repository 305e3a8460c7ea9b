import Core
public import Database

/// Finds what in our books Stripe's objects stand for.
public struct StripeLinks: Sendable {
  let register: StripeRegister
  private let database: any SQLExecutor

  public init(client: StripeClient, database: any SQLExecutor) {
    register = StripeRegister(client: client, database: database)
    self.database = database
  }

  /// The subscription that one of Stripe's stands for: the one that it runs, or an order that waits for its first
  /// payment. Nil for one that is run otherwise or belongs to somebody else.
  public func subscription(_ theirs: StripeSubscription) async throws -> Subscription? {
    guard let id = theirs.ours, let ours = try await SubscriptionStore(database).find(id),
      try await register.knownCustomer(ours.customerID) == theirs.customer
    else { return nil }
    switch ours.provider {
    case .stripe: return ours.providerReference == theirs.id ? ours : nil
    // Also an order that was taken back while its customer was paying: the money came, so it counts.
    case .manual: return ours.current == nil ? ours : nil
    }
  }

  /// The open invoice of an order that waits for its first payment.
  public func firstInvoice(of subscription: Subscription) async throws -> Invoice? {
    let id: Int64? = try await database.scalar(
      """
      SELECT i.id FROM license.orders o JOIN license.invoices i ON i.id = o.invoice_id
      WHERE o.subscription_id = \(subscription.id) AND i.status = 'open' AND i.provider_reference IS NULL
      """)
    guard let id else { return nil }
    return try await InvoiceStore(database).find(id)
  }

  /// The invoice that a charge paid.
  public func invoice(ofCharge charge: String) async throws -> Invoice? {
    guard let payment = try await PaymentStore(database).find(provider: .stripe, reference: charge) else { return nil }
    return try await InvoiceStore(database).find(payment.invoiceID)
  }
}
