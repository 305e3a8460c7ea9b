/// Cuts HTML into the pieces a browser's tokenizer makes of it: which bytes are text, which a tag's attributes, which a
/// script. Any text is HTML, so it never fails; unlike a parser it knows nothing of nesting.
public struct HTMLScanner: Sendable {
  public enum Token: Sendable {
    case text(Range<Int>)
    /// What stands between `<script>` and `</script>`, and in the other elements without markup inside.
    case raw(element: String, Range<Int>)
    case tag(HTMLTag)
    /// Comments, `<!doctype>` and what browsers skip like those.
    case comment(Range<Int>)
  }

  private let html: [UInt8]
  private var index = 0
  /// The element whose raw content is next.
  private var rawElement: String?

  static let rawElements: Set<String> = [
    "script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes",
  ]

  public init(_ html: [UInt8]) { self.html = html }

  /// Ranges are of the bytes given. Nil at the end.
  public mutating func next() -> Token? {
    guard index < html.count else { return nil }
    if let element = rawElement {
      rawElement = nil
      let end = endOfRaw(element)
      if end > index { return .raw(element: element, take(to: end)) }
    }
    guard html[index] == UInt8(ascii: "<"), let next = byte(index + 1) else { return .text(take(to: endOfText)) }
    switch next {
    case UInt8(ascii: "!"), UInt8(ascii: "?"): return .comment(take(to: endOfComment))
    case UInt8(ascii: "/"):
      guard let first = byte(index + 2) else { return .text(take(to: html.count)) }
      return first.isASCIILetter ? .tag(tag(isEnd: true)) : .comment(take(to: after(">", from: index + 2)))
    default: return next.isASCIILetter ? .tag(tag(isEnd: false)) : .text(take(to: endOfText))
    }
  }

  private func byte(_ index: Int) -> UInt8? { index < html.count ? html[index] : nil }

  private mutating func take(to end: Int) -> Range<Int> {
    defer { index = end }
    return index..<end
  }

  private var endOfText: Int {
    html[(index + 1)...].firstIndex(of: UInt8(ascii: "<")) ?? html.count
  }

  private var endOfComment: Int {
    guard has("<!--", at: index) else { return after(">", from: index + 2) }
    // `<!-->` ends where it begins.
    return after("-->", from: index + 2)
  }

  private func after(_ mark: StaticString, from start: Int) -> Int {
    var at = start
    while at < html.count {
      if has(mark, at: at) { return at + mark.utf8CodeUnitCount }
      at += 1
    }
    return html.count
  }

  private func has(_ text: StaticString, at start: Int) -> Bool {
    html.withUnsafeBufferPointer { $0.has(caseInsensitively: text.bytes, at: start) }
  }

  /// Before the end tag of a raw element.
  private func endOfRaw(_ element: String) -> Int {
    let name = Array(element.utf8)
    var at = index
    while let open = html[at...].firstIndex(of: UInt8(ascii: "<")) {
      let end = open + 2 + name.count
      if byte(open + 1) == UInt8(ascii: "/"), end <= html.count,
        html[(open + 2)..<end].elementsEqual(name, by: { $0.asciiLowercased == $1 }),
        byte(end).map({ $0.isHTMLSpace || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ">") }) ?? true
      {
        return open
      }
      at = open + 1
    }
    return html.count
  }
}

/// A start or end tag.
public struct HTMLTag: Sendable {
  /// From `<` to behind `>`.
  public let range: Range<Int>
  /// Lower case.
  public let name: String
  public let isEnd: Bool
  public let attributes: [HTMLAttribute]
  /// Behind the name: where an attribute could be added.
  public let nameEnd: Int

  /// The first attribute of that name; browsers ignore the others.
  public subscript(name: String) -> HTMLAttribute? { attributes.first { $0.name == name } }
}

public struct HTMLAttribute: Sendable {
  /// Lower case.
  public let name: String
  /// With its value.
  public let range: Range<Int>
  /// Without quotes; nil for `<input disabled>`.
  public let value: Range<Int>?
  public let isQuoted: Bool
}

extension HTMLScanner {
  private mutating func tag(isEnd: Bool) -> HTMLTag {
    let start = index
    index += isEnd ? 2 : 1
    let name = String(
      decoding: html[run { !$0.isHTMLSpace && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ">") }], as: UTF8.self
    )
    .lowercased()
    let nameEnd = index
    var attributes: [HTMLAttribute] = []
    while index < html.count {
      _ = run { $0.isHTMLSpace || $0 == UInt8(ascii: "/") }
      guard index < html.count else { break }
      if html[index] == UInt8(ascii: ">") {
        index += 1
        break
      }
      attributes.append(attribute())
    }
    if !isEnd, HTMLScanner.rawElements.contains(name) { rawElement = name }
    return HTMLTag(range: start..<index, name: name, isEnd: isEnd, attributes: attributes, nameEnd: nameEnd)
  }

  private mutating func attribute() -> HTMLAttribute {
    let start = index
    index += 1  // a name may begin with any byte, even `=`
    if start + 1 < html.count, html[start] == UInt8(ascii: "{") {
      index = HTMLScanner.endOfPlaceholder(html, start) ?? index
    }
    _ = run { !$0.isHTMLSpace && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ">") && $0 != UInt8(ascii: "=") }
    let name = String(decoding: html[start..<index], as: UTF8.self).lowercased()
    let end = index
    _ = run { $0.isHTMLSpace }
    guard byte(index) == UInt8(ascii: "=") else {
      index = end
      return HTMLAttribute(name: name, range: start..<end, value: nil, isQuoted: false)
    }
    index += 1
    _ = run { $0.isHTMLSpace }
    guard let first = byte(index), first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") else {
      let value = run { !$0.isHTMLSpace && $0 != UInt8(ascii: ">") }
      return HTMLAttribute(name: name, range: start..<index, value: value, isQuoted: false)
    }
    let valueStart = index + 1
    let valueEnd = html[valueStart...].firstIndex(of: first) ?? html.count
    index = min(valueEnd + 1, html.count)
    return HTMLAttribute(name: name, range: start..<index, value: valueStart..<valueEnd, isQuoted: true)
  }

  /// Passes over bytes; a placeholder, which may hold blanks, is passed over as a whole.
  private mutating func run(while isInside: (UInt8) -> Bool) -> Range<Int> {
    let start = index
    while index < html.count, isInside(html[index]) {
      index = HTMLScanner.endOfPlaceholder(html, index) ?? index + 1
    }
    return start..<index
  }

  /// Behind `{{ ... }}` that starts at `index`; nil if none does.
  static func endOfPlaceholder(_ html: [UInt8], _ index: Int) -> Int? {
    guard html[index] == UInt8(ascii: "{"), index + 1 < html.count, html[index + 1] == UInt8(ascii: "{") else {
      return nil
    }
    for at in (index + 2)..<min(index + 2 + CallOut.limit, html.count) {
      switch html[at] {
      case UInt8(ascii: "}"): return at + 1 < html.count && html[at + 1] == UInt8(ascii: "}") ? at + 2 : nil
      case UInt8(ascii: "{"), UInt8(ascii: "<"), UInt8(ascii: ">"), 0x0A, 0x0D: return nil
      default: continue
      }
    }
    return nil
  }
}

extension UInt8 {
  var isHTMLSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) && self != 0x0B }
  var isASCIILetter: Bool { (0x61...0x7A).contains(self | 0x20) }
}
