import ClickPath

/// Reads the requests that visitors send all day (GET, HTTP/1.1, no body, nothing unusual) straight from the bytes.
/// Whatever is not exactly that is left to the HTTP decoder, so there is one reading of everything doubtful.
struct RequestScanner {
  /// A whole request, without the bytes it was read from.
  struct Request {
    let target: String
    let fields: VisitFields
    /// In bytes, head and blank line.
    let length: Int
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let limits: Limits

  struct Limits {
    var headBytes = 16_384
    var fieldCount = 64
  }

  private init(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: Limits) {
    self.bytes = bytes
    self.limits = limits
  }

  /// The request that the bytes begin with; nil when they do not hold a whole one or it is not as described.
  static func request(in bytes: UnsafeBufferPointer<UInt8>, limits: Limits = Limits()) -> Request? {
    RequestScanner(bytes, limits).request()
  }

  private func request() -> Request? {
    guard has("GET /", at: 0), bytes.count > 5, RequestScanner.firstLetters.contains(bytes[5]) else { return nil }
    var end = 5
    while end < bytes.count, RequestScanner.isTargetByte(bytes[end]) { end += 1 }
    guard has(" HTTP/1.1\r\n", at: end) else { return nil }
    let target = String(decoding: part(4..<end), as: UTF8.self)
    var fields = VisitFields()
    var hosts = 0
    var count = 0
    var start = end + 11
    while let line = line(from: start) {
      start = line.end
      guard let name = line.name else {
        return hosts == 1 ? Request(target: target, fields: fields, length: start) : nil
      }
      count += 1
      guard count <= limits.fieldCount, start <= limits.headBytes, !RequestScanner.isUnusual(name, line.value) else {
        return nil
      }
      if name.count == 4, name.isField("host") { hosts += 1 }
      fields.take(name, String(decoding: line.value, as: UTF8.self))
    }
    return nil
  }

  /// `/c/...`, `/click`, `/offer/...`, `/postback...`.
  private static let firstLetters: [UInt8] = [UInt8(ascii: "c"), UInt8(ascii: "o"), UInt8(ascii: "p")]

  private static func isTargetByte(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F }

  private struct Line {
    /// Nil for the blank line at the head's end.
    var name: UnsafeBufferPointer<UInt8>?
    var value: UnsafeBufferPointer<UInt8>
    /// Where the next line begins.
    var end: Int
  }

  /// A field line by the letter of RFC 9112: `name ":" OWS value OWS CRLF`. Nil when it is not that, or not all here.
  private func line(from start: Int) -> Line? {
    if has("\r\n", at: start) { return Line(name: nil, value: part(start..<start), end: start + 2) }
    var index = start
    while index < bytes.count, RequestScanner.isNameByte(bytes[index]) { index += 1 }
    guard index > start, index < bytes.count, bytes[index] == UInt8(ascii: ":") else { return nil }
    let name = part(start..<index)
    index += 1
    while index < bytes.count, RequestScanner.isBlank(bytes[index]) { index += 1 }
    let valueStart = index
    while index < bytes.count, RequestScanner.isValueByte(bytes[index]) { index += 1 }
    guard has("\r\n", at: index) else { return nil }
    var valueEnd = index
    while valueEnd > valueStart, RequestScanner.isBlank(bytes[valueEnd - 1]) { valueEnd -= 1 }
    return Line(name: name, value: part(valueStart..<valueEnd), end: index + 2)
  }

  /// Token characters of RFC 9110, 5.6.2.
  private static let nameBytes: [Bool] = {
    var table = [Bool](repeating: false, count: 256)
    for byte in "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8 {
      table[Int(byte)] = true
    }
    return table
  }()

  @inline(__always)
  private static func isNameByte(_ byte: UInt8) -> Bool { nameBytes[Int(byte)] }

  @inline(__always)
  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  @inline(__always)
  private static func isValueByte(_ byte: UInt8) -> Bool { byte >= 0x20 ? byte != 0x7F : byte == 0x09 }

  /// Whether a field changes where the request ends or what becomes of the connection.
  private static func isUnusual(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
    switch name.count {
    case 2: name.isField("te")
    case 6: name.isField("expect")
    case 7: name.isField("upgrade") || name.isField("trailer")
    case 10: name.isField("connection") && !(value.count == 10 && value.isField("keep-alive"))
    case 14: name.isField("content-length")
    case 17: name.isField("transfer-encoding")
    default: false
    }
  }

  @inline(__always)
  private func part(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[range]) }

  private func has(_ text: StaticString, at start: Int) -> Bool {
    guard start + text.utf8CodeUnitCount <= bytes.count else { return false }
    for offset in 0..<text.utf8CodeUnitCount where bytes[start + offset] != text.utf8Start[offset] { return false }
    return true
  }
}
