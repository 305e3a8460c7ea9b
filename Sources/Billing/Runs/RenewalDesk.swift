import Core
import Database

/// Begins the next period of a subscription and asks for its price.
struct RenewalDesk {
  private let connection: Connection

  /// - Parameter connection: with a transaction open that holds the subscription's row.
  init(_ connection: Connection) { self.connection = connection }

  func renew(_ subscription: inout Subscription, at now: Timestamp) async throws -> Invoice {
    var coupon: Coupon?
    if let applied = subscription.coupon, applied.appliesToNext {
      coupon = try await CouponStore(connection).find(applied.couponID)
    }
    let span = try subscription.renew(unpaidSince: now)
    let (plan, price) = try await PlanStore(connection).sold(subscription.priceID)
    let details = try await BillingDetailsStore(connection).find(customer: subscription.customerID)
    let discount = try coupon?.discount(on: price.amount)
    let line = try Invoice.Line(description: "Trackily \(plan.name), \(span.text)", unitAmount: price.amount)
    let draft = try InvoiceDraft(
      customerID: subscription.customerID, subscriptionID: subscription.id, purpose: .renewal,
      currency: price.amount.currency, lines: [line],
      discount: discount.map { .init(couponID: coupon?.id, amount: $0) },
      tax: try await TaxRateStore(connection).treatment(of: details), term: InvoiceDraft.runningTerm, covers: span)
    let former = subscription.unpaidSince
    let invoice = try await InvoiceStore(connection).issue(draft, at: now)
    guard invoice.status == .paid else { return invoice }
    subscription.paid(through: span.end)
    // Nothing was to be paid: it owes only what it owed before.
    if former == now { try subscription.clear() }
    return invoice
  }
}
