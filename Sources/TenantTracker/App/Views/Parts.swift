import Core
import Web

/// The pieces pages are put together from.
enum Parts {
  struct Heading: Sendable, ExpressibleByStringLiteral {
    let title: String
    var isNumber = false
    /// The form whose rows a box in this heading selects all of.
    var selectsAllOf: String?

    init(_ title: String) { self.title = title }
    init(stringLiteral value: String) { title = value }

    static func number(_ title: String) -> Heading {
      var heading = Heading(title)
      heading.isNumber = true
      return heading
    }

    /// The column of buttons at the end of a row: nothing to see, something to hear.
    static let actions = Heading("Actions")

    /// The column of boxes at the beginning of a row, alike.
    static let selection = Heading("Select")

    /// The same with a box for all rows of the page.
    /// - Parameter form: the id of the form the boxes belong to.
    static func selection(of form: String) -> Heading {
      var heading = Heading("Select all on this page")
      heading.selectsAllOf = form
      return heading
    }
  }

  /// A table in a card; with no rows, what belongs here.
  /// - Parameter next: the address of the next page.
  static func table(
    _ headings: [Heading], _ rows: [HTML], caption: String, empty: HTML, next: String? = nil
  ) -> HTML {
    guard !rows.isEmpty else { return "<div class=\"card\">\(empty)</div>" }
    return """
      <div class="card">\(bareTable(headings, rows, caption: caption))\(next.map(nextPage))</div>
      """
  }

  /// The table alone, for cards that hold more.
  static func bareTable(_ headings: [Heading], _ rows: [HTML], caption: String) -> HTML {
    let head = headings.map { heading -> HTML in
      if heading.title == Heading.actions.title {
        return "<th scope=\"col\" class=\"ty-end\"><span class=\"visually-hidden\">\(heading.title)</span></th>"
      }
      if let form = heading.selectsAllOf {
        return """
          <th scope="col" class="ty-check"><input class="form-check-input ty-scripted" type="checkbox" data-select-all \
          form="\(form)" aria-label="\(heading.title)"></th>
          """
      }
      if heading.title == Heading.selection.title {
        return "<th scope=\"col\" class=\"ty-check\"><span class=\"visually-hidden\">\(heading.title)</span></th>"
      }
      return "<th scope=\"col\"\(if: heading.isNumber, " class=\"num\"")>\(heading.title)</th>"
    }
    return """
      <div class="ty-scroll" tabindex="0" role="region" aria-label="\(caption)">
      <table class="table card-table" data-ty-table><caption class="visually-hidden">\(caption)</caption>
      <thead><tr>\(head)</tr></thead><tbody>\(rows)</tbody></table></div>
      """
  }

  private static func nextPage(_ address: String) -> HTML {
    """
    <div class="card-footer ty-pager"><a class="btn" href="\(href: address)" rel="next">Next page</a></div>
    """
  }

  /// What belongs here, and how to begin.
  static func empty(_ icon: HTML, _ title: String, _ text: String, _ action: HTML = .empty) -> HTML {
    "<div class=\"ty-empty\">\(icon)<h2>\(title)</h2><p>\(text)</p>\(action)</div>"
  }

  static func card(_ title: String, _ content: HTML, actions: HTML = .empty) -> HTML {
    """
    <section class="card"><div class="card-header"><h2 class="card-title">\(title)</h2>\
    <div class="ty-actions">\(actions)</div></div><div class="card-body">\(content)</div></section>
    """
  }

  /// A card whose content brings its own padding, such as a table.
  static func flushCard(_ title: String, _ content: HTML, actions: HTML = .empty) -> HTML {
    """
    <section class="card"><div class="card-header"><h2 class="card-title">\(title)</h2>\
    <div class="ty-actions">\(actions)</div></div>\(content)</section>
    """
  }

  /// Names with values, one under the other.
  static func facts(_ pairs: [(name: String, value: HTML)]) -> HTML {
    let items = pairs.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>" as HTML }
    return "<dl class=\"ty-facts\">\(items)</dl>"
  }

  static func text(_ text: String?) -> HTML {
    guard let text, !text.isEmpty else { return dash }
    return .escaped(text)
  }

  static let dash: HTML = "<span class=\"text-secondary\">–</span>"

  /// A line to copy, with the button that does.
  /// - Parameter id: unique on the page.
  static func copyable(_ label: String, _ text: String, id: String, _ icons: IconSet, hint: String? = nil) -> HTML {
    let note: HTML = hint.map { "<small class=\"form-hint\" id=\"\(id)-hint\">\($0)</small>" } ?? .empty
    return """
      <div class="ty-field"><label class="form-label" for="\(id)">\(label)</label>\
      <div class="ty-copy"><input class="form-control ty-code" id="\(id)" value="\(text)" readonly\
      \(if: hint != nil, " aria-describedby=\"\(id)-hint\"")>\
      <button class="btn btn-icon" type="button" data-copy="\(id)" aria-label="Copy: \(label)">\(icons(.copy))</button>\
      </div>\(note)</div>
      """
  }

  static func note(_ kind: NoteKind, _ content: HTML, _ icons: IconSet) -> HTML {
    let icon: Icon =
      switch kind {
      case .error: .error
      case .warning: .warning
      case .info: .info
      }
    return "<div class=\"ty-note \(kind.rawValue)\">\(icons(icon))<div>\(content)</div></div>"
  }

  enum NoteKind: String { case error, warning, info }
}
