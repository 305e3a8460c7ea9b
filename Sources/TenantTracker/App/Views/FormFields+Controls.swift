import Core
import Web

extension FormFields {
  enum Kind: String { case text, email, password, number, date, url, decimal }

  func input(
    _ name: String, _ label: String, _ kind: Kind = .text, required: Bool = false, hint: String? = nil,
    placeholder: String = "", complete: String = "off", extra: HTML = .empty
  ) -> HTML {
    let type: HTML = kind == .decimal ? "type=\"text\" inputmode=\"decimal\"" : "type=\"\(kind.rawValue)\""
    // What was typed as a password is never sent back.
    let value: HTML = kind == .password ? .empty : " value=\"\(text(name))\""
    return frame(
      name, label, hint: hint, required: required,
      """
      <input class="form-control" \(type) placeholder="\(placeholder)" autocomplete="\(complete)"\
      \(extra) \(attributes(name, hint: hint, required: required))\(value)>
      """)
  }

  func area(
    _ name: String, _ label: String, rows: Int = 3, hint: String? = nil, isCode: Bool = false, placeholder: String = ""
  ) -> HTML {
    frame(
      name, label, hint: hint,
      """
      <textarea class="form-control\(if: isCode, " ty-code")" rows="\(rows)" placeholder="\(placeholder)"\
      \(if: isCode, " spellcheck=\"false\" autocomplete=\"off\" autocapitalize=\"off\"") \
      \(attributes(name, hint: hint))>\n\(lines(name))</textarea>
      """)
  }

  /// A list's entries one a line, else the text.
  private func lines(_ name: String) -> String {
    guard let list = values[name]?.arrayValue else { return text(name) }
    return list.map { Self.text(of: $0) }.joined(separator: "\n")
  }

  struct Choice: Sendable {
    var value: String
    var title: String

    init(_ value: String, _ title: String) {
      self.value = value
      self.title = title
    }
  }

  /// - Parameters:
  ///   - none: what people read when there is no value; nil when there must be one.
  ///   - reveals: other parts of the form are shown for some values only.
  func select(
    _ name: String, _ label: String, _ choices: [Choice], none: String? = nil, hint: String? = nil,
    required: Bool = false, reveals: Bool = false, searchable: Bool = false
  ) -> HTML {
    frame(
      name, label, hint: hint, required: required,
      """
      <select class="form-select" \(attributes(name, hint: hint, required: required))\
      \(attribute: "data-reveals", when: reveals)\(attribute: "data-search", when: searchable)>\
      \(Self.options(choices, current: text(name), none: none))</select>
      """)
  }

  static func options(_ choices: [Choice], current: String, none: String? = nil) -> HTML {
    let empty: HTML = none.map { "<option value=\"\">\($0)</option>" } ?? .empty
    let items = choices.map { choice -> HTML in
      "<option value=\"\(choice.value)\"\(attribute: "selected", when: choice.value == current)>\(choice.title)</option>"
    }
    // What is stored but no longer offered stays, so that saving does not take it away.
    let isOffered = current.isEmpty || choices.contains { $0.value == current }
    let kept: HTML = isOffered ? .empty : "<option value=\"\(current)\" selected>#\(current)</option>"
    return empty + kept + items.joined()
  }

  func toggle(_ name: String, _ label: String, hint: String? = nil) -> HTML {
    let isOn = values[name]?.boolValue ?? false
    let note: HTML = hint.map { "<small class=\"form-hint\" id=\"\(name)-hint\">\($0)</small>" } ?? .empty
    return """
      <div class="ty-field"><label class="form-check form-switch"><input class="form-check-input" type="checkbox" \
      role="switch" value="true" \(attributes(name, hint: hint))\(attribute: "checked", when: isOn)>\
      <span class="form-check-label">\(label)</span></label>\(faultNote(name))\(note)</div>
      """
  }

  /// A part that belongs to some values of the select `name`.
  static func shown(for name: String, _ values: String..., content: HTML) -> HTML {
    "<div data-shown-for=\"\(name)\" data-values=\"\(values.joined(separator: " "))\">\(content)</div>"
  }
}

extension FormFields {
  /// A three-letter code; the usual ones are offered.
  func currency(_ name: String, _ label: String, hint: String? = nil) -> HTML {
    let codes = ["USD", "EUR", "GBP", "AUD", "BRL", "CAD", "CHF", "INR", "JPY", "MXN", "PLN", "SEK", "TRY"]
    let options = codes.map { "<option value=\"\($0)\"></option>" as HTML }
    let list: HTML = "<datalist id=\"\(name)-codes\">\(options)</datalist>"
    return input(
      name, label, hint: hint, placeholder: "USD", extra: " maxlength=\"3\" list=\"\(name)-codes\"") + list
  }

  /// For the fields of a list's row, whose names repeat: an id only where a fault points to it.
  func rowAttributes(_ path: String) -> HTML {
    guard fault(at: path) != nil else { return .empty }
    let id = Self.id(path)
    return " id=\"\(id)\" aria-invalid=\"true\" aria-describedby=\"\(id)-fault\""
  }
}
