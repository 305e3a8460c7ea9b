/// What is wrong with a JSON text and at which byte.
public struct JSONParseError: Error, Hashable, Sendable, CustomStringConvertible {
  public let offset: Int
  public let reason: String
  public var description: String { "\(reason) at byte \(offset)" }
}

extension JSONValue {
  /// Parses one RFC 8259 document: strict UTF-8, no trailing text, no key twice, no nesting past `maxDepth`.
  /// - Parameter keepsRepeatedKeys: for senders we can't correct; the object then has all its members in order.
  public static func parse(
    _ bytes: some Sequence<UInt8>, maxDepth: Int = 64, keepsRepeatedKeys: Bool = false
  ) throws(JSONParseError) -> JSONValue {
    var parser = JSONParser(bytes: Array(bytes), maxDepth: maxDepth, keepsRepeatedKeys: keepsRepeatedKeys)
    return try parser.document()
  }

  public static func parse(_ text: String, maxDepth: Int = 64) throws(JSONParseError) -> JSONValue {
    try parse(text.utf8, maxDepth: maxDepth)
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  let maxDepth: Int
  let keepsRepeatedKeys: Bool
  var index = 0

  mutating func document() throws(JSONParseError) -> JSONValue {
    let value = try value(depth: 0)
    skipBlanks()
    guard index == bytes.count else { throw fault("text after the document") }
    return value
  }

  private func fault(_ reason: String) -> JSONParseError { JSONParseError(offset: index, reason: reason) }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func skipBlanks() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  private mutating func skip(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    index += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONParseError) -> JSONValue {
    skipBlanks()
    guard let byte = current else { throw fault("unexpected end") }
    guard depth < maxDepth || byte != UInt8(ascii: "{") && byte != UInt8(ascii: "[") else {
      throw fault("nested deeper than \(maxDepth)")
    }
    switch byte {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), 0x30...0x39: return .number(try number())
    default: throw fault("unexpected character")
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
    let expected = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard bytes[index...].starts(with: expected) else { throw fault("unexpected word") }
    index += expected.count
    return value
  }

  private mutating func object(depth: Int) throws(JSONParseError) -> JSONObject {
    index += 1
    var object = JSONObject()
    var seen: Set<String> = []
    skipBlanks()
    if skip(UInt8(ascii: "}")) { return object }
    while true {
      skipBlanks()
      guard current == UInt8(ascii: "\"") else { throw fault("expected a key") }
      let key = try string()
      guard seen.insert(key).inserted || keepsRepeatedKeys else { throw fault("the same key twice") }
      skipBlanks()
      guard skip(UInt8(ascii: ":")) else { throw fault("expected a colon") }
      object.append(key, try value(depth: depth + 1))
      skipBlanks()
      if skip(UInt8(ascii: "}")) { return object }
      guard skip(UInt8(ascii: ",")) else { throw fault("expected a comma or }") }
    }
  }

  private mutating func array(depth: Int) throws(JSONParseError) -> [JSONValue] {
    index += 1
    var elements: [JSONValue] = []
    skipBlanks()
    if skip(UInt8(ascii: "]")) { return elements }
    while true {
      elements.append(try value(depth: depth + 1))
      skipBlanks()
      if skip(UInt8(ascii: "]")) { return elements }
      guard skip(UInt8(ascii: ",")) else { throw fault("expected a comma or ]") }
    }
  }

  private mutating func number() throws(JSONParseError) -> String {
    let start = index
    _ = skip(UInt8(ascii: "-"))
    if !skip(UInt8(ascii: "0")) { try digits() }
    if skip(UInt8(ascii: ".")) { try digits() }
    if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
      if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
      try digits()
    }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  private mutating func digits() throws(JSONParseError) {
    guard current?.asciiDigit != nil else { throw fault("expected a digit") }
    while current?.asciiDigit != nil { index += 1 }
  }

  private mutating func string() throws(JSONParseError) -> String {
    index += 1
    var text: [UInt8] = []
    while true {
      guard let byte = current else { throw fault("unterminated string") }
      index += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else { throw fault("not UTF-8") }
        return string
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw fault("control character in a string")
      default: text.append(byte)
      }
    }
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONParseError) {
    guard let byte = current else { throw fault("unterminated string") }
    index += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexQuad()
      if (0xD800...0xDBFF).contains(code) {
        guard skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else { throw fault("lone surrogate") }
        let second = try hexQuad()
        guard (0xDC00...0xDFFF).contains(second) else { throw fault("lone surrogate") }
        code = 0x10000 + (code - 0xD800) << 10 + (second - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw fault("lone surrogate") }
      text.append(contentsOf: String(Character(scalar)).utf8)
    default: throw fault("unknown escape")
    }
  }

  private mutating func hexQuad() throws(JSONParseError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = current?.hexDigit else { throw fault("expected four hexadecimal digits") }
      code = code << 4 | UInt32(digit)
      index += 1
    }
    return code
  }
}
