import Core
import Web

/// A column of a log that one may have or not.
struct LogColumn<Item: Sendable>: Sendable {
  /// As it is stored.
  let name: String
  let title: String
  var isNumber = false
  /// For whoever has chosen nothing.
  var isStandard = false
  /// The cell's content.
  let cell: @Sendable (Item) -> HTML

  var heading: Parts.Heading { isNumber ? .number(title) : Parts.Heading(title) }

  func html(_ item: Item) -> HTML { "<td class=\"\(isNumber ? "num" : "ty-truncate")\">\(cell(item))</td>" }
}

/// The columns of a log as somebody has chosen them, in their order.
struct LogColumns<Item: Sendable>: Sendable {
  let all: [LogColumn<Item>]
  let chosen: [LogColumn<Item>]

  /// - Parameter stored: a list of names; what is not known any more is left out.
  init(_ all: [LogColumn<Item>], stored: JSONValue?) {
    self.all = all
    let names = stored?.arrayValue?.compactMap(\.stringValue) ?? []
    let found = names.compactMap { name in all.first { $0.name == name } }
    chosen = found.isEmpty ? all.filter(\.isStandard) : found
  }

  var headings: [Parts.Heading] { chosen.map(\.heading) }

  func cells(_ item: Item) -> [HTML] { chosen.map { $0.html(item) } }

  /// The choice: boxes in the order of the table, those it lacks behind them.
  /// - Parameters:
  ///   - action: takes the form.
  ///   - returnTo: the log with its filters.
  func menu(action: String, returnTo: String, _ call: TrackerCall) -> HTML {
    let shown = Set(chosen.map(\.name))
    let items = (chosen + all.filter { !shown.contains($0.name) }).map { column -> HTML in
      """
      <li data-sort-item><label class="form-check"><input class="form-check-input" type="checkbox" name="columns" \
      value="\(column.name)"\(attribute: "checked", when: shown.contains(column.name))>\
      <span class="form-check-label">\(column.title)</span></label>\
      <button class="btn btn-sm ty-quiet ty-scripted" type="button" data-move="up" \
      aria-label="\(column.title): further left">↑</button>\
      <button class="btn btn-sm ty-quiet ty-scripted" type="button" data-move="down" \
      aria-label="\(column.title): further right">↓</button></li>
      """
    }
    return """
      <details class="ty-menu ty-menu-end" data-menu><summary class="btn">Columns</summary><div class="ty-menu-list">\
      <form method="post" action="\(href: action)">\(call.csrfField)\
      <input type="hidden" name="return_to" value="\(returnTo)"><ol class="ty-plain" data-sortable>\(items)</ol>\
      <div class="ty-buttons"><button class="btn btn-primary btn-sm">Keep for me</button>\
      <button class="btn btn-sm" name="standard" value="true">Standard columns</button></div></form></div></details>
      """
  }
}

/// Keeps what somebody has chosen, and goes back to where they were.
struct LogColumnChoice: Sendable {
  let preference: Preference
  /// Of the log.
  let path: String
  /// Names that there are.
  let known: Set<String>
  let clock: any WallClock

  func save(_ call: TrackerCall) async throws -> Reply {
    var names: [String] = []
    for field in call.form.fields where field.name == "columns" && known.contains(field.value) {
      if !names.contains(field.value) { names.append(field.value) }
    }
    let isStandard = call.form["standard"] != nil || names.isEmpty
    try await PreferenceStore().set(
      preference, to: isStandard ? nil : JSONValue(names), of: call.session.user.id, at: clock.now(),
      in: call.place.scope)
    let back = ReturnPath(call.form["return_to"])?.description
    return .redirect(to: back.flatMap { $0.hasPrefix(path) ? $0 : nil } ?? path)
  }
}
