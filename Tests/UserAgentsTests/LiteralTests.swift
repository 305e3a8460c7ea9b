import Testing

@testable import UserAgents

@Suite struct LiteralTests {
  @Test(arguments: [
    ("Firefox", ["firefox"]), ("(Fire|Water)fox/(\\d+)", ["firefox/", "waterfox/"]), ("colou?r", ["color", "colour"]),
    ("a.{0,9}Konqueror", ["konqueror"]), ("(?:Nokia|LG)-?([A-Z]+)", ["nokia-", "nokia", "lg-", "lg"]),
    ("[Bb]ot\\.net", ["bot.net"]), ("(Kindle){1,2}x", ["kindle"]), ("(abcd)+?efg", ["abcd"]),
    ("^HbbTV$", ["hbbtv"]), ("\\bPS3\\b", ["ps3"]), ("ab[^c]defgh\\d", ["defgh"]),
  ])
  func findsWordsThatAMatchCannotDoWithout(_ regex: String, _ words: [String]) {
    #expect(RequiredLiterals(of: regex)?.words == Set(words.map { Array($0.utf8) }))
  }

  @Test(arguments: [
    "", "(abc|)", "(abc)*", "(abc)?", "a|bcd", "\\d+", ".*", "(?=abc)", "a{0,3}", "\\x41bc", "[[:alpha:]]",
  ])
  func saysNothingWhereItDoesNotKnow(_ regex: String) {
    #expect(RequiredLiterals(of: regex) == nil)
  }

  /// The one promise that everything rests on, over all expressions and a twentieth of all agents.
  @Test func noMatchIsEverRuledOut() throws {
    let rules = try UAPCore.file.get().rules.values.flatMap(\.self).map { rule in
      (try CompiledPattern(rule.regex, ignoresCase: rule.ignoresCase), RequiredLiterals(of: rule.regex), rule.line)
    }
    #expect(rules.count { $0.1 == nil } < rules.count / 20)
    guard let matcher = Matcher() else { throw OutOfMemory() }
    for agent in try UAPCore.agents.get().enumerated().filter({ $0.offset % 20 == 0 }).map(\.element) {
      let lowercased = Array(agent.utf8).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
      var text = agent
      text.withUTF8 { text in
        for (pattern, literals, line) in rules {
          guard case .matched = pattern.match(text, matcher), let literals else { continue }
          #expect(literals.words.contains { lowercased.firstRange(of: $0) != nil }, "line \(line): \(agent)")
        }
      }
    }
  }

  @Test(arguments: 0..<100)
  func theScannerFindsWhatASearchFinds(_ seed: Int) {
    var dice = Dice(seed: seed)
    func random(_ range: ClosedRange<Int>) -> [UInt8] {
      (0..<Int.random(in: range, using: &dice)).map { _ in Array("abcAB/\u{E9}".utf8).randomElement(using: &dice) ?? 0 }
    }
    let words = (0..<20).map { _ in random(1...5).map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } }
    let scanner = LiteralScanner(words.enumerated().map { ($0.element, UInt16($0.offset)) })
    let text = random(0...60)
    var found: Set<[Int]> = []
    text.withUnsafeBufferPointer { scanner.scan($0) { owner, end in found.insert([owner, end]) } }
    let lowercased = text.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    var expected: Set<[Int]> = []
    for (owner, word) in words.enumerated() where word.count <= text.count {
      for start in 0...text.count - word.count where lowercased[start..<start + word.count].elementsEqual(word) {
        expected.insert([owner, start + word.count])
      }
    }
    #expect(found == expected)
  }
}

private struct OutOfMemory: Error {}
