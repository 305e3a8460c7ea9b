/// A generator with a seed, so that a failing run can be had again (SplitMix64).
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  mutating func isOne(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

  /// Printable text, now and then with what means something to YAML or is no ASCII.
  mutating func text() -> String {
    let alphabet = Array(" abcXYZ019'\"#:-|&\\()[]$1éš\u{200E}")
    return String((0..<Int.random(in: 0...20, using: &self)).map { _ in alphabet.randomElement(using: &self) ?? " " })
  }
}
