import Web

// Choices that are links, so that a page's state is in its address.

extension Parts {
  typealias Choice = (title: String, address: String, isCurrent: Bool)

  /// Views of one page, one of them shown.
  static func tabs(_ label: String, _ choices: [Choice]) -> HTML {
    let links = choices.map { choice -> HTML in
      """
      <li><a href="\(href: choice.address)"\(if: choice.isCurrent, " aria-current=\"page\"")>\(choice.title)</a></li>
      """
    }
    return "<nav class=\"ty-tabs\" aria-label=\"\(label)\"><ul>\(links)</ul></nav>"
  }

  /// A few values of one setting, side by side.
  static func segments(_ label: String, _ choices: [Choice]) -> HTML {
    let links = choices.map { choice -> HTML in
      """
      <a class="btn" href="\(href: choice.address)"\(if: choice.isCurrent, " aria-current=\"true\"")>\(choice.title)</a>
      """
    }
    return "<div class=\"ty-segments\" role=\"group\" aria-label=\"\(label)\">\(links)</div>"
  }

  /// The filters that are set, each with the address of the page without it.
  /// - Parameter clear: the address without any.
  static func chips(_ filters: [(text: String, without: String)], clear: String? = nil) -> HTML {
    guard !filters.isEmpty else { return .empty }
    let chips = filters.map { filter -> HTML in
      """
      <li class="ty-chip"><span>\(filter.text)</span><a href="\(href: filter.without)" \
      aria-label="Remove: \(filter.text)">×</a></li>
      """
    }
    let all = clear.map { "<li><a class=\"btn btn-sm ty-quiet\" href=\"\(href: $0)\">Clear all</a></li>" as HTML }
    return "<ul class=\"ty-chips\" aria-label=\"Filters\">\(chips)\(filters.count > 1 ? all : nil)</ul>"
  }

  enum Order: String, Sendable { case ascending, descending }

  /// A column's heading that orders the table by it.
  /// - Parameter current: how it is ordered now; nil when by another column.
  static func sortHeading(_ title: String, _ address: String, current: Order?, isNumber: Bool = true) -> HTML {
    """
    <th scope="col"\(if: isNumber, " class=\"num\"") aria-sort="\(current?.rawValue ?? "none")">\
    <a class="ty-sort" href="\(href: address)">\(title)</a></th>
    """
  }

  /// How a figure went, as a line without axes. Decoration: the figures themselves are in the table or chart beside it.
  static func sparkline(_ values: [Double]) -> HTML {
    guard values.count > 1, let least = values.min(), let most = values.max() else { return .empty }
    let span = most - least
    let points = values.enumerated().map { index, value in
      let x = 100 * Double(index) / Double(values.count - 1)
      let y = span > 0 ? 22 - 20 * (value - least) / span : 22
      return "\((x * 10).rounded() / 10),\((y * 10).rounded() / 10)"
    }
    return """
      <svg class="ty-spark" viewBox="0 0 100 24" preserveAspectRatio="none" aria-hidden="true">\
      <polyline points="\(points.joined(separator: " "))"/></svg>
      """
  }

  /// What a word means, where it stands.
  static func help(_ text: String) -> HTML {
    "<span class=\"ty-help\" tabindex=\"0\" role=\"note\" aria-label=\"\(text)\" data-tip=\"\(text)\">?</span>"
  }
}
