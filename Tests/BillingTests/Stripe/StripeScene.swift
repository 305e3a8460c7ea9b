import Billing
import Core
import Database
import TestSupport
import Testing

/// An order that waits for its payment, and a Stripe to pay it at.
struct StripeScene {
  let billing: BillingDatabase
  let clock: TestClock
  let order: Order
  let standIn: StripeStandIn
  let client: StripeClient

  static func make(
    _ happenings: (_ ours: Int64) -> [StripeStandIn.Happening] = StripeLife.happenings
  ) async throws -> StripeScene {
    let billing = try await BillingDatabase.make()
    let order = try await billing.order()
    let standIn = StripeStandIn(happenings(order.subscription.id))
    let account = try #require(StripeAccount(secretKey: "sk_test_standin", baseURL: "https://stripe.test"))
    let client = StripeClient(account: account) { request in
      let answer = standIn.answer(String(request.url.dropFirst(account.baseURL.count)))
      return StripeResponse(status: answer.status, headers: answer.headers, body: answer.body)
    }
    let scene = StripeScene(billing: billing, clock: TestClock(), order: order, standIn: standIn, client: client)
    try await scene.remember()
    return scene
  }

  var pool: ConnectionPool { billing.pool }
  var inbox: StripeInbox { StripeInbox(database: pool, client: client, clock: clock) { _, _, _, _, _ in } }
  var subscription: Subscription {
    get async throws { try #require(try await SubscriptionStore(pool).find(order.subscription.id)) }
  }

  /// What a checkout would have made known.
  private func remember() async throws {
    let now = clock.now()
    try await pool.execute(
      """
      INSERT INTO license.stripe_customers (mode, customer_id, stripe_id, created_at)
      VALUES ('test', \(order.customer.id), 'cus_1', \(now))
      """)
    try await pool.execute(
      """
      INSERT INTO license.stripe_catalogue (mode, kind, our_id, stripe_id, created_at)
      SELECT 'test', 'price', c.id, 'price_' || p.slug, \(now)
      FROM license.prices c JOIN license.plans p ON p.id = c.plan_id WHERE c.period = 'month' AND c.currency = 'USD'
      """)
  }

  /// Time passes, there and here.
  func pass(to time: Int64) {
    standIn.pass(to: time)
    clock.set(max(clock.now(), Timestamp(seconds: time)))
  }

  /// The event arrives at `time`.
  @discardableResult
  func deliver(
    _ happening: StripeStandIn.Happening, at time: Int64? = nil, version: String? = StripeShapes.version
  ) async throws -> StripeInbox.Outcome {
    pass(to: time ?? happening.at)
    return try await inbox.take(StripeEvent(happening.bytes(version: version)))
  }

  /// All that is to be the same whatever way the events came.
  func state() async throws -> [String] {
    let subscription = try await subscription
    var lines = [
      "\(subscription.provider) \(subscription.status) plan \(subscription.planID) until \(end(subscription.current?.end))"
        + " paid until \(end(subscription.paidUntil)) ended \(end(subscription.endedAt))"
        + " unpaid since \(end(subscription.unpaidSince))"
    ]
    for row in try await pool.query(
      """
      SELECT i.provider_reference, i.status, i.total, i.credited, i.due, i.paid_at, p.reference, p.refunded
      FROM license.invoices i LEFT JOIN license.payments p ON p.invoice_id = i.id ORDER BY i.provider_reference
      """)
    {
      let reference: String? = try row.get("provider_reference")
      let paidAt: Timestamp? = try row.get("paid_at")
      let payment: String? = try row.get("reference")
      let refunded: Int64? = try row.get("refunded")
      lines.append(
        "\(reference ?? "-") \(try row.get("status", as: String.self)) \(try row.get("total", as: Int64.self))"
          + " credited \(try row.get("credited", as: Int64.self)) due \(try row.get("due", as: Int64.self))"
          + " paid \(end(paidAt)) as \(payment ?? "-") refunded \(refunded ?? 0)")
    }
    let ledger = LedgerStore(pool)
    for account in LedgerAccount.allCases {
      let balances = try await ledger.balances(of: account).filter { !$0.isZero }
      lines.append("\(account) \(balances)")
    }
    #expect(try await ledger.unbalancedEntries().isEmpty)
    #expect(try await ledger.unsettledInvoices().isEmpty)
    for row in try await pool.query("SELECT status FROM license.stripe_disputes ORDER BY stripe_id") {
      lines.append("dispute \(try row.get("status", as: String.self))")
    }
    return lines
  }

  private func end(_ time: Timestamp?) -> String { time?.rfc3339 ?? "never" }

  func close() async {
    await pool.close()
  }
}
