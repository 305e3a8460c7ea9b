import Billing
import Core
import Database
import Web

/// `/api/subscriptions`
struct SubscriptionAPI: Sendable {
  let database: ConnectionPool
  let subscriptions: SubscriptionRegister
  /// Nil without Stripe. What it runs is changed there.
  let stripe: StripeDesk?

  func register(in table: inout StaffTable) {
    table.define("subscription", Subscription.schema)
    table.define("plan_change_quote", PlanChangeQuote.schema)
    table.on(
      .get, "/subscriptions", .read(.billing), "Subscriptions, the newest first",
      query: .page + [
        QueryParameter("customer_id", .integer, "Of this customer."),
        QueryParameter("status", .string, "One of the states."),
        QueryParameter("provider", .string, "manual or stripe."),
      ],
      answer: .page(of: .ref("subscription"))
    ) { call in
      .json(try await SubscriptionStore(database).list(call.listRequest).json(\.json))
    }
    table.on(.get, "/subscriptions/{id}", .read(.billing), "One subscription", answer: .ref("subscription")) { call in
      guard let subscription = try await SubscriptionStore(database).find(call.id()) else {
        throw Problem.notFound("subscription")
      }
      return .json(subscription.json)
    }
    table.on(
      .post, "/subscriptions", .write(.billing), "Starts a trial; its first invoice is issued when it ends",
      body: .json(Self.trial), answer: .ref("subscription"), status: 201, creates: true, handler: startTrial)
    table.on(
      .post, "/subscriptions/{id}/change-plan", .write(.billing),
      "Upgrades now or downgrades at the period's end, or says what that would do",
      query: [QueryParameter("dry_run", .boolean, "true only says what would happen.")],
      body: .json(Self.target), answer: Self.change, handler: changePlan)
    table.on(
      .post, "/subscriptions/{id}/cancel", .write(.billing), "Ends a subscription, now or with its period",
      body: .json(Self.cancellation), answer: Self.canceled, handler: cancel)
    table.on(
      .post, "/subscriptions/{id}/resume", .write(.billing),
      "Takes back a cancellation at the period's end, and a scheduled downgrade", answer: .ref("subscription")
    ) { call in
      let id = try call.id()
      if let stripe, try await stripe.runs(id) { return .json(try await stripe.resume(id, by: call.actor).json) }
      return .json(try await subscriptions.resume(id, by: call.actor).json)
    }
  }

  @Sendable private func startTrial(_ call: StaffCall) async throws -> Reply {
    var fields = try call.fields()
    let plan = fields.string("plan", length: 1...50)
    let period = fields.oneOf("interval", BillingPeriod.allCases.map(\.rawValue)).flatMap(BillingPeriod.init)
    let currency = fields.currency("currency")
    let email = fields.email("email")
    let coupon = fields.optionalString("coupon", length: 1...60) ?? nil
    let days = fields.int("trial_days", range: 1...365)
    try fields.finish()
    guard let plan, let period, let currency, let email, let days else { throw Problem.internalError() }
    let subscription = try await subscriptions.startTrial(
      OrderRequest(plan: plan, period: period, currency: currency, email: email, coupon: coupon), days: days,
      by: call.actor)
    return .created(subscription.json, location: "/api/subscriptions/\(subscription.id)")
  }

  @Sendable private func changePlan(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    let plan = fields.string("plan", length: 1...50)
    let period = (fields.optionalOneOf("interval", BillingPeriod.allCases.map(\.rawValue)) ?? nil)
      .flatMap(BillingPeriod.init)
    try fields.finish()
    guard let plan else { throw Problem.internalError() }
    let target = PlanTarget(plan: plan, period: period)
    let isDryRun = call.query("dry_run") == "true"
    if let stripe, !isDryRun, try await stripe.runs(id) {
      let subscription = try await stripe.change(id, to: target, by: call.actor)
      return .json([
        "applied": true, "quote": nil, "subscription": subscription.json, "invoice": nil, "credit_note": nil,
      ])
    }
    if isDryRun {
      let quote = try await subscriptions.quote(id, to: target)
      return .json([
        "applied": false, "quote": quote.json, "subscription": nil, "invoice": nil, "credit_note": nil,
      ])
    }
    let outcome = try await subscriptions.change(id, to: target, by: call.actor)
    return .json([
      "applied": true, "quote": outcome.quote.json, "subscription": outcome.subscription.json,
      "invoice": .optional(outcome.invoice?.json), "credit_note": .optional(outcome.creditNote?.json),
    ])
  }

  @Sendable private func cancel(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    let when = fields.oneOf("when", Self.moments)
    let credit = (fields.optionalOneOf("credit", CreditNote.Destination.allCases.map(\.rawValue)) ?? nil)
      .flatMap(CreditNote.Destination.init)
    if when == "period_end", credit != nil { fields.fault("credit", "unfit", "is only given when it ends now") }
    try fields.finish()
    if let stripe, try await stripe.runs(id) {
      guard credit == nil else {
        throw Problem.conflict(
          "Stripe runs this subscription: end it without credit, and credit its invoice.", field: "credit")
      }
      let subscription = try await stripe.cancel(id, atPeriodEnd: when == "period_end", by: call.actor)
      return .json([
        "subscription": subscription.json, "credit_note": nil, "refund": nil, "voided_invoices": [],
      ])
    }
    let outcome = try await subscriptions.cancel(
      id, when == "now" ? .now(credit: credit) : .atPeriodEnd, by: call.actor)
    return .json([
      "subscription": outcome.subscription.json, "credit_note": .optional(outcome.creditNote?.json),
      "refund": .optional(outcome.refund?.json), "voided_invoices": .array(outcome.voided.map(\.json)),
    ])
  }

  private static let moments = ["now", "period_end"]
  private static let target = Schema.object([
    .required("plan", .string), .optional("interval", Schema.choice(BillingPeriod.allCases.map(\.rawValue)).nullable),
  ])
  private static let trial = Schema.object([
    .required("plan", .string), .required("interval", .choice(BillingPeriod.allCases.map(\.rawValue))),
    .required("currency", .string), .required("email", .email), .optional("coupon", Schema.string.nullable),
    .required("trial_days", .integer),
  ])
  private static let cancellation = Schema.object([
    .required("when", .choice(moments)),
    .optional(
      "credit",
      Schema.choice(CreditNote.Destination.allCases.map(\.rawValue))
        .described("Where what is left of the period goes; nowhere unless given.").nullable),
  ])
  private static let change = Schema.object([
    .required("applied", .boolean),
    .required(
      "quote",
      Schema.ref("plan_change_quote").described("Null when Stripe works the difference out and collects it.").nullable),
    .required("subscription", Schema.ref("subscription").nullable),
    .required("invoice", Schema.ref("invoice").nullable),
    .required("credit_note", Schema.ref("credit_note").nullable),
  ])
  private static let canceled = Schema.object([
    .required("subscription", .ref("subscription")), .required("credit_note", Schema.ref("credit_note").nullable),
    .required("refund", Schema.ref("refund").nullable), .required("voided_invoices", .array(.ref("invoice"))),
  ])
}
