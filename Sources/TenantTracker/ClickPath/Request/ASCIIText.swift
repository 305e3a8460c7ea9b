// Comparing and searching bytes without making strings of them. A string's own UTF-8 view costs a call per byte.
extension UInt8 {
  @inline(__always)
  var asciiLowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }

  @inline(__always)
  var isASCIIAlphanumeric: Bool {
    (self >= 0x30 && self <= 0x39) || (self | 0x20 >= 0x61 && self | 0x20 <= 0x7A)
  }
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
  @inline(__always)
  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount) }
}

extension UnsafeBufferPointer<UInt8> {
  @inline(__always)
  func part(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: self[range]) }

  /// Where `byte` is first met from `start` on; the count if nowhere.
  func index(of byte: UInt8, from start: Int = 0) -> Int {
    var index = start
    while index < count, self[index] != byte { index += 1 }
    return index
  }

  func equals(_ text: StaticString) -> Bool { count == text.utf8CodeUnitCount && has(text, at: 0) }

  func has(_ text: StaticString, at start: Int) -> Bool {
    guard start + text.utf8CodeUnitCount <= count else { return false }
    for offset in 0..<text.utf8CodeUnitCount where self[start + offset] != text.utf8Start[offset] { return false }
    return true
  }

  func equals(caseInsensitively lowercase: StaticString) -> Bool {
    count == lowercase.utf8CodeUnitCount && has(caseInsensitively: lowercase.bytes, at: 0)
  }

  func has(caseInsensitively lowercase: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
    guard start + lowercase.count <= count else { return false }
    for offset in 0..<lowercase.count where self[start + offset].asciiLowercased != lowercase[offset] { return false }
    return true
  }

  func contains(caseInsensitively lowercase: UnsafeBufferPointer<UInt8>) -> Bool {
    guard !lowercase.isEmpty, lowercase.count <= count else { return lowercase.isEmpty }
    for start in 0...count - lowercase.count where has(caseInsensitively: lowercase, at: start) { return true }
    return false
  }
}
