import Billing
import Core
import Database

/// What Stripe has to be told beside the price, so that it asks for what our own invoice says.
struct StripeTerms: Sendable {
  var taxRate: String?
  var coupon: String?

  /// - Parameter subscription: it waits for its first payment.
  /// - Throws: 409 when a part of its invoice is paid already: then the rest cannot be paid by card.
  init(
    of subscription: Subscription, client: StripeClient, database: any SQLExecutor, at now: Timestamp
  ) async throws {
    if let invoice = try await StripeLinks(client: client, database: database).firstInvoice(of: subscription),
      invoice.due != invoice.total
    {
      throw Problem.conflict("A part of this invoice is paid from your credit: transfer the rest.")
    }
    let register = StripeRegister(client: client, database: database)
    let details = try await BillingDetailsStore(database).find(customer: subscription.customerID)
    if case .rate(let rate) = try await TaxRateStore(database).treatment(of: details) {
      taxRate = try await register.taxRate(rate, at: now)
    }
    if let applied = subscription.coupon, applied.appliesToNext,
      let coupon = try await CouponStore(database).find(applied.couponID)
    {
      self.coupon = try await register.coupon(coupon, period: subscription.period, at: now)
    }
  }
}
