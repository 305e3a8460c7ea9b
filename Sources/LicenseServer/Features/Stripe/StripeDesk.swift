import Billing
import Core
import Database
import Security

/// Sends customers to Stripe's own pages, and changes subscriptions there. What comes of it the webhooks tell.
struct StripeDesk: Sendable {
  let database: ConnectionPool
  let client: StripeClient
  let news: BillingNews
  /// Of this server, without a trailing slash.
  let publicURL: String
  let clock: any WallClock

  var register: StripeRegister { StripeRegister(client: client, database: database) }

  var inbox: StripeInbox {
    StripeInbox(database: database, client: client, clock: clock, effects: StripeEffects(news: news).follow)
  }

  /// For dunning and refunds.
  var provider: StripeProvider { StripeProvider(client: client) }

  /// Where a customer pays an order by card. While a checkout is open, asking again leads to the same one.
  /// - Parameter subscription: the order's; it waits for its first payment.
  /// - Throws: 409 when there is nothing to pay, or the payment is under way.
  func checkoutURL(for subscription: Subscription) async throws -> String {
    guard subscription.status == .incomplete, subscription.provider == .manual else {
      throw Problem.conflict("This order has been paid for or taken back.")
    }
    let store = StripeCheckoutStore(database)
    if let former = try await store.newest(for: subscription.id) {
      let checkout = try await client.checkout(former).checkout
      if checkout.isComplete { throw Self.arriving }
      if let url = checkout.url, checkout.expiresAt > clock.now() + Self.timeToPay { return url }
    }
    return try await startCheckout(for: subscription, number: store.count(for: subscription.id) + 1)
  }

  /// Sees to it that nobody pays an order by card that is paid otherwise, or taken back.
  /// - Throws: 409 when the customer has just paid there, ``StripeError`` when Stripe cannot be asked.
  func closeCheckout(for subscription: Int64) async throws {
    guard let id = try await StripeCheckoutStore(database).newest(for: subscription) else { return }
    let checkout = try await client.checkout(id).checkout
    if checkout.isComplete { throw Self.arriving }
    guard checkout.url != nil else { return }
    do {
      try await client.expireCheckout(id)
    } catch let error as StripeError {
      // It may have been completed between the two.
      if try await client.checkout(id).checkout.isComplete { throw Self.arriving }
      throw error
    }
  }

  private static let arriving = Problem.conflict("The payment has arrived and is being booked.")

  /// Nobody is sent to a page that runs out while they look for their card.
  private static let timeToPay = Duration.minutes(5)

  private func startCheckout(for subscription: Subscription, number: Int) async throws -> String {
    let plans = PlanStore(database)
    guard let customer = try await CustomerStore(database).find(subscription.customerID),
      let price = try await plans.price(subscription.priceID), let plan = try await plans.find(id: price.planID)
    else { throw Problem.notFound("order") }
    let now = clock.now()
    let terms = try await StripeTerms(of: subscription, client: client, database: database, at: now)
    let checkout = try await client.startCheckout(
      StripeCheckout.Order(
        subscription: subscription.id, customer: register.customer(customer, at: now),
        price: register.price(price, of: plan, at: now), taxRate: terms.taxRate, coupon: terms.coupon,
        successURL: "\(publicURL)/portal?paid=1", cancelURL: "\(publicURL)/portal"),
      key: "\(subscription.id)-\(number)")
    guard let url = checkout.url else { throw Problem.unavailable("The payment provider gave no page to pay on.") }
    try await StripeCheckoutStore(database).add(checkout, for: subscription.id, at: now)
    return url
  }

  /// Where a customer changes payment methods and finds Stripe's receipts. Good for a few minutes: to be asked for when
  /// they want to go there.
  /// - Throws: 409 for a customer who has never paid by card.
  func portalURL(for customer: Customer) async throws -> String {
    guard let id = try await register.knownCustomer(customer.id) else {
      throw Problem.conflict("There is no payment method yet: one is entered with the first payment by card.")
    }
    return try await client.startPortal(customer: id, returnURL: "\(publicURL)/portal")
  }
}
