/// A local landing's HTML, parsed once. `{{offer_url}}` is where its call to action leads.
struct PageTemplate: Sendable {
  private let html: [UInt8]
  /// Where placeholders stand in ``html``.
  private let placeholders: [Range<Int>]

  init(_ html: String) {
    let bytes = Array(html.utf8)
    var placeholders: [Range<Int>] = []
    var index = 0
    while let open = bytes[index...].firstIndex(of: UInt8(ascii: "{")) {
      if let end = PageTemplate.placeholder(in: bytes, at: open) {
        placeholders.append(open..<end)
        index = end
      } else {
        index = open + 1
      }
    }
    self.html = bytes
    self.placeholders = placeholders
  }

  /// The page with its links. A page without placeholders is handed out as it is, uncopied.
  /// - Parameter offerURL: `#` takes its place when the campaign has no offer.
  func render(offerURL: [UInt8]?) -> [UInt8] {
    guard !placeholders.isEmpty else { return html }
    let link = PageTemplate.escaped(offerURL ?? [UInt8(ascii: "#")])
    var page: [UInt8] = []
    page.reserveCapacity(html.count + placeholders.count * link.count)
    var index = 0
    for placeholder in placeholders {
      page.append(contentsOf: html[index..<placeholder.lowerBound])
      page.append(contentsOf: link)
      index = placeholder.upperBound
    }
    page.append(contentsOf: html[index...])
    return page
  }

  /// The end of `{{ offer_url }}` starting at `open`.
  private static func placeholder(in html: [UInt8], at open: Int) -> Int? {
    guard html[open...].starts(with: "{{".utf8) else { return nil }
    let name = html[(open + 2)...].drop { $0 == 0x20 }
    guard name.starts(with: "offer_url".utf8) else { return nil }
    let close = name.dropFirst(9).drop { $0 == 0x20 }
    return close.starts(with: "}}".utf8) ? close.startIndex + 2 : nil
  }

  /// Fit for an attribute and for text.
  private static func escaped(_ url: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(url.count + 16)
    for byte in url {
      switch byte {
      case UInt8(ascii: "&"): output.append(contentsOf: "&amp;".utf8)
      case UInt8(ascii: "<"): output.append(contentsOf: "&lt;".utf8)
      case UInt8(ascii: ">"): output.append(contentsOf: "&gt;".utf8)
      case UInt8(ascii: "\""): output.append(contentsOf: "&quot;".utf8)
      case UInt8(ascii: "'"): output.append(contentsOf: "&#39;".utf8)
      default: output.append(byte)
      }
    }
    return output
  }
}
