public import Core

/// How a subscription that we run goes from state to state. What the state does not allow throws
/// ``BillingError/illegalTransition(from:)``.
extension Subscription {
  /// incomplete -> trialing: use without payment until `end`.
  mutating func startTrial(at now: Timestamp, until end: Timestamp) throws(BillingError) {
    try require([.incomplete])
    status = .trialing
    trialEnd = end
    current = Span(start: now, end: end)
  }

  /// incomplete -> active: the order is paid and the first period begins.
  mutating func start(at now: Timestamp) throws(BillingError) {
    try require([.incomplete])
    anchor = now
    let span = nextSpan(from: now, anchor: now)
    current = span
    paidUntil = span.end
    status = .active
  }

  /// trialing, active, past_due -> past_due: the next period begins, at the scheduled price if there is one, and waits
  /// for its payment.
  /// - Returns: the new period.
  mutating func renew(unpaidSince now: Timestamp) throws(BillingError) -> Span {
    try require([.trialing, .active, .pastDue])
    guard let former = current else { throw .illegalTransition(from: status) }
    let isFirst = status == .trialing
    var restarts = isFirst
    if let next = scheduled {
      restarts = restarts || next.period != period
      adopt(next)
      scheduled = nil
    }
    if restarts { anchor = former.end }
    let span = nextSpan(from: former.end, anchor: anchor ?? former.end)
    current = span
    coupon?.useOne()
    owe(since: now)
    return span
  }

  /// trialing, active -> the same on another price at once. With `restarting` a new period begins now.
  mutating func change(to price: Price, at now: Timestamp, restarting: Bool) throws(BillingError) {
    try require([.trialing, .active])
    adopt(ScheduledPrice(price))
    scheduled = nil
    guard restarting, status == .active else { return }
    anchor = now
    let span = nextSpan(from: now, anchor: now)
    current = span
    paidUntil = now
    coupon?.useOne()
  }

  /// trialing, active: the next period will be at another price, and so there will be one; nil takes the price back.
  mutating func schedule(_ price: Price?) throws(BillingError) {
    try require([.trialing, .active])
    scheduled = price.map { ScheduledPrice($0) }
    guard price != nil else { return }
    cancelsAtPeriodEnd = false
    canceledAt = nil
  }

  /// active, past_due -> past_due: an invoice of it waits for its payment.
  mutating func owe(since now: Timestamp) {
    status = .pastDue
    unpaidSince = min(unpaidSince ?? now, now)
  }

  /// A period's invoice is settled.
  mutating func paid(through end: Timestamp) { paidUntil = max(paidUntil ?? end, end) }

  /// past_due, suspended -> active: nothing is owed any more.
  mutating func clear() throws(BillingError) {
    try require([.pastDue, .suspended, .active])
    status = .active
    unpaidSince = nil
  }

  /// past_due -> suspended
  mutating func suspend() throws(BillingError) {
    try require([.pastDue])
    status = .suspended
  }

  /// trialing, active, past_due: it runs to its period's end and is not renewed.
  mutating func cancelAtPeriodEnd(at now: Timestamp) throws(BillingError) {
    try require([.trialing, .active, .pastDue])
    cancelsAtPeriodEnd = true
    canceledAt = now
    scheduled = nil
  }

  /// Takes back a cancellation at the period's end, and a scheduled change.
  mutating func resume() throws(BillingError) {
    try require([.trialing, .active, .pastDue])
    cancelsAtPeriodEnd = false
    canceledAt = nil
    scheduled = nil
  }

  /// Any state that is no end -> canceled
  mutating func cancel(at end: Timestamp) throws(BillingError) { try finish(.canceled, at: end) }

  /// Any state that is no end -> expired
  mutating func expire(at end: Timestamp) throws(BillingError) { try finish(.expired, at: end) }

  private mutating func finish(_ final: Status, at end: Timestamp) throws(BillingError) {
    if status.hasEnded { throw .illegalTransition(from: status) }
    if final == .canceled { canceledAt = canceledAt ?? end }
    status = final
    endedAt = end
    scheduled = nil
    unpaidSince = nil
  }

  private mutating func adopt(_ next: ScheduledPrice) {
    priceID = next.priceID
    planID = next.planID
    period = next.period
  }

  /// The period that begins at `start` and is counted from `anchor`.
  private func nextSpan(from start: Timestamp, anchor: Timestamp) -> Span {
    var count = 1
    while period.end(of: count, from: anchor) <= start { count += 1 }
    return Span(start: start, end: period.end(of: count, from: anchor))
  }

  private func require(_ states: Set<Status>) throws(BillingError) {
    guard states.contains(status) else { throw .illegalTransition(from: status) }
  }
}

extension Subscription {
  /// What a provider that runs the subscription says of it. It is the provider's word, whatever the state was before.
  public struct ProviderFacts: Sendable {
    public var status: Status
    public var price: Price
    public var current: Span?
    public var paidUntil: Timestamp?
    public var trialEnd: Timestamp?
    public var cancelsAtPeriodEnd: Bool
    public var canceledAt: Timestamp?
    public var endedAt: Timestamp?
    public var unpaidSince: Timestamp?

    public init(
      status: Status, price: Price, current: Span?, paidUntil: Timestamp?, trialEnd: Timestamp? = nil,
      cancelsAtPeriodEnd: Bool = false, canceledAt: Timestamp? = nil, endedAt: Timestamp? = nil,
      unpaidSince: Timestamp? = nil
    ) {
      self.status = status
      self.price = price
      self.current = current
      self.paidUntil = paidUntil
      self.trialEnd = trialEnd
      self.cancelsAtPeriodEnd = cancelsAtPeriodEnd
      self.canceledAt = canceledAt
      self.endedAt = endedAt
      self.unpaidSince = unpaidSince
    }
  }

  /// From now on a provider runs it; ``mirror(_:at:)`` then tells how it stands.
  public mutating func handOver(to provider: Provider, reference: String) {
    self.provider = provider
    providerReference = reference
  }

  /// For subscriptions that a provider runs.
  /// - Parameter now: the end of one that the provider calls ended without saying since when.
  public mutating func mirror(_ facts: ProviderFacts, at now: Timestamp) {
    status = facts.status
    adopt(ScheduledPrice(facts.price))
    current = facts.current
    anchor = anchor ?? facts.current?.start
    paidUntil = facts.paidUntil
    trialEnd = facts.trialEnd
    cancelsAtPeriodEnd = facts.cancelsAtPeriodEnd
    canceledAt = facts.canceledAt
    endedAt = facts.status.hasEnded ? facts.endedAt ?? now : nil
    unpaidSince = facts.status.hasEnded ? nil : facts.unpaidSince
  }
}
