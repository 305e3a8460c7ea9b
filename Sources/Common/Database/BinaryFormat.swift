/// Writing and reading big-endian numbers, as the wire protocol has them.
extension [UInt8] {
  mutating func append(bigEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.bigEndian) { self.append(contentsOf: $0) }
  }

  /// Overwrites the four bytes at `offset`.
  mutating func replace(at offset: Int, bigEndian value: Int32) {
    for place in 0..<4 { self[offset + place] = UInt8(truncatingIfNeeded: value >> (24 - 8 * Int32(place))) }
  }
}

/// Takes a value apart from its front; every step says whether it was there.
struct BinaryReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func integer<Value: FixedWidthInteger>(_: Value.Type = Value.self) -> Value? {
    let width = Value.bitWidth / 8
    guard rest.count >= width else { return nil }
    var value: Value = 0
    for byte in rest.prefix(width) { value = (Value.bitWidth == 8 ? 0 : value << 8) | Value(truncatingIfNeeded: byte) }
    rest = rest.dropFirst(width)
    return value
  }

  mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }
}
