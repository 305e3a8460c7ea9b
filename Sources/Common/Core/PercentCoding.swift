/// Percent-encoding as URLs and HTML forms use it.
public enum PercentCoding {
  /// Encodes everything but RFC 3986's unreserved characters.
  public static func encodeComponent(_ text: some StringProtocol) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(text.utf8.count + 16)
    for byte in text.utf8 { append(encoded: byte, to: &output) }
    return String(decoding: output, as: UTF8.self)
  }

  /// Appends one byte, percent-encoded unless it is unreserved.
  @inlinable
  public static func append(encoded byte: UInt8, to output: inout [UInt8]) {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: output.append(byte)
    default:
      output.append(0x25)
      output.append(byte >> 4 < 10 ? 0x30 + byte >> 4 : 0x37 + byte >> 4)
      output.append(byte & 15 < 10 ? 0x30 + byte & 15 : 0x37 + byte & 15)
    }
  }

  /// Decodes `%XX` (and `+` in forms and queries). A lone `%` stays; what is not UTF-8 becomes U+FFFD.
  public static func decode(_ text: some Sequence<UInt8>, plusIsSpace: Bool = true) -> String {
    String(decoding: decodedBytes(text, plusIsSpace: plusIsSpace), as: UTF8.self)
  }

  /// The same as bytes, for whoever must cope with other encodings.
  public static func decodedBytes(_ text: some Sequence<UInt8>, plusIsSpace: Bool = true) -> [UInt8] {
    let bytes = text.withContiguousStorageIfAvailable { decoded($0, plusIsSpace: plusIsSpace) }
    return bytes ?? Array(text).withUnsafeBufferPointer { decoded($0, plusIsSpace: plusIsSpace) }
  }

  private static func decoded(_ text: UnsafeBufferPointer<UInt8>, plusIsSpace: Bool) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte == 0x25, index + 2 < text.count, let high = text[index + 1].hexDigit, let low = text[index + 2].hexDigit {
        output.append(high << 4 | low)
        index += 3
      } else {
        output.append(plusIsSpace && byte == 0x2B ? 0x20 : byte)
        index += 1
      }
    }
    return output
  }

  /// The pairs of a query or urlencoded form in order, decoded. At most `limit` pairs are read.
  public static func queryItems(_ raw: some StringProtocol, limit: Int = 1_000) -> [(name: String, value: String)] {
    var items: [(name: String, value: String)] = []
    for pair in Array(raw.utf8).split(separator: UInt8(ascii: "&")) {
      guard items.count < limit else { break }
      let equals = pair.firstIndex(of: UInt8(ascii: "="))
      let name = pair[..<(equals ?? pair.endIndex)]
      let value = equals.map { pair[($0 + 1)...] } ?? []
      items.append((decode(name), decode(value)))
    }
    return items
  }
}
