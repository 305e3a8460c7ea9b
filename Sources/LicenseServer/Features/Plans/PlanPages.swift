import Billing
import Core
import Licensing
import Web

/// The staff's pages on plans: what each has, and what it costs.
struct PlanPages: Sendable {
  static let path = "/admin/plans"

  let desk: PlanDesk
  let layout: Layout

  func register(in table: inout StaffTable) {
    table.page("/plans", .read(.billing), "Plans and prices") { try await list($0, nil) }
    table.page("/plans/{id}", .read(.billing), "One plan") { try await page($0, nil) }
    table.action("/plans", .write(.billing), "Adds a plan", handler: create)
    table.action("/plans/{id}", .write(.billing), "Changes what a plan has", handler: change)
    table.action("/plans/{id}/prices", .write(.billing), "Sets a price, or takes it back", handler: setPrice)
  }

  private func list(_ call: StaffCall, _ problem: Problem?) async throws -> Reply {
    let rows = try await desk.all().map { listed -> HTML in
      """
      <tr><td><a href="\(Self.path)/\(listed.plan.id)">\(listed.plan.name)</a></td><td><code>\(listed.plan.slug)</code></td>\
      <td class="num">\(listed.plan.users.map(String.init) ?? "unlimited")</td>\
      <td class="num">\(listed.plan.features.count)</td><td>\(Self.words(listed.prices))</td></tr>
      """
    }
    return reply(
      call, problem, title: "Plans and prices",
      """
      \(PageParts.table("Plans", ["Name", "Code", "#Users", "#Features", "Prices"], rows, empty: "There is no plan."))
      \(if: call.session.allows(.write(.billing)), newForm(call, problem))
      """)
  }

  private static func words(_ prices: [Price]) -> String {
    guard !prices.isEmpty else { return "not sold" }
    return prices.map { "\($0.amount) a \($0.period.rawValue)" }.joined(separator: ", ")
  }

  private func newForm(_ call: StaffCall, _ problem: Problem?) -> HTML {
    let form = call.form
    return PageParts.card(
      "New plan",
      """
      \(PageParts.faults(problem))<form method="post" action="\(Self.path)">\(call.csrfField)
      \(PageParts.input("code", "Code", value: form["code"] ?? "", hint: "Lower-case letters and digits; it stays."))
      \(PageParts.input("name", "Name", value: form["name"] ?? ""))
      \(PageParts.input(
        "rank", "Rank", type: "number", value: form["rank"] ?? "",
        hint: "A higher one has more: it decides what is an upgrade."))
      <button class="btn btn-primary">Add plan</button></form>
      """)
  }

  private func page(_ call: StaffCall, _ problem: Problem?) async throws -> Reply {
    let id = try call.id()
    guard let listed = try await desk.all().first(where: { $0.plan.id == id }) else { throw Problem.notFound("plan") }
    let mayWrite = call.session.allows(.write(.billing))
    let rows = listed.prices.map { price -> HTML in
      let withdraw: HTML =
        mayWrite
        ? """
        <form method="post" action="\(Self.path)/\(id)/prices">\(call.csrfField)\
        <input type="hidden" name="interval" value="\(price.period.rawValue)">\
        <input type="hidden" name="currency" value="\(price.amount.currency.code)">\
        <button class="btn btn-sm" data-confirm="Sell it no more by the \(price.period.rawValue) in \(price.amount.currency.code)? \
        Who has it keeps it.">Sell no more</button></form>
        """ : "–"
      return """
        <tr><td>\(price.period.rawValue)</td><td class="num">\(price.amount)</td><td>\(withdraw)</td></tr>
        """
    }
    return reply(
      call, problem, title: listed.plan.name,
      """
      \(PageParts.faults(problem))
      \(PageParts.table("Prices", ["Interval", "#Price", "Act"], rows, empty: "It is not sold: set a price."))
      \(if: mayWrite, forms(listed, call))
      \(if: !mayWrite, PageParts.facts([
        ("Users", "\(listed.plan.users.map(String.init) ?? "unlimited")"),
        ("Features", "\(listed.plan.features.joined(separator: ", "))"),
      ]))
      """)
  }

  private func forms(_ listed: PlanDesk.Listed, _ call: StaffCall) -> HTML {
    let plan = listed.plan
    let boxes = Feature.allCases.map { feature -> HTML in
      """
      <label class="form-check"><input class="form-check-input" type="checkbox" name="features" \
      value="\(feature.rawValue)"\(attribute: "checked", when: plan.features.contains(feature.rawValue))>\
      <span class="form-check-label">\(feature.title)</span></label>
      """
    }
    let periods = BillingPeriod.allCases.map { (value: $0.rawValue, title: $0.rawValue) }
    let what = PageParts.card(
      "What it has",
      """
      <p>Licences of this plan follow with their next heartbeat.</p>
      <form method="post" action="\(Self.path)/\(plan.id)">\(call.csrfField)
      \(PageParts.input("name", "Name", value: plan.name))
      \(PageParts.input(
        "users", "Users", type: "number", value: plan.users.map(String.init) ?? "", required: false,
        hint: "Empty: unlimited."))
      <fieldset class="ty-field"><legend class="form-label">Features</legend>\(boxes)</fieldset>
      <button class="btn btn-primary">Save</button></form>
      """)
    let price = PageParts.card(
      "Set a price",
      """
      <p>For new subscriptions. Who has one keeps the price it was sold at.</p>
      <form method="post" action="\(Self.path)/\(plan.id)/prices">\(call.csrfField)
      \(PageParts.select("interval", "Interval", periods, selected: call.form["interval"] ?? ""))
      \(PageParts.input("currency", "Currency", value: call.form["currency"] ?? "USD"))
      \(PageParts.input("amount", "Amount", value: call.form["amount"] ?? "", hint: "Such as 79.00, without taxes."))
      <button class="btn btn-primary">Set price</button></form>
      """)
    return what + price
  }

  private func reply(_ call: StaffCall, _ problem: Problem?, title: String, _ content: HTML) -> Reply {
    var reply = layout.staffPage(Layout.Frame(title: title, current: Self.path), call, content)
    reply.status = problem?.status ?? 200
    return reply
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    do {
      var fields = try FieldReader(.object(call.form.json(numbers: ["rank"])))
      let made = try await PlanAPI.create(&fields, desk, by: call.actor)
      return back(made, "The plan is there. Set a price to sell it.")
    } catch let problem as Problem where problem.status == 422 || problem.status == 409 {
      return try await list(call, problem)
    }
  }

  @Sendable private func change(_ call: StaffCall) async throws -> Reply {
    do {
      var object = call.form.json(numbers: ["users"], lists: ["features"])
      // What is not on a form is empty: no number is unlimited, no box is no feature.
      if object["users"] == nil { object["users"] = .null }
      if object["features"] == nil { object["features"] = [] }
      var fields = try FieldReader(.object(object))
      let changes = PlanDesk.Changes.read(from: &fields)
      try fields.finish()
      return back(try await desk.change(call.id(), changes, by: call.actor), "The plan is changed.")
    } catch let problem as Problem where problem.status == 422 {
      return try await page(call, problem)
    }
  }

  @Sendable private func setPrice(_ call: StaffCall) async throws -> Reply {
    do {
      var object = call.form.json()
      if object["amount"] == nil { object["amount"] = .null }
      var fields = try FieldReader(.object(object))
      return back(try await PlanAPI.setPrice(&fields, of: call.id(), desk, by: call.actor), "The price is set.")
    } catch let problem as Problem where problem.status == 422 {
      return try await page(call, problem)
    }
  }

  private func back(_ listed: PlanDesk.Listed, _ message: String) -> Reply {
    .redirect(to: "\(Self.path)/\(listed.plan.id)", flash: Flash(.success, message))
  }
}
