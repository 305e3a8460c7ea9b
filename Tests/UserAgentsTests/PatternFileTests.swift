import Testing

@testable import UserAgents

@Suite struct PatternFileTests {
  private static let whole = """
    # uap-core
    user_agent_parsers:
      #### top ####

      # @ref: 'quoted' "comment"
      - regex: '(Fire''fox)/(\\d+): #1'
        family_replacement: '$1 #2'  # why
        v1_replacement: ''
      - regex: 'a'

    os_parsers:
      - regex: 'Win'
        os_replacement: 'Windows'
        os_v1_replacement: 'XP'
    device_parsers:
        - regex: 'bot'
          regex_flag: 'i'
          device_replacement: 'Spider'
          brand_replacement: 'Spider'
          model_replacement: '$1'
    """

  private static func read(_ text: String) throws(PatternFileError) -> PatternFile { try PatternFile(text.utf8) }

  @Test(arguments: ["\n", "\r\n"])
  func readsAllThatTheFileUses(_ lineEnd: String) throws {
    let file = try Self.read(Self.whole.replacing("\n", with: lineEnd))
    #expect(
      file.rules[.browser] == [
        PatternRule(line: 6, regex: "(Fire'fox)/(\\d+): #1", family: "$1 #2"), PatternRule(line: 9, regex: "a"),
      ])
    #expect(file.rules[.os] == [PatternRule(line: 12, regex: "Win", family: "Windows")])
    #expect(file.rules[.device] == [PatternRule(line: 16, regex: "bot", ignoresCase: true, family: "Spider")])
  }

  @Test(arguments: [
    ("- regex: 'a'", 6, "- regex: a"), ("no quotes", 6, "  - regex: \"a\""), ("open", 6, "  - regex: 'a"),
    ("open twice", 6, "  - regex: 'a''"), ("rest", 6, "  - regex: 'a' b"),
    ("rest without blank", 6, "  - regex: 'a'#b"),
    ("no key", 6, "  - 'a'"), ("no value", 6, "  - regex:"), ("other first key", 6, "  - family_replacement: 'a'"),
    ("block", 6, "  - regex: |"), ("tab", 6, "\t- regex: 'a'"), ("other list", 6, "parsers:"),
    ("list with value", 6, "os_parsers: 'a'"), ("anchor", 6, "  - regex: &a 'b'"), ("document", 6, "---"),
    ("key", 7, "    family: 'a'"), ("key of another list", 7, "    os_replacement: 'a'"),
    ("twice", 8, "    family_replacement: 'b'"), ("flag", 8, "    regex_flag: 'm'"), ("plain", 8, "    regex_flag: i"),
  ])
  func refusesAnythingElseWithItsLine(_ what: String, _ line: Int, _ text: String) throws {
    var lines = Self.whole.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines[line - 1] = text
    let error = #expect(throws: PatternFileError.self) { try Self.read(lines.joined(separator: "\n")) }
    #expect(error?.line == line, "\(what)")
  }

  @Test func refusesAFileWithoutAllThreeLists() throws {
    #expect(throws: PatternFileError(line: nil, "has no os_parsers")) {
      try Self.read("user_agent_parsers:\n- regex: 'a'".replacing("\n-", with: "\n  -"))
    }
    #expect(throws: PatternFileError.self) { try Self.read("") }
    #expect(throws: PatternFileError.self) { try UserAgentPatterns(contentsOf: "/nonexistent/regexes.yaml") }
  }

  @Test func refusesAnExpressionThatDoesNotCompile() throws {
    let file = try Self.read(Self.whole.replacing("'Win'", with: "'Win('"))
    let error = #expect(throws: PatternFileError.self) { try UserAgentPatterns(file) }
    #expect(error?.line == 12)
    #expect(error?.reason.contains("missing closing parenthesis") == true)
  }

  @Test(arguments: 0..<200)
  func readsBackWhateverWasWritten(_ seed: Int) throws {
    var dice = Dice(seed: seed)
    var text = ""
    var rules: [PatternKind: [PatternRule]] = [:]
    var line = 0
    func write(_ content: String) {
      text += content + "\n"
      line += 1
    }
    for kind in PatternKind.allCases.shuffled(using: &dice) {
      write("\(kind.rawValue):")
      for _ in 0..<Int.random(in: 1...5, using: &dice) {
        if dice.isOne(in: 3) { write(dice.isOne(in: 2) ? "" : "  # \(dice.text())") }
        let regex = dice.text()
        write("  - regex: '\(regex.replacing("'", with: "''"))'")
        var rule = PatternRule(line: line, regex: regex)
        if dice.isOne(in: 2) {
          let family = dice.text()
          rule.family = family
          write("    \(kind.familyKey): '\(family.replacing("'", with: "''"))'  # note")
        }
        if dice.isOne(in: 4) {
          rule.ignoresCase = true
          write("    regex_flag: 'i'")
        }
        rules[kind, default: []].append(rule)
      }
    }
    #expect(try Self.read(text).rules == rules)
  }

  @Test(arguments: 0..<300)
  func damageIsRefusedOrRead(_ seed: Int) {
    var dice = Dice(seed: seed)
    var bytes = Array(Self.whole.utf8)
    for _ in 0..<Int.random(in: 1...8, using: &dice) {
      bytes[Int.random(in: bytes.indices, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
    }
    #expect(throws: Never.self) {
      do throws(PatternFileError) { _ = try PatternFile(bytes) } catch { #expect(!error.reason.isEmpty) }
    }
  }
}
