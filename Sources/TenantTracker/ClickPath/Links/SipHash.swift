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
    let whole = message.count & ~7
    for start in stride(from: 0, to: whole, by: 8) { state.absorb(word(message[start..<start + 8])) }
    state.absorb(word(message[whole...]) | UInt64(truncatingIfNeeded: message.count) << 56)
    return state.finish()
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

  /// At most eight bytes, the first the lowest.
  private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
