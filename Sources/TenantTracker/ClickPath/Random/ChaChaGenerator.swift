/// Random numbers for click ids and weighted draws: ChaCha8 keyed by the system's generator once. A number costs some
/// nanoseconds where the system's costs a call into the kernel, and ids stay as unguessable.
///
/// A class, so that no copy can hand out the same ids twice. One per thread: it is not `Sendable`.
public final class ChaChaGenerator: RandomNumberGenerator {
  private let key: SIMD8<UInt32>
  private var counter: UInt64 = 0
  private var block = SIMD16<UInt32>()
  private var used = 16

  public init() {
    var system = SystemRandomNumberGenerator()
    key = SIMD8.random(in: .min ... .max, using: &system)
  }

  /// Always the same sequence; for tests and repeatable demos.
  public init(seed: UInt64) {
    key = SIMD8(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32), 1, 2, 3, 4, 5, 6)
  }

  public func next() -> UInt64 {
    if used == 16 {
      let tail = SIMD4(UInt32(truncatingIfNeeded: counter), UInt32(truncatingIfNeeded: counter >> 32), 0, 0)
      block = ChaChaGenerator.block(key: key, tail: tail, doubleRounds: 4)
      counter += 1
      used = 0
    }
    defer { used += 2 }
    return UInt64(block[used]) | UInt64(block[used + 1]) << 32
  }

  /// A number of 0..<limit. Its bias is below 2⁻³² for any limit that fits a weight.
  func below(_ limit: UInt64) -> UInt64 { next().multipliedFullWidth(by: limit).high }

  /// One block of RFC 8439's function; `tail` is its last row (counter and nonce).
  static func block(key: SIMD8<UInt32>, tail: SIMD4<UInt32>, doubleRounds: Int) -> SIMD16<UInt32> {
    let constants = SIMD4<UInt32>(0x6170_7865, 0x3320_646E, 0x7962_2D32, 0x6B20_6574)
    var (a, b, c, d) = (constants, key.lowHalf, key.highHalf, tail)
    for _ in 0..<doubleRounds {
      quarterRounds(&a, &b, &c, &d)
      b = SIMD4(b.y, b.z, b.w, b.x)
      c = SIMD4(c.z, c.w, c.x, c.y)
      d = SIMD4(d.w, d.x, d.y, d.z)
      quarterRounds(&a, &b, &c, &d)
      b = SIMD4(b.w, b.x, b.y, b.z)
      c = SIMD4(c.z, c.w, c.x, c.y)
      d = SIMD4(d.y, d.z, d.w, d.x)
    }
    a &+= constants
    b &+= key.lowHalf
    c &+= key.highHalf
    d &+= tail
    return SIMD16(lowHalf: SIMD8(lowHalf: a, highHalf: b), highHalf: SIMD8(lowHalf: c, highHalf: d))
  }

  @inline(__always)
  private static func quarterRounds(
    _ a: inout SIMD4<UInt32>, _ b: inout SIMD4<UInt32>, _ c: inout SIMD4<UInt32>, _ d: inout SIMD4<UInt32>
  ) {
    a &+= b
    d = rotated(d ^ a, by: 16)
    c &+= d
    b = rotated(b ^ c, by: 12)
    a &+= b
    d = rotated(d ^ a, by: 8)
    c &+= d
    b = rotated(b ^ c, by: 7)
  }

  @inline(__always)
  private static func rotated(_ lanes: SIMD4<UInt32>, by count: UInt32) -> SIMD4<UInt32> {
    lanes &<< SIMD4(repeating: count) | lanes &>> SIMD4(repeating: 32 - count)
  }
}
