import Core
import Web

/// The pieces pages are put together from.
enum Parts {
  /// A table in a card; with no rows, the text that says what belongs here.
  static func table(_ headings: [Heading], _ rows: [HTML], caption: String, empty: HTML, next: String? = nil) -> HTML {
    guard !rows.isEmpty else { return "<div class=\"card\">\(empty)</div>" }
    let head = headings.map { heading -> HTML in
      "<th scope=\"col\"\(if: heading.isNumber, " class=\"num\"")>\(heading.title)</th>"
    }
    return """
      <div class="card"><div class="table-responsive" tabindex="0" role="region" aria-label="\(caption)">
      <table class="table table-vcenter card-table mb-0"><caption class="visually-hidden">\(caption)</caption>
      <thead><tr>\(head)</tr></thead><tbody>\(rows)</tbody></table></div>\(next.map(nextPage))</div>
      """
  }

  struct Heading: Sendable, ExpressibleByStringLiteral {
    let title: String
    var isNumber = false

    init(stringLiteral value: String) { title = value }

    static func number(_ title: String) -> Heading {
      var heading = Heading(stringLiteral: title)
      heading.isNumber = true
      return heading
    }
  }

  private static func nextPage(_ address: String) -> HTML {
    "<div class=\"card-footer text-end\"><a class=\"btn\" href=\"\(href: address)\" rel=\"next\">Next page</a></div>"
  }

  static func empty(_ icon: HTML, _ title: String, _ text: String, _ action: HTML = .empty) -> HTML {
    "<div class=\"ty-empty\">\(icon)<h2 class=\"h3\">\(title)</h2><p>\(text)</p>\(action)</div>"
  }

  static func badge(_ text: String, _ tone: String) -> HTML { "<span class=\"ty-badge \(tone)\">\(text)</span>" }

  /// A status word in the colour of what it means.
  static func status(_ word: String) -> HTML {
    switch word {
    case "active", "ok", "sale", "verified", "VALID": badge(word, "good")
    case "blocked", "rejected", "failed", "disabled", "trash": badge(word, "bad")
    case "capped", "hold", "pending", "invited", "paused", "OVERDUE": badge(word, "warn")
    default: badge(word, "text-secondary")
    }
  }

  /// A moment as a `<time>`, UTC.
  static func time(_ time: Timestamp?) -> HTML {
    guard let time else { return "–" }
    let text = time.rfc3339
    return "<time datetime=\"\(text)\">\(text.prefix(10)) \(text.dropFirst(11).prefix(8))</time>"
  }
}

/// Form fields with label, hint and fault, all wired for screen readers.
struct FormFields: Sendable {
  /// What was entered before a fault, else the stored values.
  var values: JSONObject
  var faults: [Problem.FieldFault] = []

  private func text(_ name: String) -> String {
    switch values[name] {
    case .string(let text)?: text
    case .number(let text)?: text
    default: ""
    }
  }

  private func fault(_ name: String) -> HTML? {
    faults.first { $0.field == name }.map { "<div class=\"invalid-feedback\" id=\"\(name)-fault\">\($0.message)</div>" }
  }

  private func attributes(_ name: String, required: Bool) -> HTML {
    let isFaulty = faults.contains { $0.field == name }
    return """
      id="\(name)" name="\(name)"\(attribute: "required", when: required)\
      \(if: isFaulty, " aria-invalid=\"true\" aria-describedby=\"\(name)-fault\"")
      """
  }

  private func frame(_ name: String, _ label: String, required: Bool, hint: String?, _ control: HTML) -> HTML {
    """
    <div class="mb-3"><label class="form-label\(if: required, " required")" for="\(name)">\(label)</label>\(control)\
    \(fault(name))\(hint.map { "<small class=\"form-hint\">\($0)</small>" as HTML })</div>
    """
  }

  func input(
    _ name: String, _ label: String, type: String = "text", required: Bool = false, hint: String? = nil,
    placeholder: String = "", autocomplete: String? = nil
  ) -> HTML {
    let invalid: HTML = faults.contains { $0.field == name } ? " is-invalid" : .empty
    let complete: HTML = autocomplete.map { " autocomplete=\"\($0)\"" } ?? .empty
    let value: HTML = type == "password" ? .empty : " value=\"\(text(name))\""
    return frame(
      name, label, required: required, hint: hint,
      """
      <input class="form-control\(invalid)" type="\(type)" placeholder="\(placeholder)" \
      \(attributes(name, required: required))\(value)\(complete)>
      """)
  }

  func area(_ name: String, _ label: String, rows: Int = 4, hint: String? = nil, code: Bool = false) -> HTML {
    frame(
      name, label, required: false, hint: hint,
      """
      <textarea class="form-control\(if: code, " font-monospace")" rows="\(rows)" \
      \(attributes(name, required: false))>\n\(text(name))</textarea>
      """)
  }

  /// - Parameter options: values with what people read.
  func select(
    _ name: String, _ label: String, _ options: [(value: String, title: String)], none: String? = nil,
    hint: String? = nil, reveals: Bool = false
  ) -> HTML {
    let current = text(name)
    let empty: HTML = none.map { "<option value=\"\">\($0)</option>" } ?? .empty
    let items = options.map { option -> HTML in
      "<option value=\"\(option.value)\"\(attribute: "selected", when: option.value == current)>\(option.title)</option>"
    }
    return frame(
      name, label, required: false, hint: hint,
      """
      <select class="form-select" \(attributes(name, required: false))\(attribute: "data-reveals", when: reveals)>\
      \(empty)\(items)</select>
      """)
  }

  func toggle(_ name: String, _ label: String, hint: String? = nil) -> HTML {
    let isOn = values[name]?.boolValue ?? false
    return """
      <div class="mb-3"><label class="form-check form-switch"><input class="form-check-input" type="checkbox" \
      name="\(name)" id="\(name)" value="true"\(attribute: "checked", when: isOn)>\
      <span class="form-check-label">\(label)</span></label>\
      \(hint.map { "<small class=\"form-hint\">\($0)</small>" as HTML })</div>
      """
  }

  /// What is wrong, on top of the form.
  var summary: HTML {
    guard !faults.isEmpty else { return .empty }
    let lines = faults.map { "<li>\($0.field): \($0.message)</li>" as HTML }
    return "<div class=\"alert alert-danger\" role=\"alert\">Some fields are wrong.<ul class=\"mb-0\">\(lines)</ul></div>"
  }
}
