import Billing
import Core
import Database
import Web

/// The staff's pages on subscriptions.
struct SubscriptionPages: Sendable {
  let database: ConnectionPool
  let subscriptions: SubscriptionRegister
  /// Nil without Stripe. What it runs is changed there.
  let stripe: StripeDesk?
  let layout: Layout
  let clock: any WallClock

  static let path = "/admin/subscriptions"

  func register(in table: inout StaffTable) {
    table.page("/subscriptions", .read(.billing), "Subscriptions", handler: list)
    table.page("/subscriptions/{id}", .read(.billing), "One subscription") { call in try await page(call, nil) }
    table.action(
      "/subscriptions/{id}/quote", .read(.billing), "Says what a change of plan would do", handler: quote)
    table.action("/subscriptions/{id}/change-plan", .write(.billing), "Changes the plan", handler: change)
    table.action("/subscriptions/{id}/cancel", .write(.billing), "Ends a subscription", handler: cancel)
    table.action("/subscriptions/{id}/resume", .write(.billing), "Takes back what was to come") { call in
      let id = try call.id()
      if let stripe, try await stripe.runs(id) {
        _ = try await stripe.resume(id, by: call.actor)
      } else {
        _ = try await subscriptions.resume(id, by: call.actor)
      }
      return back(to: id, "The subscription goes on as it is.")
    }
  }

  private func back(to id: Int64, _ message: String) -> Reply {
    .redirect(to: "\(Self.path)/\(id)", flash: Flash(.success, message))
  }

  @Sendable private func list(_ call: StaffCall) async throws -> Reply {
    let request = try call.listRequest
    let page = try await SubscriptionStore(database).list(request)
    let plans = try await planNames()
    let customers = try await CustomerStore(database).emails(page.items.map(\.customerID))
    let rows = page.items.map { subscription -> HTML in
      """
      <tr><td><a href="\(Self.path)/\(subscription.id)">\
      \(customers[subscription.customerID]?.description ?? "Number \(subscription.id)")</a></td>\
      <td>\(plans[subscription.planID] ?? "–"), by the \(subscription.period.rawValue)</td>\
      <td>\(PageParts.status(subscription.status.words))</td><td>\(PageParts.time(subscription.current?.end))</td>\
      <td>\(subscription.next(plans))</td></tr>
      """
    }
    let status = request.filters["status"] ?? ""
    let choices =
      [(value: "", title: "All")]
      + Subscription.Status.allCases.map { (value: $0.rawValue, title: $0.words) }
    return layout.staffPage(
      Layout.Frame(title: "Subscriptions", current: Self.path), call,
      """
      <form method="get" class="ty-search">\(PageParts.select("status", "Status", choices, selected: status))\
      <button class="btn">Show</button></form>
      \(PageParts.table(
        "Subscriptions", ["Customer", "Plan", "Status", "Period ends", "Then"], rows,
        empty: status.isEmpty ? "Nothing has been ordered yet." : "No subscription fits.",
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      """)
  }

  /// - Parameter asked: what a change would do, or why it cannot be made.
  private func page(_ call: StaffCall, _ asked: Result<(PlanTarget, PlanChangeQuote), Problem>?) async throws -> Reply {
    guard let subscription = try await SubscriptionStore(database).find(call.id()),
      let customer = try await CustomerStore(database).find(subscription.customerID)
    else { throw Problem.notFound("subscription") }
    let invoices = try await InvoiceStore(database).list(
      PageRequest(limit: 50, filters: ["subscription_id": "\(subscription.id)"])
    ).items
    let now = clock.now()
    let rows = invoices.map { invoice -> HTML in
      """
      <tr><td><a href="\(InvoicePages.path)/\(invoice.id)">\(invoice.number)</a></td><td>\(invoice.purpose.rawValue)</td>\
      <td class="num">\(invoice.total)</td><td class="num">\(invoice.due)</td>\
      <td>\(PageParts.status(invoice.word(at: now)))</td><td>\(PageParts.time(invoice.issuedAt))</td></tr>
      """
    }
    let plans = try await planNames()
    var problem: Problem?
    if case .failure(let refused)? = asked { problem = refused }
    var reply = layout.staffPage(
      Layout.Frame(title: "Subscription of \(customer.email)", current: Self.path), call,
      facts(subscription, customer, plans) + (try await changes(subscription, call, asked))
        + PageParts.table(
          "Invoices", ["Number", "For", "#Total", "#To be paid", "Status", "Issued"], rows, empty: "No invoice yet."))
    reply.status = problem?.status ?? 200
    return reply
  }

  private func facts(_ subscription: Subscription, _ customer: Customer, _ plans: [Int64: String]) -> HTML {
    PageParts.facts([
      ("Status", PageParts.status(subscription.status.words)),
      ("Customer", "<a href=\"/admin/customers/\(customer.id)\">\(customer.email)</a>"),
      ("Plan", "\(plans[subscription.planID] ?? "–"), by the \(subscription.period.rawValue)"),
      ("Run by", "\(subscription.provider.title)"),
      ("Period", "\(PageParts.time(subscription.current?.start)) to \(PageParts.time(subscription.current?.end))"),
      ("Paid until", PageParts.time(subscription.paidUntil)),
      ("Unpaid since", PageParts.time(subscription.unpaidSince)),
      ("Then", subscription.next(plans)),
    ])
  }

  private func changes(
    _ subscription: Subscription, _ call: StaffCall, _ asked: Result<(PlanTarget, PlanChangeQuote), Problem>?
  ) async throws -> HTML {
    guard !subscription.status.hasEnded else { return .empty }
    guard subscription.provider == .manual else { return try await changesAtStripe(subscription, call) }
    let path = "\(Self.path)/\(subscription.id)"
    let isWriter = call.session.allows(.write(.billing))
    let plans = try await PlanStore(database).all()
    let current = plans.first { $0.id == subscription.planID }?.slug ?? ""
    let form = call.form
    var answer = HTML.empty
    switch asked {
    case nil: break
    case .failure(let problem)?: answer = PageParts.faults(problem)
    case .success((let target, let quote))?:
      answer = "<div class=\"ty-note\" role=\"status\"><div>\(quote.words)</div></div>" + QuoteView(quote).html
      if isWriter {
        answer =
          answer + """
            <form method="post" action="\(path)/change-plan">\(call.csrfField)
            <input type="hidden" name="plan" value="\(target.plan)">
            <input type="hidden" name="interval" value="\(quote.toPrice.period.rawValue)">
            <button class="btn btn-primary">Change to \(quote.to.name)</button></form>
            """
      }
    }
    let change = PageParts.card(
      "Change the plan",
      """
      \(answer)<form method="post" action="\(path)/quote">\(call.csrfField)
      \(PageParts.select("plan", "Plan", plans.map { ($0.slug, $0.name) }, selected: form["plan"] ?? current))
      \(PageParts.select(
        "interval", "Paid by the", BillingPeriod.allCases.map { ($0.rawValue, $0.rawValue) },
        selected: form["interval"] ?? subscription.period.rawValue))
      <button class="btn">What would happen?</button></form>
      """)
    return change + (isWriter ? endings(subscription, path, call) : .empty)
  }

  /// Stripe works out what a change costs when it is made: nothing can be asked before.
  private func changesAtStripe(_ subscription: Subscription, _ call: StaffCall) async throws -> HTML {
    guard stripe != nil, call.session.allows(.write(.billing)) else { return .empty }
    let path = "\(Self.path)/\(subscription.id)"
    let plans = try await PlanStore(database).all()
    let current = plans.first { $0.id == subscription.planID }?.slug ?? ""
    let change = PageParts.card(
      "Change the plan",
      """
      <p>More acts at once, and Stripe charges the customer's card with the difference for the rest of the period. \
      Less acts from the next period on.</p>
      <form method="post" action="\(path)/change-plan">\(call.csrfField)
      \(PageParts.select("plan", "Plan", plans.map { ($0.slug, $0.name) }, selected: current))
      \(PageParts.select(
        "interval", "Paid by the", BillingPeriod.allCases.map { ($0.rawValue, $0.rawValue) },
        selected: subscription.period.rawValue))
      <button class="btn" data-confirm="Change this subscription at Stripe?">Change</button></form>
      """)
    return change + endings(subscription, path, call)
  }

  private func endings(_ subscription: Subscription, _ path: String, _ call: StaffCall) -> HTML {
    if subscription.cancelsAtPeriodEnd || subscription.scheduled != nil {
      return PageParts.card(
        "What is to come",
        PageParts.button("Go on as it is", post: "\(path)/resume", call.csrfField))
    }
    var choices = [("period_end", "with the period"), ("nothing", "now, without giving back")]
    if subscription.provider == .manual {
      choices.insert(("balance", "now, the rest to the customer's credit"), at: 1)
      choices.insert(("refund", "now, the rest back the way it was paid"), at: 2)
    }
    return PageParts.card(
      "End the subscription",
      """
      <form method="post" action="\(path)/cancel">\(call.csrfField)
      \(PageParts.select("when", "It ends", choices.map { (value: $0.0, title: $0.1) }))
      <button class="btn ty-danger" data-confirm="End this subscription?">End</button></form>
      """)
  }

  @Sendable private func quote(_ call: StaffCall) async throws -> Reply {
    do {
      let target = try Self.target(call)
      let quote = try await subscriptions.quote(call.id(), to: target)
      return try await page(call, .success((target, quote)))
    } catch let problem as Problem where problem.status == 422 {
      return try await page(call, .failure(problem))
    } catch let error as BillingError {
      guard let problem = ErrorTranslation.problem(for: error), problem.status != 404 else { throw error }
      return try await page(call, .failure(problem))
    }
  }

  @Sendable private func change(_ call: StaffCall) async throws -> Reply {
    let (id, target) = (try call.id(), try Self.target(call))
    if let stripe, try await stripe.runs(id) {
      let changed = try await stripe.change(id, to: target, by: call.actor)
      return back(to: id, changed.scheduled == nil ? "The plan is changed." : "The plan changes with the next period.")
    }
    let outcome = try await subscriptions.change(id, to: target, by: call.actor)
    return back(to: outcome.subscription.id, "Done. \(outcome.quote.words)")
  }

  @Sendable private func cancel(_ call: StaffCall) async throws -> Reply {
    var fields = try FieldReader(.object(call.form.json()))
    let when = fields.oneOf("when", ["period_end", "nothing"] + CreditNote.Destination.allCases.map(\.rawValue))
    try fields.finish()
    let id = try call.id()
    if let stripe, try await stripe.runs(id) {
      guard when == "period_end" || when == "nothing" else {
        throw Problem.conflict("Stripe runs this subscription: end it without credit, and credit its invoice.")
      }
      let ended = try await stripe.cancel(id, atPeriodEnd: when == "period_end", by: call.actor)
      return back(to: id, ended.status.hasEnded ? "The subscription has ended." : "It ends with its period.")
    }
    let outcome = try await subscriptions.cancel(
      id,
      when == "period_end" ? .atPeriodEnd : .now(credit: when.flatMap { CreditNote.Destination(rawValue: $0) }),
      by: call.actor)
    let credited = outcome.creditNote.map { " \($0.amount) is given back." } ?? ""
    return back(
      to: outcome.subscription.id,
      outcome.subscription.status.hasEnded ? "The subscription has ended.\(credited)" : "It ends with its period.")
  }

  private static func target(_ call: StaffCall) throws(Problem) -> PlanTarget {
    var fields = try FieldReader(.object(call.form.json()))
    let plan = fields.string("plan", length: 1...50)
    let period = fields.oneOf("interval", BillingPeriod.allCases.map(\.rawValue)).flatMap(BillingPeriod.init)
    try fields.finish()
    guard let plan else { throw Problem.internalError() }
    return PlanTarget(plan: plan, period: period)
  }

  private func planNames() async throws -> [Int64: String] {
    Dictionary(try await PlanStore(database).all().map { ($0.id, $0.name) }) { first, _ in first }
  }
}

extension Subscription {
  /// What comes with the period's end.
  fileprivate func next(_ plans: [Int64: String]) -> HTML {
    if status.hasEnded { return "ended \(PageParts.time(endedAt))" }
    if cancelsAtPeriodEnd { return "ends" }
    guard let scheduled else { return status == .incomplete ? "–" : "goes on" }
    return "\(plans[scheduled.planID] ?? "–"), by the \(scheduled.period.rawValue)"
  }
}
