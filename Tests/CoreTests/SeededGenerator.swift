/// A generator with a seed, so that a failing run can be had again (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func pick<T>(_ choices: [T]) -> T { choices[number(0...choices.count - 1)] }

  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }

  /// Up to `length` characters that are known to make trouble: delimiters, controls, marks, other scripts, emoji.
  mutating func oddText(upTo length: Int) -> String {
    let alphabet: [Unicode.Scalar] = [
      "a", "Z", "0", " ", "\"", "\\", "/", "<", ">", "&", "%", "+", "=", "'", "\u{0}", "\u{1}", "\n", "\r", "\t",
      "\u{7F}",
      "\u{85}", "é", "\u{301}", "ß", "中", "\u{2028}", "\u{FEFF}", "\u{FFFD}", "😀", "\u{10FFFF}",
    ]
    var text = String.UnicodeScalarView()
    for _ in 0..<number(0...length) { text.append(pick(alphabet)) }
    return String(text)
  }
}
