public import Core

/// Why billing refused something it was asked for.
public enum BillingError: Error, Hashable, Sendable {
  case noSuchPlan(String)
  /// The plan is not sold for this period in this currency.
  case noSuchPrice(plan: String, period: BillingPeriod, currency: Currency)
  case noSuchInvoice
  /// The invoice was paid before, under another reference.
  case alreadyPaid(reference: String)
  /// An entry whose postings do not add up to zero in each currency, or that has an empty one.
  case unbalancedEntry
  /// The subscription's state does not allow it.
  case illegalTransition(from: Subscription.Status)
}
