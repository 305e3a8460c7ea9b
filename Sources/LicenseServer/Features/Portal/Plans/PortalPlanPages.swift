import Billing
import Core
import Database
import Web

/// A licence's plan: what is paid for it, what another would do, how it ends.
struct PortalPlanPages: Sendable {
  let desk: PortalPlanDesk
  let layout: Layout

  func register(in table: inout PortalTable) {
    table.page("/licenses/{id}/plan", .portalRead(.billing), "The plan, and what another would do") { call in
      guard let paid = try await desk.paid(call) else { return try grantedPage(call) }
      return try await page(call, paid, PlanChoice(call.query("change")), nil)
    }
    table.action("/licenses/{id}/plan", .portalWrite(.billing), "Changes the plan", bodyLimit: 16_384, handler: change)
    table.action("/licenses/{id}/cancel", .portalWrite(.billing), "Lets the subscription run out") { call in
      let ended = try await desk.cancel(try await paid(call), by: call.actor)
      let end = ended.current.map { " It works until \($0.end.day)." } ?? ""
      return try back(call, "The subscription is cancelled.\(end)")
    }
    table.action("/licenses/{id}/resume", .portalWrite(.billing), "Takes a cancellation or downgrade back") { call in
      try await desk.resume(try await paid(call), by: call.actor)
      return try back(call, "The subscription goes on as it was.")
    }
  }

  private func path(_ call: PortalCall) throws -> String { "\(PortalLicensePages.path)/\(try call.id())/plan" }

  private func back(_ call: PortalCall, _ message: String) throws -> Reply {
    .redirect(to: try path(call), flash: Flash(.success, message))
  }

  private func paid(_ call: PortalCall) async throws -> PortalPlanDesk.Paid {
    guard let paid = try await desk.paid(call) else { throw Problem.notFound("subscription") }
    return paid
  }

  @Sendable private func change(_ call: PortalCall) async throws -> Reply {
    let paid = try await paid(call)
    let choice = PlanChoice(call.form["change"])
    guard let choice else { throw Problem.invalid("change", "choice", "must be a plan and a period") }
    do {
      let shown = call.form["shown"].flatMap { Int64($0) }
      let invoice = try await desk.change(paid, to: choice.target, shown: shown, by: call.actor)
      if let invoice, invoice.status == .open {
        return .redirect(
          to: "\(PortalInvoicePages.path)/\(invoice.id)",
          flash: Flash(.success, "Your plan is changed. Please pay \(invoice.due) by \(invoice.dueAt.day)."))
      }
      return try back(call, "Your plan is changed.")
    } catch let problem as Problem where problem.status == 409 || problem.status == 402 {
      return try await page(call, paid, choice, problem)
    }
  }

  /// For a licence that no subscription pays.
  private func grantedPage(_ call: PortalCall) throws -> Reply {
    layout.portalPage(
      Layout.Frame(title: "Plan", current: PortalPages.path), call,
      PageParts.card(
        "Plan",
        """
        <p>This licence was given to you without a subscription. Ask us if you need another plan.</p>
        <a class="btn" href="\(PortalLicensePages.path)/\(try call.id())">Back to the licence</a>
        """))
  }

  private func page(
    _ call: PortalCall, _ paid: PortalPlanDesk.Paid, _ choice: PlanChoice?, _ problem: Problem?
  ) async throws -> Reply {
    var shown = problem
    var preview: PortalPlanDesk.Preview?
    if let choice {
      do {
        preview = try await desk.preview(paid, choice.target)
      } catch {
        // What billing refuses is said where it was asked.
        guard let refusal = error as? Problem ?? ErrorTranslation.problem(for: error), refusal.status < 500 else {
          throw error
        }
        shown = shown ?? refusal
      }
    }
    let offers = try await desk.offers(for: paid)
    var reply = layout.portalPage(
      Layout.Frame(title: "Plan of the \(paid.license.plan.name) licence", current: PortalPages.path), call,
      """
      \(PageParts.faults(shown))\(try subscriptionCard(call, paid, offers))
      \(PlanPreviewPart.card(preview, choice, paid, action: try path(call), call))
      \(try choiceCard(call, paid, choice, offers))
      """)
    reply.status = shown?.status ?? 200
    return reply
  }

  private func subscriptionCard(
    _ call: PortalCall, _ paid: PortalPlanDesk.Paid, _ offers: [(plan: Plan, price: Price)]
  ) throws -> HTML {
    let subscription = paid.subscription
    let end = subscription.current?.end
    let path = "\(PortalLicensePages.path)/\(paid.license.id)"
    let scheduled = subscription.scheduled.flatMap { next in offers.first { $0.price.id == next.priceID } }
    let next: HTML =
      if subscription.cancelsAtPeriodEnd {
        "ends \(PageParts.time(end))"
      } else if let scheduled {
        "\(scheduled.plan.name) at \(scheduled.price.words) from \(PageParts.time(end))"
      } else if subscription.status.hasEnded {
        "–"
      } else {
        "renews \(PageParts.time(end)) at \(paid.price.words)"
      }
    var acts = HTML.empty
    if call.session.allows(.portalWrite(.billing)) && !subscription.status.hasEnded {
      acts =
        subscription.cancelsAtPeriodEnd || subscription.scheduled != nil
        ? PageParts.button("Go on as it was", post: "\(path)/resume", call.csrfField)
        : PageParts.button(
          "Cancel at the period's end", post: "\(path)/cancel", call.csrfField, style: "btn ty-danger",
          confirm: "Cancel? The licence works until the period's end and is not renewed.")
    }
    return PageParts.facts([
      ("Plan", "<a href=\"\(path)\">\(paid.license.plan.name)</a>"),
      ("Subscription", PageParts.status(subscription.status.words)), ("Price", "\(paid.price.words)"), ("Next", next),
    ]) + "<div class=\"ty-buttons mb-3\">\(acts)</div>"
  }

  private func choiceCard(
    _ call: PortalCall, _ paid: PortalPlanDesk.Paid, _ choice: PlanChoice?, _ offers: [(plan: Plan, price: Price)]
  ) throws -> HTML {
    guard call.session.allows(.portalWrite(.billing)), !paid.subscription.status.hasEnded else { return .empty }
    let options = offers.map { offer in
      (value: PlanChoice(offer.plan, offer.price).text, title: "\(offer.plan.name), \(offer.price.words)")
    }
    return PageParts.card(
      "Another plan",
      """
      <form method="get" action="\(try path(call))">
      \(PageParts.select("change", "Change to", options, selected: choice?.text ?? ""))
      <button class="btn">See what would happen</button></form>
      """)
  }
}

/// A plan and a period as a form has them: `pro.month`.
struct PlanChoice: Hashable, Sendable {
  let plan: String
  let period: BillingPeriod

  init(_ plan: Plan, _ price: Price) {
    self.plan = plan.slug
    period = price.period
  }

  init?(_ text: String?) {
    let parts = (text ?? "").split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let period = BillingPeriod(rawValue: String(parts[1])) else {
      return nil
    }
    plan = String(parts[0])
    self.period = period
  }

  var text: String { "\(plan).\(period.rawValue)" }
  var target: PlanTarget { PlanTarget(plan: plan, period: period) }
}

extension Price {
  /// `79.00 USD a month`
  var words: String { "\(amount) a \(period.rawValue)" }
}
