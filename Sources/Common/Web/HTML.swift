/// A piece of HTML that is safe to send: whatever is interpolated into it is escaped, unless it is `HTML` itself.
///
/// ```swift
/// let row: HTML = "<td title=\"\(note)\">\(name)</td>"     // note and name are escaped
/// let table: HTML = "<table>\(rows)</table>"               // [HTML] is joined as it is
/// ```
/// The escaping holds in text and in quoted attributes. Attributes must be quoted; addresses go in by `\(href:)`,
/// data for scripts by `\(data:)` inside `<script type="application/json">`.
public struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation {
  public let text: String

  /// The one way past the escaping. For markup that comes from our own files, never from a person.
  public init(unescaped text: String) { self.text = text }

  public init(stringLiteral value: String) { text = value }

  public init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  public static let empty = HTML(unescaped: "")

  public var isEmpty: Bool { text.isEmpty }

  /// Text made safe for element content and quoted attributes.
  public static func escaped(_ text: some StringProtocol) -> HTML {
    var output = ""
    escape(text, into: &output)
    return HTML(unescaped: output)
  }

  public static func + (left: HTML, right: HTML) -> HTML { HTML(unescaped: left.text + right.text) }

  /// Goes by bytes: a combining mark after a `<` makes it another character, but not for a browser.
  static func escape(_ text: some StringProtocol, into output: inout String) {
    let utf8 = text.utf8
    var start = utf8.startIndex
    var index = start
    while index != utf8.endIndex {
      let next = utf8.index(after: index)
      if let entity = entity(for: utf8[index]) {
        output += text[start..<index]
        output += "\(entity)"
        start = next
      }
      index = next
    }
    output += text[start...]
  }

  private static func entity(for byte: UInt8) -> StaticString? {
    switch byte {
    case UInt8(ascii: "&"): "&amp;"
    case UInt8(ascii: "<"): "&lt;"
    case UInt8(ascii: ">"): "&gt;"
    case UInt8(ascii: "\""): "&quot;"
    case UInt8(ascii: "'"): "&#39;"
    default: nil
    }
  }
}

extension Sequence where Element == HTML {
  /// All pieces, one after the other.
  public func joined(separator: HTML = .empty) -> HTML {
    HTML(unescaped: map(\.text).joined(separator: separator.text))
  }
}
