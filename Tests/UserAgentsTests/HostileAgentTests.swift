import ClickPath
import Testing

@testable import UserAgents

/// Agents sent to break or to delay.
@Suite struct HostileAgentTests {
  /// Far more than a release build takes; a debug build on a busy machine stays below it too.
  private static let patience = Duration.milliseconds(250)

  private static let agents: [String] = [
    "", " ", "\u{0}\u{0}\u{0}", String(repeating: "A", count: 65_536), String(repeating: "\u{1F525}", count: 16_384),
    String(decoding: (0..<2_000).map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self),
    String(decoding: [0xC3, 0x28, 0xFF, 0xFE, 0xF0, 0x28, 0x8C], as: UTF8.self),
    "Mozilla/5.0 (" + String(repeating: "Linux; Android 9; ", count: 4_000),
    String(repeating: "Build/", count: 10_000), String(repeating: "; ", count: 32_768),
    String(repeating: "a/1.", count: 16_000) + " CFNetwork", String(repeating: "1.", count: 30_000) + "CFNetwork/1",
    String(repeating: "(compatible; ", count: 5_000) + "bot", String(repeating: "Googlebo", count: 8_000),
    "Mozilla/5.0 (Linux; U; Android 4.2" + String(repeating: "; x", count: 160),
    String(repeating: "SAMSUNG-", count: 60), String(repeating: "LG-a", count: 120),
    String(repeating: "HTC_", count: 120) + ";", String(repeating: "iPhone;", count: 70),
    "Mozilla/5.0 (X11; " + String(repeating: "Linux x86_64 rv:1", count: 25),
    String(repeating: "\u{301}", count: 30_000),
  ]

  @Test(arguments: agents)
  func anAgentIsAnsweredAtOnce(_ agent: String) throws {
    let parser = try UAPCore.parser()
    let hints = ClientHints(brands: agent, mobile: agent, platform: agent, model: agent)
    let start = ContinuousClock.now
    let facts = parser.parse(agent, hints: hints)
    #expect(ContinuousClock.now - start < Self.patience)
    for text in [facts.browser, facts.os, facts.model, facts.bot] { #expect((text?.utf8.count ?? 0) <= 300) }
  }

  @Test func whatNoRuleKnowsIsUnknown() throws {
    let parser = try UAPCore.parser()
    for agent in ["", "-", "something/1.0", "\u{1F525}"] {
      let facts = parser.parse(agent)
      #expect([facts.browser, facts.os, facts.model, facts.bot, facts.device?.rawValue] == [nil, nil, nil, nil, nil])
    }
  }

  @Test func anExpressionThatBacktracksWithoutEndIsGivenUp() throws {
    let text = """
      user_agent_parsers:
        - regex: '^(a+)+$'
      os_parsers:
        - regex: 'b'
      device_parsers:
        - regex: 'c'
      """
    let patterns = try UserAgentPatterns(PatternFile(text.utf8))
    let start = ContinuousClock.now
    let families = patterns.families(of: String(repeating: "a", count: 400) + "!")
    #expect(ContinuousClock.now - start < Self.patience)
    #expect(families.isGivenUp)
    #expect(families.browser == nil)
  }

  @Test func whatFollowsTheFirstHalfKilobyteIsNotLookedAt() throws {
    let parser = try UAPCore.parser()
    let padding = String(repeating: "x", count: UserAgentParser.agentLimit)
    #expect(parser.parse(padding + " Firefox/120.0").browser == nil)
    #expect(parser.parse(padding + " Firefox/121.0").browser == nil)
    #expect(parser.cachedCount == 1)
  }
}
