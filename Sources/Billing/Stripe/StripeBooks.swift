public import Core
public import Database

/// What taking over Stripe's word changed in our books.
public enum StripeChange: Sendable {
  case nothing
  case subscription(former: Subscription, Subscription)
  /// An invoice that is new here, or was paid or withdrawn; with its subscription as it is now.
  case invoice(former: Invoice?, Invoice, Subscription)
  /// Money went back on an invoice, or could not and is the customer's credit.
  case refunds(booked: [CreditNote], failed: [Refund], Invoice)
  /// - formerStatus: nil for a new one.
  case dispute(StripeDispute, formerStatus: String?, Invoice)
}

/// Takes what Stripe says over into our books. Each call is a part of the caller's transaction; saying the same again
/// changes nothing. Stripe runs its subscriptions: we follow, and keep the books.
public struct StripeBooks: Sendable {
  let connection: Connection
  let links: StripeLinks
  let subscriptions: SubscriptionStore
  let invoices: InvoiceStore

  /// - Parameter connection: with a transaction open.
  public init(_ connection: Connection, client: StripeClient) {
    self.connection = connection
    links = StripeLinks(client: client, database: connection)
    subscriptions = SubscriptionStore(connection)
    invoices = InvoiceStore(connection)
  }

  public func take(_ content: StripeNews.Content, at now: Timestamp) async throws -> StripeChange {
    switch content {
    case .subscription(let subscription): try await take(subscription, at: now)
    case .invoice(let invoice): try await take(invoice, at: now)
    case .charge(let charge, let refunds): try await take(charge, refunds, at: now)
    case .dispute(let dispute): try await take(dispute, at: now)
    }
  }

  private func take(_ dispute: StripeDispute, at now: Timestamp) async throws -> StripeChange {
    guard let invoice = try await links.invoice(ofCharge: dispute.charge) else { return .nothing }
    let former = try await StripeDisputeStore(connection).save(dispute, invoice: invoice.id, at: now)
    return former == dispute.status ? .nothing : .dispute(dispute, formerStatus: former, invoice)
  }
}
