import ClickPath
import Core

/// Walks through a page's tags.
struct HTMLWalk {
  let html: [UInt8]
  var base: String?
  var edits = ByteEdits()

  private static let sources: [String: Set<String>] = [
    "src": ["img", "script", "source", "video", "audio", "track", "embed", "input"], "poster": ["video"],
    "data": ["object"], "background": ["body", "table", "td", "th"], "href": ["image", "use"],
    "xlink:href": ["image", "use"], "data-src": ["img", "source", "video", "div", "section"],
  ]
  private static let sourceSets: [String: Set<String>] = [
    "srcset": ["img", "source"], "data-srcset": ["img", "source"], "imagesrcset": ["link"],
  ]
  private static let links: [String: Set<String>] = [
    "href": ["a", "area"], "action": ["form"], "formaction": ["button", "input"], "src": ["iframe", "frame"],
    "cite": ["blockquote", "q"],
  ]
  /// Kinds of `<link>` that load something.
  private static let loadingLinks: Set<String> = [
    "stylesheet", "icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon", "preload", "modulepreload",
  ]

  init(html: [UInt8], base: String?) {
    self.html = html
    self.base = base
  }

  mutating func run(_ dropped: (String) -> Void, _ write: PageReferences.Writer) {
    var scanner = HTMLScanner(html)
    while let token = scanner.next() {
      switch token {
      case .tag(let tag) where !tag.isEnd: see(tag, dropped, write)
      case .raw("style", let range): seeStyle(range, write)
      default: continue
      }
    }
  }

  private mutating func see(_ tag: HTMLTag, _ dropped: (String) -> Void, _ write: PageReferences.Writer) {
    switch tag.name {
    case "base":
      if let href = tag["href"].flatMap(text) { base = PageReferences.absolute(href, base: base) ?? base }
      // With a target it stays, with an address it goes.
      if let href = tag["href"] { edits.replace(href.range, with: "") }
      return
    case "meta" where tag["http-equiv"].flatMap(text)?.lowercased() == "content-security-policy":
      edits.replace(tag.range, with: "")
      return dropped("The page's own content security policy was left out: it would forbid its files here.")
    default: break
    }
    var isLocal = false
    for attribute in tag.attributes {
      guard let value = attribute.value, let use = use(of: attribute.name, tag) else { continue }
      switch use {
      case .address(let kind):
        guard let new = write(decoded(value), base, kind) else { continue }
        isLocal = isLocal || kind == .asset
        edits.replace(attribute.range, with: "\(attribute.name)=\"\(Self.escaped(new))\"")
      case .set:
        let new = SourceSet.rewrite(decoded(value)) { write($0, base, .asset) }
        edits.replace(attribute.range, with: "\(attribute.name)=\"\(Self.escaped(new))\"")
      case .style: seeStyle(value, in: attribute, write)
      }
    }
    // Our copy of a style sheet is not the original to the byte, and we send nobody's cookies.
    guard isLocal else { return }
    for name in ["integrity", "crossorigin"] {
      if let attribute = tag[name] { edits.replace(attribute.range, with: "") }
    }
  }

  private enum AttributeUse { case address(PageReferences.Use), set, style }

  private func use(of name: String, _ tag: HTMLTag) -> AttributeUse? {
    if name == "style" { return .style }
    if HTMLWalk.sources[name]?.contains(tag.name) == true { return .address(.asset) }
    if HTMLWalk.sourceSets[name]?.contains(tag.name) == true { return .set }
    if HTMLWalk.links[name]?.contains(tag.name) == true { return .address(.link) }
    guard tag.name == "link", name == "href" else { return nil }
    let kinds = tag["rel"].flatMap(text)?.lowercased().split(whereSeparator: \.isWhitespace).map(String.init) ?? []
    return .address(kinds.contains(where: HTMLWalk.loadingLinks.contains) ? .asset : .link)
  }

  private mutating func seeStyle(_ range: Range<Int>, _ write: PageReferences.Writer) {
    let base = base
    StyleReferences.forEach(in: html, range) { range, address in
      if let new = write(address, base, .asset) { edits.replace(range, with: StyleReferences.quoted(new)) }
    }
  }

  /// In an attribute the quotes of addresses are character references, or the attribute's other kind.
  private mutating func seeStyle(_ value: Range<Int>, in attribute: HTMLAttribute, _ write: PageReferences.Writer) {
    let css = Array(decoded(value).utf8)
    let new = PageReferences.rewrite(css: css, base: base, write)
    guard new != css else { return }
    edits.replace(attribute.range, with: "style=\"\(Self.escaped(String(decoding: new, as: UTF8.self)))\"")
  }

  private func text(_ attribute: HTMLAttribute) -> String? { attribute.value.map { decoded($0) } }

  /// The references that addresses have.
  private func decoded(_ range: Range<Int>) -> String {
    String(decoding: html[range], as: UTF8.self).replacing("&quot;", with: "\"").replacing("&#39;", with: "'")
      .replacing("&#x27;", with: "'").replacing("&#34;", with: "\"").replacing("&lt;", with: "<")
      .replacing("&gt;", with: ">").replacing("&#38;", with: "&").replacing("&#038;", with: "&")
      .replacing("&amp;", with: "&")
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("\"", with: "&quot;").replacing("<", with: "&lt;")
  }
}

/// `a.png 1x, b.png 2x`.
private enum SourceSet {
  static func rewrite(_ text: String, _ write: (String) -> String?) -> String {
    candidates(text).map { candidate in
      let new = write(candidate.address) ?? candidate.address
      return candidate.size.isEmpty ? new : "\(new) \(candidate.size)"
    }.joined(separator: ", ")
  }

  /// A comma inside an address is part of it: only one at its end, or after its size, ends a candidate.
  private static func candidates(_ text: String) -> [(address: String, size: String)] {
    var found: [(String, String)] = []
    var rest = Substring(text)
    while true {
      rest = rest.drop { $0.isWhitespace || $0 == "," }
      guard !rest.isEmpty else { return found }
      var address = rest.prefix { !$0.isWhitespace }
      rest = rest[address.endIndex...]
      var size: Substring = ""
      if address.hasSuffix(",") {
        while address.hasSuffix(",") { address.removeLast() }
      } else {
        size = rest.prefix { $0 != "," }
        rest = rest[size.endIndex...]
      }
      found.append((String(address), size.trimmed))
    }
  }
}
