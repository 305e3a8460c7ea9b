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
  /// Of the API's filters, those in the address that the page has no field for. They hold all the same: what is done to
  /// "all that fit" must not reach further than what is shown.
  let others: [Field]
  let values: [String: String]

  /// - Parameter except: what the page's address has beside filters, the order and the place in the list.
  init(_ fields: [Field], _ call: TrackerCall, except: Set<String> = []) {
    self.fields = fields
    values = Dictionary(call.head.queryItems.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let known = Set(fields.map(\.name)).union(PageRequest.reserved).union(except)
    others = values.keys.filter { !known.contains($0) }.sorted().map {
      Field(name: $0, label: $0, control: .text(placeholder: ""))
    }
  }

  /// Those that are set, with what to.
  var chosen: [(field: Field, value: String)] {
    (fields + others).compactMap { field -> (field: Field, value: String)? in
      guard let value = values[field.name], !value.isEmpty else { return nil }
      return (field, value)
    }
  }

  var areSet: Bool { !chosen.isEmpty }

  /// The order and the length of pages, where the address has them.
  private var arrangement: [(name: String, value: String)] {
    ["sort", "limit"].map { (name: $0, value: values[$0] ?? "") }.filter { !$0.value.isEmpty }
  }

  /// The log with these filters in its order, from its beginning.
  func address(_ path: String) -> PageAddress {
    PageAddress(path, chosen.map { (name: $0.field.name, value: $0.value) } + arrangement)
  }

  func html(action: String, problem: Problem?, _ icons: IconSet) -> HTML {
    let form = FormFields([:], problem: problem, icons: icons)
    let more = fields.filter(\.isMore)
    // What is set is named below; its field is looked for only where there is something to put right.
    let isOpen = problem != nil && more.contains { !(values[$0.name] ?? "").isEmpty }
    let moreFilters: HTML = """
      <details class="ty-details"\(attribute: "open", when: isOpen)><summary>More filters</summary>\
      <div class="ty-filters">\(more.map(control))</div></details>
      """
    // An order or a length that was refused is not sent again: there is no field to put it right in.
    let refused = Set(problem?.errors.map(\.field) ?? [])
    let arranged = arrangement.map(\.name).filter { !refused.contains($0) }
    let kept = (others.map(\.name) + arranged).map { name -> HTML in
      "<input type=\"hidden\" name=\"\(name)\" value=\"\(values[name])\">"
    }
    return """
      \(form.summary)<form class="ty-log-filters" method="get" action="\(href: action)">\(kept)
      <div class="ty-filters">\(fields.filter { !$0.isMore }.map(control))<button class="btn">Show</button></div>
      \(if: !more.isEmpty, moreFilters)</form>\(chips(action))
      """
  }

  /// What is set, each to be taken away by itself.
  private func chips(_ action: String) -> HTML {
    let address = address(action)
    return Parts.chips(
      chosen.map { ("\($0.field.label): \($0.field.title(of: $0.value))", address.without($0.field.name).description) },
      clear: action)
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
