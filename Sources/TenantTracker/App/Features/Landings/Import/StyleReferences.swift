import Core

/// `url(...)` and `@import "..."` of style sheets.
enum StyleReferences {
  /// Calls `body` with each address and the bytes that hold it, quotes included.
  static func forEach(in css: [UInt8], _ range: Range<Int>, _ body: (Range<Int>, String) -> Void) {
    var index = range.lowerBound
    while index < range.upperBound {
      switch css[index] {
      case UInt8(ascii: "/") where matches(css, index, "/*", range):
        index = end(of: "*/", in: css, index + 2, range)
      case UInt8(ascii: "u"), UInt8(ascii: "U"):
        guard matches(css, index, "url(", range) else {
          index += 1
          continue
        }
        index = address(in: css, skipBlanks(css, index + 4, range), range, isBare: true, body)
      case UInt8(ascii: "@") where matches(css, index, "@import", range):
        let start = skipBlanks(css, index + 7, range)
        index = address(in: css, start, range, isBare: false, body)
      case UInt8(ascii: "\""), UInt8(ascii: "'"): index = endOfString(css, index, range)
      default: index += 1
      }
    }
  }

  static func quoted(_ address: String) -> String {
    "\"\(address.replacing("\\", with: "%5C").replacing("\"", with: "%22").replacing("\n", with: ""))\""
  }

  /// Reads an address at `start`; gives where to go on.
  private static func address(
    in css: [UInt8], _ start: Int, _ range: Range<Int>, isBare: Bool, _ body: (Range<Int>, String) -> Void
  ) -> Int {
    guard start < range.upperBound else { return start }
    if css[start] == UInt8(ascii: "\"") || css[start] == UInt8(ascii: "'") {
      let end = endOfString(css, start, range)
      guard end - start >= 2 else { return end }
      body(start..<end, String(decoding: css[(start + 1)..<(end - 1)], as: UTF8.self))
      return end
    }
    guard isBare else { return start }
    let end = css[start..<range.upperBound].firstIndex(of: UInt8(ascii: ")")) ?? range.upperBound
    let text = String(decoding: css[start..<end], as: UTF8.self)
    let trimmed = text.trimmed
    body(start..<(start + trimmed.utf8.count), trimmed)
    return end
  }

  private static func skipBlanks(_ css: [UInt8], _ start: Int, _ range: Range<Int>) -> Int {
    css[start..<range.upperBound].firstIndex { $0 > 0x20 } ?? range.upperBound
  }

  private static func endOfString(_ css: [UInt8], _ start: Int, _ range: Range<Int>) -> Int {
    var index = start + 1
    while index < range.upperBound, css[index] != css[start] {
      if css[index] == UInt8(ascii: "\\") { index += 1 }
      index += 1
    }
    return min(index + 1, range.upperBound)
  }

  private static func end(of mark: StaticString, in css: [UInt8], _ start: Int, _ range: Range<Int>) -> Int {
    var index = start
    while index < range.upperBound, !matches(css, index, mark, range) { index += 1 }
    return min(index + mark.utf8CodeUnitCount, range.upperBound)
  }

  private static func matches(_ css: [UInt8], _ at: Int, _ text: StaticString, _ range: Range<Int>) -> Bool {
    guard at + text.utf8CodeUnitCount <= range.upperBound else { return false }
    for offset in 0..<text.utf8CodeUnitCount {
      let byte = css[at + offset]
      let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
      guard lower == text.utf8Start[offset] else { return false }
    }
    return true
  }
}
