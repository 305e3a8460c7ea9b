import Core
import Database

/// Finds out what an event means: the objects whose state is to be taken over, those first that others refer to. Asks
/// Stripe where the event alone does not tell.
struct StripeReader: Sendable {
  let client: StripeClient
  let database: any SQLExecutor

  private var links: StripeLinks { StripeLinks(client: client, database: database) }

  /// Empty for an event that is about nothing of ours.
  func news(of event: StripeEvent) async throws -> [StripeNews] {
    do {
      switch event.subject {
      case .checkout: return try await checkout(event)
      case .subscription: return try await ours(subscription(event.objectID, event))
      case .invoice: return try await withSubscription(invoice(event.objectID, event))
      case .charge: return try await charge(event)
      case .dispute: return try await dispute(event)
      case nil: return []
      }
    } catch let error as StripeError where error.kind == .notFound {
      return []  // deleted at Stripe since, such as a draft
    }
  }

  /// A subscription that Stripe runs, and its newest invoice.
  func news(ofSubscription reference: String) async throws -> [StripeNews] {
    let news = try await ours(subscription(reference, nil))
    guard case .subscription(let subscription)? = news.first?.content, let invoice = subscription.latestInvoice else {
      return news
    }
    return news + [try await self.invoice(invoice, nil)]
  }

  private func checkout(_ event: StripeEvent) async throws -> [StripeNews] {
    var told: StripeCheckout?
    if let snapshot = event.snapshot { told = try? StripeCheckout(snapshot) }
    let checkout = if let told { told } else { try await client.checkout(event.objectID).checkout }
    guard checkout.ours != nil, let subscription = checkout.subscription else { return [] }
    let news = try await ours(self.subscription(subscription, nil))
    guard !news.isEmpty, let invoice = checkout.invoice else { return news }
    return news + [try await self.invoice(invoice, nil)]
  }

  private func charge(_ event: StripeEvent) async throws -> [StripeNews] {
    guard !event.objectID.isEmpty else { return [] }
    return try await withInvoice(charge(event.objectID, event))
  }

  private func dispute(_ event: StripeEvent) async throws -> [StripeNews] {
    let news = try await self.news(
      event.objectID, event, StripeNews.Content.dispute, read: StripeDispute.init, fetch: client.dispute)
    guard case .dispute(let dispute) = news.content else { return [] }
    if try await links.invoice(ofCharge: dispute.charge) != nil { return [news] }
    let before = try await withInvoice(charge(dispute.charge, nil))
    return before.isEmpty ? [] : before + [news]
  }

  /// A charge with its invoice before it, when that is not in our books yet.
  private func withInvoice(_ news: StripeNews) async throws -> [StripeNews] {
    guard case .charge(let charge, _) = news.content else { return [] }
    if try await links.invoice(ofCharge: charge.id) != nil { return [try await withRefunds(charge, news)] }
    guard let invoice = charge.invoice else { return [] }
    let before = try await withSubscription(self.invoice(invoice, nil))
    guard !before.isEmpty else { return [] }
    let whole = try await withRefunds(charge, news)
    return before + [whole]
  }

  /// A charge knows the sum of its refunds only; what became of each they tell themselves. They are asked for after it
  /// was looked up how new the charge is that we have, so nothing older than that is taken over.
  private func withRefunds(_ charge: StripeCharge, _ news: StripeNews) async throws -> StripeNews {
    StripeNews(
      .charge(charge, refunds: try await client.refunds(ofCharge: charge.id)), known: news.known, asOf: news.asOf)
  }

  /// An invoice with its subscription before it: that one has changed with it, and the event on that may come later.
  private func withSubscription(_ news: StripeNews) async throws -> [StripeNews] {
    guard case .invoice(let invoice) = news.content, let id = invoice.subscription else { return [] }
    let before = try await ours(subscription(id, nil))
    return before.isEmpty ? [] : before + [news]
  }

  /// Nothing for a subscription of somebody else's who shares the account.
  private func ours(_ news: StripeNews) async throws -> [StripeNews] {
    guard case .subscription(let subscription) = news.content else { return [] }
    return try await links.subscription(subscription) == nil ? [] : [news]
  }
}

/// One object: out of the event that it came with, if that is new enough and can be read, else from Stripe.
extension StripeReader {
  private func subscription(_ id: String, _ event: StripeEvent?) async throws -> StripeNews {
    try await news(
      id, event, StripeNews.Content.subscription, read: StripeSubscription.init, fetch: client.subscription)
  }

  private func invoice(_ id: String, _ event: StripeEvent?) async throws -> StripeNews {
    try await news(id, event, StripeNews.Content.invoice, read: StripeInvoice.init, fetch: client.invoice)
  }

  private func charge(_ id: String, _ event: StripeEvent?) async throws -> StripeNews {
    try await news(
      id, event, { StripeNews.Content.charge($0, refunds: []) }, read: StripeCharge.init, fetch: client.charge)
  }

  private func news<Object>(
    _ id: String, _ event: StripeEvent?, _ content: (Object) -> StripeNews.Content,
    read: (JSONValue) throws -> Object, fetch: (String) async throws -> (Object, Timestamp?)
  ) async throws -> StripeNews {
    let known = try await StripeEventStore(database).state(of: id)
    if let event, case .apply = StripeDecision(event, known: known), let snapshot = event.snapshot,
      let object = try? read(snapshot)
    {
      return StripeNews(content(object), known: known, asOf: event.createdAt)
    }
    let (object, asOf) = try await fetch(id)
    // An answer without a date is at least as new as the event that made us ask.
    return StripeNews(content(object), known: known, asOf: asOf ?? event?.createdAt ?? Timestamp(seconds: 0))
  }
}
