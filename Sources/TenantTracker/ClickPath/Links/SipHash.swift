/// SipHash-2-4 with a 128-bit tag (Aumasson and Bernstein, 2012): a keyed hash that is fast on short messages.
struct SipHash {
  private var v0, v1, v2, v3: UInt64

  init(_ key: (UInt64, UInt64)) {
    v0 = key.0 ^ 0x736F_6D65_7073_6575
    v1 = key.1 ^ 0x646F_7261_6E64_6F6D ^ 0xEE
    v2 = key.0 ^ 0x6C79_6765_6E65_7261
    v3 = key.1 ^ 0x7465_6462_7974_6573
  }

  /// The tag's two little-endian words.
  static func tag(of message: [UInt8], key: (UInt64, UInt64)) -> (UInt64, UInt64) {
    var state = SipHash(key)
    message.withUnsafeBytes { state.absorb($0, length: $0.count) }
    return state.finish()
  }

  /// The first word of the tag over three words.
  static func word(_ first: UInt64, _ second: UInt64, _ third: UInt64, key: (UInt64, UInt64)) -> UInt64 {
    var state = SipHash(key)
    state.absorb(first)
    state.absorb(second)
    state.absorb(third)
    state.absorb(24 << 56)
    return state.finish().0
  }

  /// The first word of the tag over two words and the bytes after them.
  static func word(
    _ first: UInt64, _ second: UInt64, _ bytes: UnsafeRawBufferPointer, key: (UInt64, UInt64)
  ) -> UInt64 {
    var state = SipHash(key)
    state.absorb(first)
    state.absorb(second)
    state.absorb(bytes, length: bytes.count + 16)
    return state.finish().0
  }

  /// The rest of a message that is `length` bytes long in all.
  private mutating func absorb(_ bytes: UnsafeRawBufferPointer, length: Int) {
    let whole = bytes.count & ~7
    for offset in stride(from: 0, to: whole, by: 8) {
      absorb(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
    }
    var last = UInt64(truncatingIfNeeded: length) << 56
    for offset in whole..<bytes.count { last |= UInt64(bytes[offset]) << UInt64((offset - whole) * 8) }
    absorb(last)
  }

  private mutating func absorb(_ word: UInt64) {
    v3 ^= word
    rounds(2)
    v0 ^= word
  }

  private mutating func finish() -> (UInt64, UInt64) {
    v2 ^= 0xEE
    rounds(4)
    let first = v0 ^ v1 ^ v2 ^ v3
    v1 ^= 0xDD
    rounds(4)
    return (first, v0 ^ v1 ^ v2 ^ v3)
  }

  private mutating func rounds(_ count: Int) {
    for _ in 0..<count {
      v0 &+= v1
      v1 = rotated(v1, 13) ^ v0
      v0 = rotated(v0, 32)
      v2 &+= v3
      v3 = rotated(v3, 16) ^ v2
      v0 &+= v3
      v3 = rotated(v3, 21) ^ v0
      v2 &+= v1
      v1 = rotated(v1, 17) ^ v2
      v2 = rotated(v2, 32)
    }
  }

  @inline(__always)
  private func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 { word &<< count | word &>> (64 - count) }
}
