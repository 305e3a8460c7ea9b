import Billing
import Core
import Licensing
import Web

/// Says what a change of plan would do: when, to the features, to the seats, and what it costs now and later.
enum PlanPreviewPart {
  static func card(
    _ preview: PortalPlanDesk.Preview?, _ choice: PlanChoice?, _ paid: PortalPlanDesk.Paid, action: String,
    _ call: PortalCall
  ) -> HTML {
    guard let preview, let choice else { return .empty }
    let apply: HTML = """
      <form method="post" action="\(href: action)">\(call.csrfField)\
      <input type="hidden" name="change" value="\(choice.text)">\
      <input type="hidden" name="shown" value="\(preview.quote?.due.minorUnits ?? 0)">\
      <button class="btn btn-primary">Change to \(preview.plan.name)</button></form>
      """
    let facts = rows(preview, paid).map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>" as HTML }
    let mayApply = call.session.allows(.portalWrite(.billing)) && preview.effect.excess.isEmpty
    return PageParts.card(
      "What would happen", "<dl class=\"ty-facts\">\(facts)</dl>\(excess(preview))\(if: mayApply, apply)")
  }

  private static func rows(
    _ preview: PortalPlanDesk.Preview, _ paid: PortalPlanDesk.Paid
  ) -> [(name: String, value: HTML)] {
    let effect = preview.effect
    var rows: [(name: String, value: HTML)] = [
      ("Plan", "\(paid.license.plan.name) → \(preview.plan.name)"), ("When", when(preview, paid)),
      ("Users", "\(seats(effect.before)) → \(seats(effect.after))"),
    ]
    let gained = titles(effect.after, without: effect.before)
    let lost = titles(effect.before, without: effect.after)
    if !gained.isEmpty { rows.append(("You get", "\(gained)")) }
    if !lost.isEmpty {
      rows.append(("You lose", "\(lost). What you set up for them is paused, kept, and comes back with an upgrade."))
    }
    if let quote = preview.quote { rows += money(quote) }
    rows.append(("Later", later(preview, paid)))
    return rows
  }

  private static func when(_ preview: PortalPlanDesk.Preview, _ paid: PortalPlanDesk.Paid) -> HTML {
    guard let quote = preview.quote else {
      return preview.plan.rank > paid.license.plan.rank
        ? "at once; your card is charged the difference for the rest of the period" : "with the next period"
    }
    switch quote.kind {
    case .upgrade, .trial: return "at once"
    case .downgrade: return "at the end of the period, \(PageParts.time(quote.effectiveAt))"
    case .keep: return "nothing changes: the scheduled change is taken back"
    }
  }

  private static func money(_ quote: PlanChangeQuote) -> [(name: String, value: HTML)] {
    guard quote.kind == .upgrade else { return [("Due now", "nothing")] }
    var rows: [(name: String, value: HTML)] = [
      ("Charged now", "\(quote.charge) for the time until \(quote.renewsAt.day)")
    ]
    if quote.discount.minorUnits > 0 { rows.append(("Discount", "-\(quote.discount)")) }
    if quote.tax.minorUnits > 0 { rows.append(("Tax", "\(quote.tax)")) }
    if quote.credit.minorUnits > 0 { rows.append(("Credit for unused time", "-\(quote.credit)")) }
    rows.append(("Due now", "<strong>\(quote.due)</strong>"))
    return rows
  }

  private static func later(_ preview: PortalPlanDesk.Preview, _ paid: PortalPlanDesk.Paid) -> HTML {
    let from = preview.quote?.renewsAt ?? paid.subscription.current?.end
    return "\(preview.price.words) from \(PageParts.time(from)), taxes and discounts apart"
  }

  private static func excess(_ preview: PortalPlanDesk.Preview) -> HTML {
    let lines = preview.effect.excess.map { excess -> HTML in
      "<li>\(excess.used) \(excess.limit) are in use on one of your trackers; \(preview.plan.name) allows \(excess.allowed).</li>"
    }
    guard !lines.isEmpty else { return .empty }
    return """
      <div class="ty-note error" role="alert"><div>This cannot be done yet: reduce first what is over.<ul>\(lines)</ul>\
      </div></div>
      """
  }

  private static func seats(_ entitlements: Entitlements) -> String {
    entitlements.userLimit.map(String.init) ?? "unlimited"
  }

  private static func titles(_ entitlements: Entitlements, without other: Entitlements) -> String {
    entitlements.features.filter { !other.features.contains($0) }.map { Feature(rawValue: $0)?.title ?? $0 }
      .joined(separator: ", ")
  }
}
