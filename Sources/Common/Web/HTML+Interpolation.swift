public import Core

extension HTML {
  public struct StringInterpolation: StringInterpolationProtocol {
    var text = ""

    public init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 24)
    }

    public mutating func appendLiteral(_ literal: String) { text += literal }

    /// Spliced as it is.
    public mutating func appendInterpolation(_ html: HTML) { text += html.text }

    public mutating func appendInterpolation(_ html: HTML?) {
      if let html { text += html.text }
    }

    public mutating func appendInterpolation(_ pieces: [HTML]) {
      for piece in pieces { text += piece.text }
    }

    /// Escaped.
    public mutating func appendInterpolation(_ value: String) { HTML.escape(value, into: &text) }

    public mutating func appendInterpolation(_ value: String?) {
      if let value { HTML.escape(value, into: &text) }
    }

    public mutating func appendInterpolation(_ value: Substring) { HTML.escape(value, into: &text) }

    public mutating func appendInterpolation(_ value: some BinaryInteger) { text += String(value) }

    public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      HTML.escape(value.description, into: &text)
    }

    public mutating func appendInterpolation(_ value: (some CustomStringConvertible)?) {
      if let value { HTML.escape(value.description, into: &text) }
    }

    @available(*, unavailable, message: "map the elements to HTML, or join them to one string")
    public mutating func appendInterpolation(_ values: [String]) {}

    /// `\(if: condition, "…", else: "…")`
    public mutating func appendInterpolation(
      if condition: Bool, _ html: @autoclosure () -> HTML, else other: @autoclosure () -> HTML = .empty
    ) {
      text += condition ? html().text : other().text
    }

    /// A boolean attribute with its leading blank: `<input\(attribute: "checked", when: isOn)>`
    public mutating func appendInterpolation(attribute name: StaticString, when condition: Bool) {
      if condition { text += " \(name)" }
    }

    /// An address for `href` or `src`. What is neither http, https, mailto nor relative becomes `#`, so that a stored
    /// `javascript:` address does nothing.
    public mutating func appendInterpolation(href address: String) {
      HTML.escape(HTML.isSafe(address: address) ? address : "#", into: &text)
    }

    /// JSON for a `<script type="application/json">` element; the page's own script reads it from there.
    public mutating func appendInterpolation(data: JSONValue) { text += data.text }
  }

  static func isSafe(address: String) -> Bool {
    // Browsers drop tabs and line ends inside a scheme, and leading blanks.
    guard address.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return false }
    guard let colon = address.utf8.firstIndex(of: UInt8(ascii: ":")) else { return true }
    let scheme = address[..<colon]
    if scheme.contains(where: { "/?#".contains($0) }) { return true }
    return ["http", "https", "mailto"].contains(scheme.lowercased())
  }
}
