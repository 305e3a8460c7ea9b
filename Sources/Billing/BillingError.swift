public import Core

/// Why billing refused something it was asked for.
public enum BillingError: Error, Hashable, Sendable {
  case noSuchPlan(String)
  /// The plan is not sold for this period in this currency.
  case noSuchPrice(plan: String, period: BillingPeriod, currency: Currency)
  case noSuchInvoice
  case noSuchSubscription
  /// The invoice was paid before, under another reference.
  case alreadyPaid(reference: String)
  /// The invoice's state does not allow it: only an open one is paid, only one that nothing was paid on is voided.
  case illegalInvoice(Invoice.Status)
  /// More would be given back than was charged, or was paid.
  case creditTooLarge(left: Money)
  /// An entry whose postings do not add up to zero in each currency, or that has an empty one.
  case unbalancedEntry
  /// The subscription's state does not allow it.
  case illegalTransition(from: Subscription.Status)
  /// Its invoice has to be paid before it can be changed.
  case unpaid
  /// Its period has just ended: once it is renewed it can be changed.
  case renewing
  /// The provider runs it: it is changed there.
  case runByProvider(Subscription.Provider)
  /// The plan and the period are the ones it has.
  case unchanged
  case coupon(CouponRefusal)
}

/// Why a coupon is not taken.
public enum CouponRefusal: String, Hashable, Sendable {
  case unknown = "is no coupon of ours"
  case withdrawn = "is not given any more"
  case late = "is past its last day"
  case exhausted = "has been used as often as it may be"
  case usedBefore = "was used by this customer before"
  case otherCurrency = "is in another currency"
}
