import Core

/// Where in a page a value stands, and so what has to be done to it to stay a value: a visitor writes parts of the page,
/// never its markup, its scripts or its addresses.
struct PageContext: Hashable, Sendable {
  /// What the value is written in.
  enum Language: Hashable, Sendable {
    case text
    /// Part of an address: it adds neither a scheme nor a parameter.
    case url
    /// JavaScript or JSON; also between no quotes it is nothing that runs.
    case script
    case style
    /// Among a tag's attributes, or where markup is kept as text: letters and digits, nothing else.
    case bare
  }

  let language: Language
  /// Whether character references mean anything there: not so in script and style elements.
  let hasReferences: Bool

  static let text = PageContext(language: .text)
  static let bare = PageContext(language: .bare)

  init(language: Language, hasReferences: Bool = true) {
    self.language = language
    self.hasReferences = hasReferences
  }

  /// Of what stands between a raw element's tags.
  init(insideRaw element: String) {
    switch element {
    case "script": self.init(language: .script, hasReferences: false)
    case "style": self.init(language: .style, hasReferences: false)
    case "title", "textarea": self = .text
    default: self = .bare
    }
  }

  private static let addresses: Set<String> = [
    "href", "src", "action", "formaction", "poster", "data", "background", "cite", "srcset", "ping", "xlink:href",
    "manifest",
  ]

  /// Of an attribute's quoted value.
  init(in attribute: HTMLAttribute, of html: [UInt8]) {
    let language: Language
    switch attribute.name {
    case "style": language = .style
    case "srcdoc": language = .bare
    case let name where name.hasPrefix("on"): language = .script
    case let name where PageContext.addresses.contains(name):
      language = attribute.value.map { PageContext.runs(html[$0]) } == true ? .script : .url
    default: language = .text
    }
    self.init(language: language)
  }

  /// Whether an address is a `javascript:` one.
  private static func runs(_ address: ArraySlice<UInt8>) -> Bool {
    address.lazy.filter { $0 > 0x20 }.prefix(11).map(\.asciiLowercased).elementsEqual("javascript:".utf8)
  }
}

extension [UInt8] {
  /// Appends a visitor's text so that it stays one.
  mutating func append(_ text: String, in context: PageContext) {
    for byte in text.utf8 {
      switch context.language {
      case .text: append(byte, escaped: context.hasReferences)
      case .url: PercentCoding.append(encoded: byte, to: &self)
      case .script:
        // Outside of quotes, what stays can only be a name or a number.
        if byte.isASCIIAlphanumeric || byte >= 0x80 || byte == 0x20 || " ,._-".utf8.contains(byte) {
          append(byte, escaped: context.hasReferences)
        } else {
          append(contentsOf: "\\u00".utf8)
          append(hex: byte)
        }
      case .style:
        if byte.isASCIIAlphanumeric || byte >= 0x80 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") {
          append(byte)
        } else {
          append(UInt8(ascii: "\\"))
          append(contentsOf: "0000".utf8)  // six digits need no blank behind them
          append(hex: byte)
        }
      case .bare: if byte.isASCIIAlphanumeric { append(byte) }
      }
    }
  }

  /// Appends an address of ours, already fit for a header.
  mutating func append(link: [UInt8], in context: PageContext) {
    switch context.language {
    case .text, .url: for byte in link { append(byte, escaped: context.hasReferences) }
    case .script:
      for byte in link {
        switch byte {
        case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "`"), UInt8(ascii: "$"),
          UInt8(ascii: "<"), UInt8(ascii: ">"):
          append(contentsOf: "\\u00".utf8)
          append(hex: byte)
        default: append(byte, escaped: context.hasReferences)
        }
      }
    case .style: append(String(decoding: link, as: UTF8.self), in: context)
    case .bare: break
    }
  }

  private mutating func append(_ byte: UInt8, escaped: Bool) {
    guard escaped else { return append(byte) }
    switch byte {
    case UInt8(ascii: "&"): append(contentsOf: "&amp;".utf8)
    case UInt8(ascii: "<"): append(contentsOf: "&lt;".utf8)
    case UInt8(ascii: ">"): append(contentsOf: "&gt;".utf8)
    case UInt8(ascii: "\""): append(contentsOf: "&quot;".utf8)
    case UInt8(ascii: "'"): append(contentsOf: "&#39;".utf8)
    default: append(byte)
    }
  }

  private mutating func append(hex byte: UInt8) {
    for digit in [byte >> 4, byte & 15] { append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
  }
}
