public import Core

/// What a subscription shall be changed to.
public struct PlanTarget: Hashable, Sendable {
  public let plan: String
  /// Nil: the one it has.
  public let period: BillingPeriod?

  public init(plan: String, period: BillingPeriod? = nil) {
    self.plan = plan
    self.period = period
  }
}

/// What a change of plan would do: when it acts, what it costs now.
public struct PlanChangeQuote: Hashable, Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    /// More for the customer: at once. The rest of the period is credited at what was paid for it, and charged at the
    /// new price.
    case upgrade
    /// Less for the customer: from the next period on.
    case downgrade
    /// While it is tried out: at once and for nothing.
    case trial
    /// Back to what it is now: only the scheduled change goes.
    case keep
  }

  public let kind: Kind
  public let from: Plan
  public let to: Plan
  public let fromPrice: Price
  public let toPrice: Price
  /// Now, or the current period's end.
  public let effectiveAt: Timestamp
  /// What of the current period is given back, tax included.
  public let credit: Money
  /// The new price for the rest of the period (or for a whole new one), less the discount; then the tax on it.
  public let charge: Money
  public let discount: Money
  public let tax: Money
  /// With the tax: what the invoice will be over.
  public let total: Money
  /// What the credit, and what the customer had to his credit before, pay of it.
  public let creditUsed: Money
  /// What has to be paid now.
  public let due: Money
  /// A new period begins now, because the other price is for another period.
  public let restarts: Bool
  /// The period that the new price is charged for; nil when nothing is charged now.
  public let covers: Subscription.Span?
  /// From then on the new price is charged.
  public let renewsAt: Timestamp
}

extension PlanChangeQuote {
  /// All that a quote is worked out from.
  struct Facts {
    let subscription: Subscription
    let from: (plan: Plan, price: Price)
    let to: (plan: Plan, price: Price)
    /// The paid invoice for the rest of the current period.
    let covering: Invoice?
    let coupon: Coupon?
    let treatment: TaxTreatment
    let balance: Money
  }

  /// - Throws: ``BillingError`` for a subscription that cannot be changed, or would not be.
  init(_ facts: Facts, at now: Timestamp) throws {
    let subscription = facts.subscription
    guard let current = subscription.current else {
      throw subscription.status == .incomplete
        ? BillingError.unpaid : BillingError.illegalTransition(from: subscription.status)
    }
    let kind = try Self.kind(facts)
    guard now < current.end else { throw BillingError.renewing }
    let zero = Money.zero(facts.to.price.amount.currency)
    let restarts = kind == .upgrade && facts.to.price.period != facts.from.price.period
    self.kind = kind
    (from, fromPrice) = facts.from
    (to, toPrice) = facts.to
    self.restarts = restarts
    guard kind == .upgrade else {
      effectiveAt = kind == .trial ? now : current.end
      (credit, charge, discount, tax, total, creditUsed, due) = (zero, zero, zero, zero, zero, zero, zero)
      covers = nil
      renewsAt = current.end
      return
    }
    let end = restarts ? facts.to.price.period.end(of: 1, from: now) : current.end
    let covers = Subscription.Span(start: now, end: end)
    let part = restarts ? Proration.whole : Proration(after: now, of: current)
    charge = try part.of(facts.to.price.amount)
    // A coupon that lowers the current period lowers the rest of it too; a new period uses up one of its own.
    let applies = restarts ? subscription.coupon?.appliesToNext == true : facts.covering?.couponID == facts.coupon?.id
    discount = applies ? try facts.coupon?.discount(on: charge, part: part) ?? zero : zero
    let draft = try InvoiceDraft(
      customerID: subscription.customerID, purpose: .upgrade, currency: charge.currency,
      lines: [Invoice.Line(description: "", unitAmount: charge)],
      discount: .init(couponID: nil, amount: discount), tax: facts.treatment)
    tax = draft.tax
    total = draft.total
    credit = try Self.unused(of: facts.covering, at: now) ?? zero
    creditUsed = try facts.balance.adding(credit).capped(at: total)
    due = try total.subtracting(creditUsed)
    effectiveAt = now
    self.covers = covers
    renewsAt = end
  }

  private static func kind(_ facts: Facts) throws -> Kind {
    let subscription = facts.subscription
    let (from, to) = (facts.from, facts.to)
    switch subscription.status {
    case .trialing, .active: break
    case .incomplete, .pastDue, .suspended: throw BillingError.unpaid
    case .canceled, .expired: throw BillingError.illegalTransition(from: subscription.status)
    }
    if from.price.id == to.price.id || (from.plan == to.plan && from.price.period == to.price.period) {
      guard subscription.scheduled != nil else { throw BillingError.unchanged }
      return .keep
    }
    if subscription.status == .trialing { return .trial }
    if to.plan.rank != from.plan.rank { return to.plan.rank > from.plan.rank ? .upgrade : .downgrade }
    return to.price.period.months > from.price.period.months ? .upgrade : .downgrade
  }

  /// What the invoice that paid for the time after `now` gives back of it, to the second.
  static func unused(of invoice: Invoice?, at now: Timestamp) throws -> Money? {
    guard let invoice, let covers = invoice.covers else { return nil }
    return try Proration(after: now, of: covers).of(invoice.total).capped(at: invoice.creditable)
  }
}
