// Comparing and searching bytes without making strings of them.
extension UInt8 {
  @inline(__always)
  var asciiLowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }

  @inline(__always)
  var isASCIIAlphanumeric: Bool {
    (self >= 0x30 && self <= 0x39) || (self | 0x20 >= 0x61 && self | 0x20 <= 0x7A)
  }
}

extension String {
  /// Whether this is `lowercase` in any case of its ASCII letters.
  func isASCII(caseInsensitively lowercase: StaticString) -> Bool {
    utf8.elementsEqual(lowercase.bytes) { $0.asciiLowercased == $1 }
  }

  /// Whether any of the header's `;`- or `,`-separated words starts like `word` (lower case).
  func mentions(_ word: StaticString) -> Bool { utf8Buffer { $0.contains(caseInsensitively: word.bytes) } }
}

extension StringProtocol {
  /// The UTF-8 in one piece, without a copy where the string is native.
  @inline(__always)
  func utf8Buffer<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    if let result = utf8.withContiguousStorageIfAvailable(body) { return result }
    return Array(utf8).withUnsafeBufferPointer(body)
  }
}

extension StaticString {
  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount) }
}

extension UnsafeBufferPointer<UInt8> {
  func part(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: self[range]) }

  func contains(caseInsensitively lowercase: UnsafeBufferPointer<UInt8>) -> Bool {
    guard !lowercase.isEmpty, lowercase.count <= count else { return lowercase.isEmpty }
    return (0...count - lowercase.count).contains { has(caseInsensitively: lowercase, at: $0) }
  }

  func has(caseInsensitively lowercase: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
    guard start + lowercase.count <= count else { return false }
    for offset in 0..<lowercase.count where self[start + offset].asciiLowercased != lowercase[offset] { return false }
    return true
  }
}
