import ClickPath
import Core
import Web

/// The parts of the page of costs.
struct CostView {
  let icons: IconSet
  let times: LocalTimes
  let currency: Currency
  let mayWrite: Bool
  let csrf: HTML

  func form(_ fields: FormFields, campaigns: [NameStore.Name], sources: [NameStore.Name]) -> HTML {
    let modes = [
      FormFields.Choice("per_click", "Each click costs it"), FormFields.Choice("total", "All of them together cost it"),
    ]
    let subs = SubIDs.numbers.map { FormFields.Choice("\($0)", "Sub\($0)") }
    let preview: HTML = """
      <div class="card-footer ty-buttons"><button class="btn btn-primary" name="step" value="preview">Preview</button></div>
      """
    return """
      <form class="card ty-form" method="post" action="\(CostPages.path)" novalidate>\(csrf)<div class="card-header">\
      <h2 class="card-title">What clicks cost</h2></div><div class="card-body">\(fields.summary)\
      <fieldset\(attribute: "disabled", when: !mayWrite)>\
      <div class="ty-pair">\(fields.select(
        "campaign_id", "Campaign", campaigns.choices, none: "Any", searchable: true))\
      \(fields.select("source_id", "Traffic source", sources.choices, none: "Any", searchable: true))</div>\
      <div class="ty-pair">\(fields.input("from", "From", .date))\(fields.input("to", "To", .date, hint: "Included."))</div>\
      <div class="ty-pair">\(fields.select("sub_number", "Only with sub id", subs, none: "Any"))\
      \(fields.input("sub_value", "That is"))</div>\
      <div class="ty-pair">\(fields.input(
        "cost", "Cost (\(currency.code))", .decimal, hint: "A total is divided to the last millionth."))\
      \(fields.select("mode", "For", modes))</div>\
      \(fields.area(
        "csv", "Or one line for each click", rows: 6,
        hint: "A click’s id, or your source’s id of it, and its cost. Then only the days above count, for the source’s ids.",
        isCode: true, placeholder: "01a1fe5d-95e3-756e-a249-8e546fd35695,0.05"))\
      </fieldset></div>\(if: mayWrite, preview)</form>
      """
  }

  /// What it would do, with the button that does it.
  func effect(_ effect: CostEffect, _ values: JSONObject) -> HTML {
    let kept = values.members.map { member -> HTML in
      "<input type=\"hidden\" name=\"\(member.key)\" value=\"\(FormFields.text(of: member.value))\">"
    }
    let unmatched: HTML =
      effect.unmatched > 0
      ? "<p>\(Figures.count(effect.unmatched)) lines name no click and change nothing.</p>" : .empty
    let button: HTML = """
      <form method="post" action="\(CostPages.path)">\(csrf)\(kept)<button class="btn btn-primary" name="step" \
      value="apply">Change \(Figures.count(effect.clicks)) \(effect.clicks == 1 ? "click" : "clicks")</button></form>
      """
    return Parts.card(
      "What this would change",
      """
      <div role="status">\(Parts.facts([
        ("Clicks", .escaped(Figures.count(effect.clicks))),
        ("Cost now", .escaped(Figures.money(effect.before, currency, places: 6))),
        ("Cost then", .escaped(Figures.money(effect.after, currency, places: 6))),
      ]))\(unmatched)</div>\(if: effect.clicks > 0 && mayWrite, button)
      """)
  }

  func changes(_ changes: [CostChange]) -> HTML {
    Parts.table(
      ["When", "By", "What", .number("Clicks"), .number("Cost before"), .number("Cost after"), "State", .actions],
      changes.map(row), caption: "Changes of costs, newest first",
      empty: Parts.empty(
        icons(.currencies), "No costs entered yet",
        "Some sources tell what clicks cost only afterwards: choose them above and enter it."))
  }

  private func row(_ change: CostChange) -> HTML {
    let undo: HTML = """
      <form method="post" action="\(CostPages.path)/\(change.id)/undo">\(csrf)<button class="btn ty-quiet" \
      aria-label="Undo the change of \(times.text(change.createdAt))" \
      data-confirm="Give these clicks back the costs they had?" data-confirm-yes="Undo">Undo</button></form>
      """
    let progress = change.isOpen ? " \(Figures.count(change.done)) of \(Figures.count(change.clicks))" : ""
    return """
      <tr><th scope="row">\(times(change.createdAt))</th><td>\(change.madeBy)</td>\
      <td>\(Self.words(change.request))</td><td class="num">\(Figures.count(change.clicks))</td>\
      <td class="num">\(Figures.money(change.before, change.currency))</td>\
      <td class="num">\(Figures.money(change.after, change.currency))</td>\
      <td>\(change.state.rawValue.capitalizedFirst)\(progress)</td>\
      <td class="ty-end">\(if: mayWrite && change.state == .done, undo)</td></tr>
      """
  }

  private static func words(_ request: JSONValue) -> String {
    if let lines = request["lines"]?.intValue { return "\(Figures.count(lines)) lines" }
    let cost = request["cost"]?.stringValue ?? ""
    return request["mode"] == "total" ? "\(cost) in all" : "\(cost) a click"
  }

  /// At the page of one click.
  static func oneClick(_ click: ClickEvent, _ icons: IconSet, csrf: HTML) -> HTML {
    Parts.card(
      "Cost by hand",
      """
      <form class="ty-form" method="post" action="/admin/clicks/\(click.id)/cost" novalidate>\(csrf)\
      \(FormFields(["cost": JSONValue(click.cost)], icons: icons).input(
        "cost", "What this click cost", .decimal, hint: "In the currency of your reports.")) \
      <div class="ty-buttons"><button class="btn">Save cost</button></div></form>
      """)
  }
}
