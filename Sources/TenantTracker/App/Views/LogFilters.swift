import ClickPath
import Conversions
import Core
import Licensing
import Web

/// The filters above a log. They are its address's query, named as in the API.
struct LogFilters: Sendable {
  struct Field: Sendable {
    enum Control: Sendable {
      case text(placeholder: String)
      case date
      case choice([FormFields.Choice], none: String)
    }

    let name: String
    let label: String
    let control: Control
    /// Behind "More filters".
    var isMore = false

    /// What a choice is called; else the value itself.
    func title(of value: String) -> String {
      guard case .choice(let choices, _) = control else { return value }
      return choices.first { $0.value == value }?.title ?? "#\(value)"
    }
  }

  let fields: [Field]
  let values: [String: String]

  init(_ fields: [Field], _ call: TrackerCall) {
    self.fields = fields
    values = Dictionary(call.head.queryItems.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  var areSet: Bool { fields.contains { !(values[$0.name] ?? "").isEmpty } }

  /// The log with these filters, from its beginning.
  func address(_ path: String) -> PageAddress { PageAddress(path, fields.map { ($0.name, values[$0.name] ?? "") }) }

  func html(action: String, problem: Problem?, _ icons: IconSet) -> HTML {
    let form = FormFields([:], problem: problem, icons: icons)
    let more = fields.filter(\.isMore)
    // What is set is named below; its field is looked for only where there is something to put right.
    let isOpen = problem != nil && more.contains { !(values[$0.name] ?? "").isEmpty }
    let moreFilters: HTML = """
      <details class="ty-details"\(attribute: "open", when: isOpen)><summary>More filters</summary>\
      <div class="ty-filters">\(more.map(control))</div></details>
      """
    return """
      \(form.summary)<form class="ty-log-filters" method="get" action="\(href: action)">
      <div class="ty-filters">\(fields.filter { !$0.isMore }.map(control))<button class="btn">Show</button></div>
      \(if: !more.isEmpty, moreFilters)</form>\(chips(action))
      """
  }

  /// What is set, each to be taken away by itself.
  private func chips(_ action: String) -> HTML {
    let address = address(action)
    let set = fields.compactMap { field -> (text: String, without: String)? in
      guard let value = values[field.name], !value.isEmpty else { return nil }
      return ("\(field.label): \(field.title(of: value))", address.without(field.name).description)
    }
    return Parts.chips(set, clear: action)
  }

  private func control(_ field: Field) -> HTML {
    let value = values[field.name] ?? ""
    let input: HTML =
      switch field.control {
      case .text(let placeholder):
        """
        <input class="form-control" id="\(field.name)" name="\(field.name)" value="\(value)" \
        placeholder="\(placeholder)" autocomplete="off">
        """
      case .date:
        "<input class=\"form-control\" type=\"date\" id=\"\(field.name)\" name=\"\(field.name)\" value=\"\(value)\">"
      case .choice(let choices, let none):
        """
        <select class="form-select" id="\(field.name)" name="\(field.name)">\
        \(FormFields.options(choices, current: value, none: none))</select>
        """
      }
    return "<div><label class=\"form-label\" for=\"\(field.name)\">\(field.label)</label>\(input)</div>"
  }
}

extension String {
  /// `Blocked` for `blocked`.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
