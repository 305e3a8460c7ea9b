/// The name a rule gives: text with `$1`...`$9` for what the groups have matched.
struct FamilyTemplate: Sendable {
  private let parts: [Part]
  /// Set when no group is asked for: most rules hand out the same string each time.
  private let constant: String?

  private enum Part: Sendable {
    case text([UInt8])
    case group(Int)
  }

  init(_ text: String) {
    var parts: [Part] = []
    var literal: [UInt8] = []
    var bytes = Array(text.utf8)[...]
    while let byte = bytes.popFirst() {
      if byte == UInt8(ascii: "$"), let digit = bytes.first, (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(digit) {
        bytes.removeFirst()
        if !literal.isEmpty { parts.append(.text(literal)) }
        literal = []
        parts.append(.group(Int(digit - UInt8(ascii: "0"))))
      } else {
        literal.append(byte)
      }
    }
    if !literal.isEmpty { parts.append(.text(literal)) }
    self.parts = parts
    let holdsGroup = parts.contains { if case .group = $0 { true } else { false } }
    constant = holdsGroup ? nil : FamilyTemplate.trimmed(Array(text.utf8))
  }

  /// The name without blanks at its ends; nil when nothing is left of it. A group that took no part is empty.
  func text(_ group: (Int) -> UnsafeBufferPointer<UInt8>?) -> String? {
    if let constant { return constant }
    var bytes: [UInt8] = []
    for part in parts {
      switch part {
      case .text(let text): bytes += text
      case .group(let number): if let text = group(number) { bytes += text }
      }
    }
    return FamilyTemplate.trimmed(bytes)
  }

  private static func trimmed(_ bytes: [UInt8]) -> String? {
    let start = bytes.firstIndex { $0 != 0x20 } ?? bytes.endIndex
    let end = bytes.lastIndex { $0 != 0x20 }.map { $0 + 1 } ?? start
    return start < end ? String(decoding: bytes[start..<end], as: UTF8.self) : nil
  }
}
