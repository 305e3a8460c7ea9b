import Billing
import Core
import Database
import Licensing
import Synchronization
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct StripeDeskTests {
  /// What is posted gets an id; what is asked for comes from a life, or is what was posted.
  private final class Wire: Sendable {
    private struct State {
      var posted: [(path: String, form: String)] = []
      var checkout: JSONValue?
      var refuses = false
    }

    let standIn: StripeStandIn
    private let state = Mutex(State())

    init(_ standIn: StripeStandIn) { self.standIn = standIn }

    var posts: [(path: String, form: String)] { state.withLock { $0.posted } }
    func refuse(_ refuses: Bool) { state.withLock { $0.refuses = refuses } }
    func setCheckout(_ checkout: JSONValue) { state.withLock { $0.checkout = checkout } }

    func client() throws -> StripeClient {
      let account = try #require(StripeAccount(secretKey: "sk_test_desk", baseURL: "https://stripe.test"))
      return StripeClient(
        account: account, transport: { [self] in answer($0, String($0.url.dropFirst(account.baseURL.count))) },
        pause: { _ in })
    }

    private func answer(_ request: StripeRequest, _ path: String) -> StripeResponse {
      state.withLock { state in
        if state.refuses { return StripeResponse(status: 500, headers: [], body: []) }
        if request.method == .get {
          if path.hasPrefix("/v1/checkout"), let checkout = state.checkout {
            return StripeResponse(status: 200, headers: [], body: checkout.utf8)
          }
          let found = standIn.answer(path)
          return StripeResponse(status: found.status, headers: found.headers, body: found.body)
        }
        let form = PercentCoding.decode(request.body)
        state.posted.append((path, form))
        if path == "/v1/checkout/sessions" {
          let checkout = StripeShapes.checkout(
            ours: nil, subscription: nil, status: "open", expires: StripeLife.start + StripeLife.day)
          state.checkout = checkout
          return StripeResponse(status: 200, headers: [], body: checkout.utf8)
        }
        if path == "/v1/billing_portal/sessions" {
          return StripeResponse(status: 200, headers: [], body: Array("{\"url\":\"https://billing.test\"}".utf8))
        }
        if path.hasPrefix("/v1/subscriptions/") {
          let found = standIn.answer(path)
          return StripeResponse(status: found.status, headers: found.headers, body: found.body)
        }
        let id = "\(path.split(separator: "/").last ?? "x")_\(state.posted.count)"
        return StripeResponse(status: 200, headers: [], body: Array("{\"id\":\"\(id)\"}".utf8))
      }
    }
  }

  private struct Scene {
    let database: TestDatabase
    let plane: ControlPlane
    let clock: TestClock
    let order: Order
    let wire: Wire
    let desk: StripeDesk

    /// - Parameter more: what happens after the life.
    static func make(more: [StripeStandIn.Happening] = []) async throws -> Scene {
      let database = try await TestPostgres.database(template: "license", migrate: LicenseDatabase.migrate)
      let clock = TestClock()
      let plane = try LicenseDatabase.plane(on: database, keys: "unused", clock: clock)
      let email = try #require(EmailAddress("buyer@example.com"))
      let order = try await plane.orders.place(
        OrderRequest(plan: "pro", period: .month, currency: .usd, email: email))
      let wire = Wire(StripeStandIn(StripeLife.happenings(ours: order.subscription.id) + more))
      let desk = StripeDesk(
        database: plane.database, client: try wire.client(), news: plane.news,
        publicURL: "https://license.example.com", clock: clock)
      return Scene(database: database, plane: plane, clock: clock, order: order, wire: wire, desk: desk)
    }

    /// Makes the life's names known and lets its first `count` happenings happen.
    func live(_ count: Int) async throws {
      let now = clock.now()
      try await plane.database.execute(
        """
        INSERT INTO license.stripe_customers (mode, customer_id, stripe_id, created_at)
        VALUES ('test', \(order.customer.id), 'cus_1', \(now)) ON CONFLICT DO NOTHING
        """)
      try await plane.database.execute(
        """
        INSERT INTO license.stripe_catalogue (mode, kind, our_id, stripe_id, created_at)
        SELECT 'test', 'price', c.id, 'price_' || p.slug, \(now)
        FROM license.prices c JOIN license.plans p ON p.id = c.plan_id
        WHERE c.period = 'month' AND c.currency = 'USD' ON CONFLICT DO NOTHING
        """)
      for happening in wire.standIn.happenings.prefix(count) {
        wire.standIn.pass(to: happening.at)
        clock.set(max(clock.now(), Timestamp(seconds: happening.at)))
        _ = try await desk.inbox.take(StripeEvent(happening.bytes()))
      }
    }

    var license: License? {
      get async throws { try await LicenseStore(plane.database).find(subscription: order.subscription.id) }
    }

    func subscription() async throws -> Subscription {
      try #require(try await SubscriptionStore(plane.database).find(order.subscription.id))
    }

    func count(_ table: SQL) async throws -> Int {
      try await plane.database.scalar("SELECT count(*) FROM \(table)") ?? 0
    }

    func close() async {
      await plane.database.close()
      withExtendedLifetime(database) {}
    }
  }

  @Test func anOrderHasOneCheckoutWhichSaysWhoseItIs() async throws {
    let scene = try await Scene.make()
    let url = try await scene.desk.checkoutURL(for: scene.order.subscription)
    #expect(url == "https://checkout.stripe.com/c/pay/cs_test_1")
    #expect(try await scene.desk.checkoutURL(for: scene.order.subscription) == url)
    #expect(
      scene.wire.posts.map(\.path) == ["/v1/customers", "/v1/products", "/v1/prices", "/v1/checkout/sessions"])
    let form = try #require(scene.wire.posts.last?.form)
    for part in [
      "mode=subscription", "customer=customers_1", "line_items[0][price]=prices_3",
      "client_reference_id=\(scene.order.subscription.id)",
      "subscription_data[metadata][trackily_subscription]=\(scene.order.subscription.id)",
    ] { #expect(form.contains(part), "\(form)") }
    let portal = try await scene.desk.portalURL(for: scene.order.customer)
    #expect(portal == "https://billing.test")
    await scene.close()
  }

  @Test func anOrderPaidByTransferCannotBePaidByCardAnyMore() async throws {
    let scene = try await Scene.make()
    _ = try await scene.desk.checkoutURL(for: scene.order.subscription)
    let cashier = Cashier(
      database: scene.plane.database, news: scene.plane.news, stripe: scene.desk, clock: scene.clock)
    let actor = Actor(name: "staff test", address: nil)
    scene.wire.refuse(true)
    await #expect(throws: StripeError.self) {
      try await cashier.markPaid(invoice: scene.order.invoice.id, reference: "bank 1", by: actor)
    }
    #expect(try await scene.subscription().status == .incomplete)
    scene.wire.refuse(false)
    let paid = try await cashier.markPaid(invoice: scene.order.invoice.id, reference: "bank 1", by: actor)
    #expect(paid.invoice.status == .paid && paid.license != nil)
    #expect(scene.wire.posts.last?.path == "/v1/checkout/sessions/cs_test_1/expire")
    await scene.close()
  }

  @Test func whatWasJustPaidByCardIsNotMarkedPaid() async throws {
    let scene = try await Scene.make()
    _ = try await scene.desk.checkoutURL(for: scene.order.subscription)
    scene.wire.setCheckout(
      StripeShapes.checkout(ours: nil, subscription: "sub_1", expires: StripeLife.start + StripeLife.day))
    let cashier = Cashier(
      database: scene.plane.database, news: scene.plane.news, stripe: scene.desk, clock: scene.clock)
    let refused = await #expect(throws: Problem.self) {
      try await cashier.markPaid(
        invoice: scene.order.invoice.id, reference: "bank 1", by: Actor(name: "staff test", address: nil))
    }
    #expect(refused?.status == 409)
    #expect(scene.wire.posts.allSatisfy { !$0.path.hasSuffix("/expire") })
    await scene.close()
  }

  @Test func whatIsPaidOrBeingPaidIsNotPaidAgain() async throws {
    let scene = try await Scene.make()
    _ = try await scene.desk.checkoutURL(for: scene.order.subscription)
    scene.wire.setCheckout(
      StripeShapes.checkout(ours: nil, subscription: "sub_1", expires: StripeLife.start + StripeLife.day))
    let arriving = await #expect(throws: Problem.self) {
      try await scene.desk.checkoutURL(for: scene.order.subscription)
    }
    #expect(arriving?.status == 409)
    try await scene.live(4)
    let paid = try await scene.subscription()
    let over = await #expect(throws: Problem.self) { try await scene.desk.checkoutURL(for: paid) }
    #expect(over?.status == 409)
    await scene.close()
  }

  @Test func aStripeThatIsAwayIsNoFaultOfOurs() async throws {
    let scene = try await Scene.make()
    scene.wire.refuse(true)
    let error = await #expect(throws: StripeError.self) {
      try await scene.desk.checkoutURL(for: scene.order.subscription)
    }
    #expect(error.flatMap { ErrorTranslation.problem(for: $0) }?.status == 503)
    scene.wire.refuse(false)
    _ = try await scene.desk.checkoutURL(for: scene.order.subscription)
    await scene.close()
  }

  @Test func theLicenceFollowsEachPayment() async throws {
    let scene = try await Scene.make()
    try await scene.live(2)
    #expect(try await scene.license == nil)
    try await scene.live(3)
    let bought = try #require(try await scene.license)
    #expect(bought.plan.slug == "pro" && bought.status(at: scene.clock.now()) == .active)
    try await scene.live(9)
    // Declined on the thirtieth day: it works on, and warns from the seventh day after.
    let late = try #require(try await scene.license)
    #expect(late.status(at: scene.clock.now()) == .active && late.overdueUntil?.rfc3339 == "2027-01-11T10:00:00.000Z")
    #expect(late.status(at: scene.clock.now() + .days(10)) == .overdue)
    try await scene.live(15)
    #expect(try await scene.license?.plan.slug == "enterprise")
    try await scene.live(.max)
    let over = try #require(try await scene.license)
    #expect(over.status(at: scene.clock.now() + .seconds(1)) == .expired && over.id == bought.id)
    await scene.close()
  }

  @Test func whatHappenedIsToldAndWrittenDown() async throws {
    let scene = try await Scene.make()
    try await scene.live(.max)
    let rows = try await scene.plane.database.query(
      "SELECT type, count(*) AS times FROM license.vendor_events WHERE type LIKE 'invoice.%' GROUP BY type")
    var told: [String: Int] = [:]
    for row in rows { told[try row.get("type")] = try row.get("times") }
    #expect(told["invoice.paid"] == 3 && told["invoice.payment_failed"] == 1, "\(told)")
    #expect(told["invoice.refunded"] == 1 && told["invoice.disputed"] == 2, "\(told)")
    #expect(try await AuditStore(scene.plane.database).verify().fault == nil)
    #expect(try await scene.count("license.audit_log WHERE actor = 'Stripe'") >= 10)
    let license = try #require(try await scene.license)
    #expect(try await scene.count("license.license_notes WHERE license_id = \(license.id)") == 2)
    await scene.close()
  }

  @Test func aRefundThatCameBackIsToldToTheVendor() async throws {
    let returned = StripeShapes.refund(
      charge: "ch_in_2", amount: 2_000, status: "failed", failure: "expired_or_canceled_card")
    let day62 = StripeLife.start + 62 * StripeLife.day
    let scene = try await Scene.make(more: [
      .init("evt_back", "refund.failed", at: day62, returned), .init("evt_too", "refund.updated", at: day62, returned),
    ])
    try await SettingsStore(scene.plane.database).save(
      VendorSettings(alarmEmail: EmailAddress("alarms@example.com")), at: scene.clock.now())
    try await scene.live(.max)
    #expect(try await scene.count("license.vendor_events WHERE type = 'invoice.refund_failed'") == 1)
    #expect(try await scene.count("license.audit_log WHERE action = 'refund.fail' AND actor = 'Stripe'") == 1)
    #expect(try await scene.count("license.license_notes WHERE body LIKE '%expired or canceled card%'") == 1)
    #expect(try await scene.count("license.mails WHERE template = 'refund_failed'") == 1)
    let credit = try await CreditBalanceStore(scene.plane.database).balance(of: scene.order.customer.id, in: .usd)
    #expect(credit.minorUnits == 2_000)
    await scene.close()
  }

  @Test func aLowerPriceBeginsWithTheNextPeriod() async throws {
    let scene = try await Scene.make()
    try await scene.live(5)
    let subscription = try await scene.subscription()
    let actor = Actor(name: "test", address: nil)
    let lowered = try await scene.desk.change(subscription.id, to: PlanTarget(plan: "starter"), by: actor)
    #expect(lowered.planID == subscription.planID && lowered.scheduled != nil)
    let form = try #require(scene.wire.posts.last?.form)
    #expect(form.contains("proration_behavior=none") && form.contains("items[0][price]=price_starter"))
    let raised = try await scene.desk.change(subscription.id, to: PlanTarget(plan: "enterprise"), by: actor)
    #expect(raised.id == subscription.id)
    let upgrade = try #require(scene.wire.posts.last?.form)
    #expect(upgrade.contains("proration_behavior=always_invoice"))
    #expect(upgrade.contains("payment_behavior=error_if_incomplete"))
    await scene.close()
  }

  /// What staff do with a licence whose subscription is at Stripe.
  private func changeLicence(_ scene: Scene, to plan: String, isDryRun: Bool = false) async throws -> PlanChange {
    let license = try #require(try await scene.license)
    return try await scene.plane.licenses.changePlan(
      license.id, to: plan, isDryRun: isDryRun, through: scene.plane.subscriptions, stripe: scene.desk,
      by: Actor(name: "staff test", address: nil))
  }

  @Test func staffChangeTheLicencesPlanAtStripe() async throws {
    let scene = try await Scene.make()
    try await scene.live(5)
    let asked = try await changeLicence(scene, to: "enterprise", isDryRun: true)
    #expect(asked.license == nil && asked.quote == nil && scene.wire.posts.isEmpty)
    _ = try await changeLicence(scene, to: "enterprise")
    let form = try #require(scene.wire.posts.last?.form)
    #expect(form.contains("items[0][price]=price_enterprise") && form.contains("proration_behavior=always_invoice"))
    #expect(try await scene.count("license.audit_log WHERE action = 'subscription.change_plan'") == 1)
    // The licence has what Stripe says it has.
    #expect(try await scene.license?.plan.slug == "pro")
    try await scene.live(15)
    #expect(try await scene.license?.plan.slug == "enterprise")
    await scene.close()
  }

  @Test func whatStripeRefusesLeavesTheLicenceAsItIs() async throws {
    let scene = try await Scene.make()
    try await scene.live(5)
    scene.wire.refuse(true)
    await #expect(throws: StripeError.self) { try await changeLicence(scene, to: "enterprise") }
    scene.wire.refuse(false)
    #expect(try await scene.license?.plan.slug == "pro")
    await #expect(throws: BillingError.noSuchPlan("gold")) { try await changeLicence(scene, to: "gold") }
    let license = try #require(try await scene.license)
    _ = try await scene.plane.licenses.revoke(license.id, by: Actor(name: "staff test", address: nil))
    await #expect(throws: Problem.self) { try await changeLicence(scene, to: "enterprise") }
    #expect(scene.wire.posts.isEmpty)
    await scene.close()
  }

  @Test func withoutStripesKeyItsSubscriptionsAreLeftAlone() async throws {
    let scene = try await Scene.make()
    try await scene.live(5)
    let license = try #require(try await scene.license)
    await #expect(throws: BillingError.runByProvider(.stripe)) {
      try await scene.plane.licenses.changePlan(
        license.id, to: "enterprise", isDryRun: false, through: scene.plane.subscriptions, stripe: nil,
        by: Actor(name: "staff test", address: nil))
    }
    #expect(try await scene.license?.plan.slug == "pro")
    await scene.close()
  }

  @Test func anUpgradeTakesBackALowerPriceThatWasToCome() async throws {
    let scene = try await Scene.make()
    try await scene.live(5)
    let (id, actor) = (scene.order.subscription.id, Actor(name: "test", address: nil))
    let lowered = try await scene.desk.change(id, to: PlanTarget(plan: "starter"), by: actor)
    #expect(lowered.scheduled != nil)
    _ = try await scene.desk.change(id, to: PlanTarget(plan: "enterprise"), by: actor)
    // What was paid is credited at what was paid for it.
    let forms = scene.wire.posts.suffix(2).map(\.form)
    #expect(forms.first?.contains("items[0][price]=price_pro&proration_behavior=none") == true, "\(forms)")
    #expect(forms.last?.contains("items[0][price]=price_enterprise&proration_behavior=always_invoice") == true)
    try await scene.live(15)
    let raised = try await scene.subscription()
    let plan = try await PlanStore(scene.plane.database).find(slug: "enterprise")
    #expect(raised.scheduled == nil && raised.planID == plan?.id)
    await scene.close()
  }

  @Test func onlyWhatStripeRunsIsChangedThere() async throws {
    let scene = try await Scene.make()
    let actor = Actor(name: "test", address: nil)
    await #expect(throws: BillingError.runByProvider(.manual)) {
      try await scene.desk.cancel(scene.order.subscription.id, atPeriodEnd: true, by: actor)
    }
    await #expect(throws: BillingError.noSuchSubscription) {
      try await scene.desk.resume(4_711, by: actor)
    }
    #expect(scene.wire.posts.isEmpty)
    await scene.close()
  }
}
