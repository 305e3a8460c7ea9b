import FoundationEssentials

/// uap-core's patterns, compiled: which browser, operating system and device a user agent names.
///
/// Some 1,200 regular expressions, compiled in about 20 ms. They are read once; a newer file needs a restart.
public struct UserAgentPatterns: Sendable {
  private let rules: [CompiledRule]
  private let ranges: [PatternKind: Range<Int>]
  private let scanner: LiteralScanner
  /// Rules that no word rules out: one bit each.
  private let always: [UInt64]

  /// Reads and compiles a file like uap-core's `regexes.yaml`.
  /// - Throws: ``PatternFileError`` for a file that is missing, unreadable or not understood.
  public init(contentsOf path: String) throws(PatternFileError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw PatternFileError(line: nil, "the file is missing or unreadable")
    }
    try self.init(PatternFile(data))
  }

  init(_ file: PatternFile) throws(PatternFileError) {
    var rules: [CompiledRule] = []
    var ranges: [PatternKind: Range<Int>] = [:]
    var words: [(word: [UInt8], owner: UInt16)] = []
    var always: Set<Int> = []
    for kind in PatternKind.allCases {
      let start = rules.count
      for rule in file.rules[kind, default: []] {
        guard let owner = UInt16(exactly: rules.count) else {
          throw PatternFileError(line: rule.line, "has more entries before it than we can count")
        }
        if let literals = RequiredLiterals(of: rule.regex) {
          words += literals.words.sorted { $0.lexicographicallyPrecedes($1) }.map { ($0, owner) }
        } else {
          always.insert(rules.count)
        }
        rules.append(try CompiledRule(rule))
      }
      ranges[kind] = start..<rules.count
    }
    self.rules = rules
    self.ranges = ranges
    scanner = LiteralScanner(words)
    var bits = [UInt64](repeating: 0, count: (rules.count + 63) / 64)
    for rule in always { bits[rule / 64] |= 1 << UInt64(rule % 64) }
    self.always = bits
  }

  /// What the agent is called in each of the three lists.
  func families(of agent: String) -> Families {
    guard let matcher = Matcher() else { return Families() }
    var agent = agent
    return agent.withUTF8 { text in
      var candidates = always
      candidates.withUnsafeMutableBufferPointer { candidates in
        scanner.scan(text) { owner, _ in candidates[owner / 64] |= 1 << UInt64(owner % 64) }
      }
      return families(of: text, among: candidates, matcher)
    }
  }

  private func families(
    of text: UnsafeBufferPointer<UInt8>, among candidates: [UInt64], _ matcher: borrowing Matcher
  ) -> Families {
    var families = Families()
    do throws(TextGivenUp) {
      families.browser = try family(.browser, of: text, among: candidates, matcher)
      families.os = try family(.os, of: text, among: candidates, matcher)
      families.device = try family(.device, of: text, among: candidates, matcher)
    } catch {
      families.isGivenUp = true
    }
    return families
  }

  /// By the first rule that matches.
  private func family(
    _ kind: PatternKind, of text: UnsafeBufferPointer<UInt8>, among candidates: [UInt64], _ matcher: borrowing Matcher
  ) throws(TextGivenUp) -> String? {
    guard let range = ranges[kind] else { return nil }
    var number = range.lowerBound
    while number < range.upperBound {
      let waiting = candidates[number / 64] >> UInt64(number % 64)
      if waiting == 0 {
        number = (number / 64 + 1) * 64
        continue
      }
      number += waiting.trailingZeroBitCount
      guard number < range.upperBound else { break }
      switch rules[number].pattern.match(text, matcher) {
      case .matched(let groups): return rules[number].family(text, groups, matcher)
      case .missed: number += 1
      case .gaveUp: throw TextGivenUp()
      }
    }
    return nil
  }
}

/// What the three lists call an agent; nil where no rule matches.
struct Families: Hashable, Sendable {
  var browser: String?
  var os: String?
  var device: String?
  /// The agent was made to keep the patterns busy; what was not found by then is not known.
  var isGivenUp = false
}

private struct TextGivenUp: Error {}

private struct CompiledRule: Sendable {
  let pattern: CompiledPattern
  private let template: FamilyTemplate

  init(_ rule: PatternRule) throws(PatternFileError) {
    do throws(PatternSyntaxError) {
      pattern = try CompiledPattern(rule.regex, ignoresCase: rule.ignoresCase)
    } catch {
      throw PatternFileError(line: rule.line, "regex: \(error)")
    }
    template = FamilyTemplate(rule.family ?? "$1")
  }

  func family(_ text: UnsafeBufferPointer<UInt8>, _ groups: Int, _ matcher: borrowing Matcher) -> String? {
    template.text { $0 < groups ? matcher.group($0, of: text) : nil }
  }
}
