import Core

/// Cuts a JSON document into the elements of its lists, so that only one of them is looked at at a time. What is within
/// an element is only counted through here: whoever parses it finds what is wrong with it.
struct JSONPieces {
  private let bytes: [UInt8]
  private var index: Int
  private let limit: Int

  /// - Parameter limit: elements in all; one more is still cut, so that the reader sees that there are too many.
  init(_ bytes: [UInt8], limit: Int) {
    self.bytes = bytes
    self.limit = limit
    index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The elements of the document, which is one list.
  mutating func list() throws(ImportFileFault) -> [Range<Int>] {
    let elements = try elements(room: limit)
    try end(elements.count)
    return elements
  }

  /// The lists of the document, which is one object, by their keys.
  mutating func lists() throws(ImportFileFault) -> [(key: String, elements: [Range<Int>])] {
    var lists: [(key: String, elements: [Range<Int>])] = []
    var total = 0
    skipBlanks()
    guard skip("{") else { throw fault("expected an object with a list for each type") }
    skipBlanks()
    if skip("}") {
      try end(0)
      return []
    }
    while total <= limit {
      let key = try key()
      guard !lists.contains(where: { $0.key == key }) else { throw fault("the same key twice") }
      let elements = try elements(room: limit - total)
      total += elements.count
      lists.append((key, elements))
      skipBlanks()
      if skip("}") { break }
      guard total > limit || skip(",") else { throw fault("expected a comma or }") }
    }
    try end(total)
    return lists
  }

  private mutating func key() throws(ImportFileFault) -> String {
    skipBlanks()
    let start = index
    guard current == UInt8(ascii: "\"") else { throw fault("expected a key") }
    try skipString()
    let parsed = try? JSONValue.parse(bytes[start..<index])
    guard let key = parsed?.stringValue else { throw ImportFileFault(offset: start, reason: "not a key") }
    skipBlanks()
    guard skip(":") else { throw fault("expected a colon") }
    return key
  }

  private mutating func elements(room: Int) throws(ImportFileFault) -> [Range<Int>] {
    skipBlanks()
    guard skip("[") else { throw fault("expected a list") }
    var elements: [Range<Int>] = []
    skipBlanks()
    if skip("]") { return elements }
    while true {
      elements.append(try value())
      if elements.count > room { return elements }
      skipBlanks()
      if skip("]") { return elements }
      guard skip(",") else { throw fault("expected a comma or ]") }
    }
  }

  /// Past the value at hand.
  private mutating func value() throws(ImportFileFault) -> Range<Int> {
    skipBlanks()
    let start = index
    var depth = 0
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""): try skipString()
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        depth += 1
        index += 1
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        guard depth > 0 else {
          guard index > start else { throw fault("expected a value") }
          return start..<index
        }
        depth -= 1
        index += 1
        if depth == 0 { return start..<index }
      case UInt8(ascii: ",") where depth == 0:
        guard index > start else { throw fault("expected a value") }
        return start..<index
      default: index += 1
      }
    }
    throw fault("unexpected end")
  }

  private mutating func skipString() throws(ImportFileFault) {
    let start = index
    index += 1
    while let byte = current {
      index += 1
      if byte == UInt8(ascii: "\"") { return }
      if byte == UInt8(ascii: "\\") { index += 1 }
    }
    throw ImportFileFault(offset: start, reason: "unterminated string")
  }

  /// Nothing follows; unless there were too many to look that far.
  private mutating func end(_ count: Int) throws(ImportFileFault) {
    guard count <= limit else { return }
    skipBlanks()
    guard index >= bytes.count else { throw fault("text after the document") }
  }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private func fault(_ reason: String) -> ImportFileFault {
    ImportFileFault(offset: min(index, bytes.count), reason: index < bytes.count ? reason : "unexpected end")
  }

  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard let byte = current, byte == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  private mutating func skipBlanks() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }
}
