import Billing
import Core
import Database
import Web

/// The portal's ways to Stripe's pages. They are links and not forms: a form may not lead to another site.
struct StripePages: Sendable {
  let desk: StripeDesk
  let database: ConnectionPool
  let limiter: RateLimiter<Int64>

  /// Where a customer pays a subscription's first invoice by card.
  static func checkoutPath(_ subscription: Int64) -> String { "/portal/subscriptions/\(subscription)/checkout" }

  /// Where a customer changes how they pay.
  static let paymentMethodPath = "/portal/billing/payment-method"

  func register(in table: inout PortalTable) {
    table.page(
      "/subscriptions/{id}/checkout", .portalWrite(.billing), "Leads to the payment by card", handler: checkout)
    table.page(
      "/billing/payment-method", .portalWrite(.billing), "Leads to the payment methods",
      handler: paymentMethod)
  }

  @Sendable private func checkout(_ call: PortalCall) async throws -> Reply {
    guard let subscription = try await SubscriptionStore(database).find(call.id()),
      subscription.customerID == (try call.session.customer)
    else { throw Problem.notFound("order") }
    try limiter.admit(call.session.user.id)
    return .redirect(to: try await desk.checkoutURL(for: subscription))
  }

  @Sendable private func paymentMethod(_ call: PortalCall) async throws -> Reply {
    guard let customer = try await CustomerStore(database).find(call.session.customer) else {
      throw Problem.notFound("customer")
    }
    try limiter.admit(call.session.user.id)
    return .redirect(to: try await desk.portalURL(for: customer))
  }
}
