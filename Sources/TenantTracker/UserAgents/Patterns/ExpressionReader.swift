/// Reads a regular expression as far as its literal text goes.
struct ExpressionReader {
  private let bytes: [UInt8]
  private var index = 0

  init(_ regex: String) { bytes = Array(regex.utf8) }

  /// What the whole expression needs; nil when there is something in it that this reader does not know.
  mutating func need() -> LiteralNeed? {
    guard let need = alternatives(), index == bytes.count else { return nil }
    return need
  }

  private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

  private mutating func take(_ byte: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: byte) else { return false }
    index += 1
    return true
  }

  /// Up to the end or a closing parenthesis.
  private mutating func alternatives() -> LiteralNeed? {
    guard var need = sequence() else { return nil }
    while take("|") {
      guard let other = sequence() else { return nil }
      need = need.or(other)
    }
    return need
  }

  private mutating func sequence() -> LiteralNeed? {
    var need = LiteralNeed.nothing
    // The literal texts that end here; all of the sequence so far while `exact` is known.
    var run: Set<[UInt8]> = [[]]
    while let byte = next, byte != UInt8(ascii: "|"), byte != UInt8(ascii: ")") {
      guard let part = atom().flatMap({ quantified($0) }) else { return nil }
      need.required = LiteralChoice.better(need.required, part.required)
      if let longer = ExpressionReader.run(run, part.exact) {
        run = longer
      } else {
        need = LiteralNeed(required: LiteralChoice.better(need.required, LiteralChoice(run)))
        run = part.exact ?? [[]]
      }
    }
    if need.exact != nil { return LiteralNeed(exact: run, required: need.required) }
    return LiteralNeed(required: LiteralChoice.better(need.required, LiteralChoice(run)))
  }

  /// Each of the texts with each of those that follow; nil if these are unknown, or it gets to be too many.
  private static func run(_ texts: Set<[UInt8]>, _ next: Set<[UInt8]>?) -> Set<[UInt8]>? {
    guard let next, texts.count * next.count <= LiteralNeed.exactLimit else { return nil }
    let all = Set(texts.flatMap { head in next.map { head + $0 } })
    return all.allSatisfy { $0.count <= LiteralNeed.wordLimit } ? all : nil
  }

  private mutating func atom() -> LiteralNeed? {
    guard let byte = next else { return nil }
    index += 1
    switch byte {
    case UInt8(ascii: "("): return group()
    case UInt8(ascii: "["): return set()
    case UInt8(ascii: "\\"): return escape()
    case UInt8(ascii: "."): return .unknown
    case UInt8(ascii: "^"), UInt8(ascii: "$"): return .nothing
    case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"): return nil
    default: return LiteralNeed(exact: [[ExpressionReader.lowercased(byte)]])
    }
  }

  private mutating func group() -> LiteralNeed? {
    if take("?") {
      guard take(":") else { return nil }
    }
    guard let need = alternatives(), take(")") else { return nil }
    return need
  }

  private mutating func escape() -> LiteralNeed? {
    guard let byte = next else { return nil }
    index += 1
    switch byte {
    case UInt8(ascii: "d"), UInt8(ascii: "D"), UInt8(ascii: "w"), UInt8(ascii: "W"), UInt8(ascii: "s"),
      UInt8(ascii: "S"):
      return .unknown
    case UInt8(ascii: "b"): return .nothing
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"):
      return nil
    default: return LiteralNeed(exact: [[byte]])
    }
  }

  /// A set of a few characters is as good as so many alternatives; any other matches anything.
  private mutating func set() -> LiteralNeed? {
    var isSmall = !take("^")
    var members: Set<[UInt8]> = []
    var isFirst = true
    while let byte = next, isFirst || byte != UInt8(ascii: "]") {
      isFirst = false
      index += 1
      if byte == UInt8(ascii: "["), next == UInt8(ascii: ":") { return nil }
      if byte == UInt8(ascii: "\\") {
        guard let exact = escape()?.exact, let member = exact.first, !member.isEmpty else {
          isSmall = false
          continue
        }
        members.insert(member)
      } else {
        members.insert([ExpressionReader.lowercased(byte)])
      }
      if next == UInt8(ascii: "-"), index + 1 < bytes.count, bytes[index + 1] != UInt8(ascii: "]") { isSmall = false }
    }
    guard take("]") else { return nil }
    return isSmall && members.count <= 4 ? LiteralNeed(exact: members) : .unknown
  }

  private mutating func quantified(_ part: LiteralNeed) -> LiteralNeed? {
    var need = part
    if take("?") {
      need = part.or(.nothing)
    } else if take("*") {
      need = .unknown
    } else if take("+") {
      need = LiteralNeed(required: part.best)
    } else if take("{") {
      guard let least = repetition() else { return nil }
      need = least == 0 ? .unknown : LiteralNeed(required: part.best)
    } else {
      return need
    }
    // Lazy and possessive ones match no other text.
    if !take("?") { _ = take("+") }
    if let next, next == UInt8(ascii: "*") || next == UInt8(ascii: "{") { return nil }
    return need
  }

  /// The least count of `{2}`, `{0,3}` or `{1,}`.
  private mutating func repetition() -> Int? {
    var digits: [UInt8] = []
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      digits.append(byte)
      index += 1
    }
    while let byte = next, byte != UInt8(ascii: "}") {
      guard byte == UInt8(ascii: ",") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      index += 1
    }
    guard take("}") else { return nil }
    return Int(String(decoding: digits, as: UTF8.self))
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
}
