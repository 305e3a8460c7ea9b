// Text from outside on its way into a page: whatever it holds, it stays text.
extension [UInt8] {
  /// Fit for an attribute in quotes and for text between tags.
  mutating func append(html bytes: some Sequence<UInt8>) {
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "&"): append(contentsOf: "&amp;".utf8)
      case UInt8(ascii: "<"): append(contentsOf: "&lt;".utf8)
      case UInt8(ascii: ">"): append(contentsOf: "&gt;".utf8)
      case UInt8(ascii: "\""): append(contentsOf: "&quot;".utf8)
      case UInt8(ascii: "'"): append(contentsOf: "&#39;".utf8)
      default: append(byte)
      }
    }
  }

  /// One byte of a visitor's text within HTML of the user's own, where an attribute may have no quotes: whatever could
  /// end a value, a tag or a script's string becomes a character reference.
  mutating func append(reference byte: UInt8) {
    if byte >= 0x80 || byte.isASCIIAlphanumeric || "-._~:/?#@!$*+,;%".utf8.contains(byte) {
      append(byte)
    } else {
      append(contentsOf: "&#".utf8)
      append(decimal: Int(byte))
      append(UInt8(ascii: ";"))
    }
  }

  /// A string literal of JavaScript that can stand in a script element.
  mutating func append(scriptLiteral bytes: some Sequence<UInt8>) {
    append(UInt8(ascii: "\""))
    for byte in bytes {
      if byte.isASCIIAlphanumeric || "-._~:/?#@!$*+,;=%".utf8.contains(byte) {
        append(byte)
      } else {
        append(contentsOf: "\\x".utf8)
        append(contentsOf: CollectionOfOne(byte).hexDigits)
      }
    }
    append(UInt8(ascii: "\""))
  }
}

extension CollectionOfOne<UInt8> {
  fileprivate var hexDigits: [UInt8] {
    [self[0] >> 4, self[0] & 15].map { $0 < 10 ? 0x30 + $0 : 0x57 + $0 }
  }
}
