import Core

/// Text from outside on its way to the database: valid UTF-8 without control characters (Postgres refuses NUL, a log
/// viewer should refuse the rest), and no longer than its column deserves.
enum StoredText {
  static let parameterLimit = 512
  static let externalIDLimit = 1_024
  static let userAgentLimit = 1_024
  static let referrerLimit = 2_048

  /// A query value. Nil when nothing is left of it.
  static func decode(_ raw: UnsafeBufferPointer<UInt8>, limit: Int) -> String? {
    var isPlain = true
    for byte in raw where byte == UInt8(ascii: "%") || byte == UInt8(ascii: "+") { isPlain = false }
    if isPlain { return clean(raw, limit: limit) }
    return PercentCoding.decode(raw).utf8Buffer { clean($0, limit: limit) }
  }

  /// A header value. Nil when nothing is left of it.
  static func clean(_ text: String?, limit: Int) -> String? {
    guard let text else { return nil }
    if text.utf8Buffer({ $0.count <= limit && isClean($0) }) { return text.isEmpty ? nil : text }
    return text.utf8Buffer { clean($0, limit: limit) }
  }

  private static func clean(_ bytes: UnsafeBufferPointer<UInt8>, limit: Int) -> String? {
    guard !bytes.isEmpty else { return nil }
    if bytes.count <= limit, isClean(bytes) { return String(decoding: bytes, as: UTF8.self) }
    var kept = bytes.filter { !isControl($0) }
    if kept.count > limit {
      var end = limit
      while end > 0, kept[end] & 0xC0 == 0x80 { end -= 1 }  // not in the middle of a character
      kept.removeSubrange(end...)
    }
    return kept.isEmpty ? nil : String(decoding: kept, as: UTF8.self)
  }

  private static func isClean(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    for byte in bytes where isControl(byte) { return false }
    return true
  }

  @inline(__always)
  private static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }
}
