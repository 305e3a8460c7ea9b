/// Words, one of which must stand in a text (in any case) for a regular expression to match it.
///
/// Trying a thousand expressions on an agent costs most of what parsing costs, and all but a few fail. One pass that
/// looks for these words leaves the few. Whatever the reader does not know for sure makes it answer nil, which costs
/// time and never a match.
struct RequiredLiterals: Equatable, Sendable {
  /// Lower case, two bytes or more each.
  let words: Set<[UInt8]>

  /// Nil when no such words are known: then the expression must always be tried.
  init?(of regex: String) {
    var reader = ExpressionReader(regex)
    guard let words = reader.need()?.best?.words else { return nil }
    self.words = words
  }
}

/// What a part of an expression needs of a text.
struct LiteralNeed {
  /// All that the part can match, if that is few texts.
  var exact: Set<[UInt8]>?
  /// Words one of which it cannot do without.
  var required: LiteralChoice?

  static let nothing = LiteralNeed(exact: [[]])
  static let unknown = LiteralNeed()

  /// The better of both.
  var best: LiteralChoice? { LiteralChoice.better(required, exact.flatMap { LiteralChoice($0) }) }

  /// More texts than these are not told apart.
  static let exactLimit = 64
  /// In bytes.
  static let wordLimit = 32

  init(exact: Set<[UInt8]>? = nil, required: LiteralChoice? = nil) {
    self.exact = exact
    self.required = required
  }

  /// This part or `other`.
  func or(_ other: LiteralNeed) -> LiteralNeed {
    var both = LiteralNeed()
    if let left = exact, let right = other.exact, left.union(right).count <= LiteralNeed.exactLimit {
      both.exact = left.union(right)
    } else if let left = best, let right = other.best {
      both.required = LiteralChoice(left, right)
    }
    return both
  }
}

/// A set of words and how well it tells agents apart.
struct LiteralChoice {
  let words: Set<[UInt8]>
  /// Of the least telling word: 1 for one that most agents hold, else more the longer it is.
  private let rarity: Int
  /// In bytes.
  private let shortest: Int

  /// Nil for a set with an empty word or a single letter: that is in every agent.
  init?(_ words: Set<[UInt8]>) {
    guard let shortest = words.map(\.count).min(), shortest > 1 else { return nil }
    self.words = words
    self.shortest = shortest
    rarity = words.contains(where: LiteralChoice.isCommonplace) ? 1 : min(shortest, 6)
  }

  /// The words of both.
  init(_ left: LiteralChoice, _ right: LiteralChoice) {
    words = left.words.union(right.words)
    rarity = min(left.rarity, right.rarity)
    shortest = min(left.shortest, right.shortest)
  }

  static func better(_ left: LiteralChoice?, _ right: LiteralChoice?) -> LiteralChoice? {
    guard let left, let right else { return left ?? right }
    return left.worth < right.worth ? right : left
  }

  private var worth: (Int, Int, Int) { (rarity, shortest, -words.count) }

  /// Whether every two bytes that follow each other do so in what most agents hold: that says little, however long.
  private static func isCommonplace(_ word: [UInt8]) -> Bool { pairs(word).allSatisfy(commonplace.contains) }

  private static func pairs(_ text: [UInt8]) -> [UInt16] {
    zip(text, text.dropFirst()).map { UInt16($0) << 8 | UInt16($1) }
  }

  private static let commonplace = Set(
    pairs(
      Array(
        """
        mozilla/5.0 (windows nt 10.0; win64; x64; rv:109.0) gecko/20100101 firefox/115.0
        mozilla/5.0 (linux; u; android 10; en-us; k build/) applewebkit/537.36 (khtml, like gecko) version/4.0
        chrome/120.0.0.0 mobile safari/537.36
        mozilla/5.0 (iphone; cpu iphone os 16_6 like mac os x) applewebkit/605.1.15 (khtml, like gecko) version/16.6
        mozilla/5.0 (macintosh; intel mac os x 10_15_7) mobile/15e148 safari/604.1 (compatible; http:// .com)
        """.utf8)))
}
