import Core
import Licensing
import Web

/// The pieces pages are put together from.
enum PageParts {
  /// A table in a card; without rows, the sentence that says what belongs here. A heading that begins with `#` is a
  /// number's.
  static func table(
    _ caption: String, _ headings: [String], _ rows: [HTML], empty: String, next: String? = nil
  ) -> HTML {
    guard !rows.isEmpty else { return "<div class=\"card\"><div class=\"ty-empty\"><p>\(empty)</p></div></div>" }
    let head = headings.map { heading -> HTML in
      guard !heading.isEmpty else {
        return "<th scope=\"col\" class=\"ty-end\"><span class=\"visually-hidden\">Actions</span></th>"
      }
      let isNumber = heading.hasPrefix("#")
      return "<th scope=\"col\"\(if: isNumber, " class=\"num\"")>\(isNumber ? heading.dropFirst() : heading[...])</th>"
    }
    let pager = next.map { address -> HTML in
      """
      <div class="card-footer ty-pager"><a class="btn" href="\(href: address)" rel="next">Next page</a></div>
      """
    }
    return """
      <div class="card"><div class="ty-scroll" tabindex="0" role="region" aria-label="\(caption)">
      <table class="table card-table" data-ty-table><caption class="visually-hidden">\(caption)</caption>
      <thead><tr>\(head)</tr></thead><tbody>\(rows)</tbody></table></div>\(pager)</div>
      """
  }

  /// Names and values of one thing.
  static func facts(_ facts: [(name: String, value: HTML)]) -> HTML {
    let items = facts.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>" as HTML }
    return "<div class=\"card\"><div class=\"card-body\"><dl class=\"ty-facts\">\(items)</dl></div></div>"
  }

  static func card(_ title: String, _ content: HTML) -> HTML {
    """
    <section class="card"><div class="card-header"><h2 class="card-title">\(title)</h2></div>\
    <div class="card-body">\(content)</div></section>
    """
  }

  /// A search in the list below it.
  static func search(_ label: String, _ text: String, icon: HTML) -> HTML {
    """
    <form class="ty-search" method="get" role="search">\(icon)<input class="form-control" name="q" type="search" \
    value="\(text)" placeholder="\(label)" aria-label="\(label)"></form>
    """
  }

  /// A status word in the colour of what it means.
  static func status(_ word: String) -> HTML {
    let tone =
      switch word {
      case "active", "paid", "on", "enabled", "delivered", "sent", "healthy", "done": "good"
      case "overdue", "open", "copied?", "waiting", "queued", "invited", "provisioning", "draining", "now": "warn"
      case "suspended", "revoked", "expired", "banned", "disabled", "dead", "failed", "failing": "bad"
      default: "plain"
      }
    return "<span class=\"ty-badge \(tone)\">\(word.prefix(1).uppercased() + word.dropFirst())</span>"
  }

  /// A moment as a `<time>`, UTC.
  static func time(_ time: Timestamp?, never: String = "–") -> HTML {
    guard let time else { return "\(never)" }
    let text = time.rfc3339
    return "<time datetime=\"\(text)\">\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC</time>"
  }

  /// A form that is only a button.
  static func button(
    _ title: String, post action: String, _ csrf: HTML, style: String = "btn", confirm question: String? = nil
  ) -> HTML {
    let confirm: HTML = question.map { " data-confirm=\"\($0)\"" } ?? .empty
    return """
      <form class="d-inline" method="post" action="\(href: action)">\(csrf)\
      <button class="\(style)"\(confirm)>\(title)</button></form>
      """
  }

  /// A labelled input.
  static func input(
    _ name: String, _ label: String, type: String = "text", value: String = "", required: Bool = true,
    autocomplete: String = "off", hint: String? = nil
  ) -> HTML {
    let note = hint.map { "<small class=\"form-hint\" id=\"\(name)-hint\">\($0)</small>" as HTML }
    return """
      <div class="ty-field"><label class="form-label" for="\(name)">\(label)</label>\
      <input class="form-control" id="\(name)" name="\(name)" type="\(type)" value="\(value)" \
      autocomplete="\(autocomplete)"\(attribute: "required", when: required)\
      \(if: hint != nil, " aria-describedby=\"\(name)-hint\"")>\(note)</div>
      """
  }

  static func select(
    _ name: String, _ label: String, _ options: [(value: String, title: String)], selected: String = ""
  ) -> HTML {
    let items = options.map {
      "<option value=\"\($0.value)\"\(attribute: "selected", when: $0.value == selected)>\($0.title)</option>" as HTML
    }
    return """
      <div class="ty-field"><label class="form-label" for="\(name)">\(label)</label>\
      <select class="form-select" id="\(name)" name="\(name)">\(items)</select></div>
      """
  }

  /// What was wrong with the form that was sent.
  static func faults(_ problem: Problem?) -> HTML {
    guard let problem else { return .empty }
    let lines = problem.errors.map { fault -> HTML in
      "<li>\(fault.field.replacing("_", with: " ")): \(fault.message)</li>"
    }
    let list: HTML = lines.isEmpty ? .empty : "<ul>\(lines)</ul>"
    return """
      <div class="ty-note error" role="alert"><div>\
      \(lines.isEmpty ? problem.detail ?? problem.title : problem.title)\(list)</div></div>
      """
  }
}
