import ClickPath
import Testing

@testable import UserAgents

@Suite struct FactsCacheTests {
  private static func key(_ agent: String) -> FactsCache.Key { FactsCache.Key(agent: agent, hints: ClientHints()) }

  private static func facts(_ browser: String) -> UserAgentFacts {
    var facts = UserAgentFacts()
    facts.browser = browser
    return facts
  }

  @Test func keepsWhatItWasGiven() {
    let cache = FactsCache(capacity: 512)
    let key = Self.key("a")
    #expect(cache.facts(of: key, hash: key.hashValue) == nil)
    cache.keep(Self.facts("A"), of: key, hash: key.hashValue)
    #expect(cache.facts(of: key, hash: key.hashValue)?.browser == "A")
    cache.keep(Self.facts("A"), of: key, hash: key.hashValue)
    #expect(cache.count == 1)
  }

  @Test func agentsOfOneHashAreToldApart() {
    let cache = FactsCache(capacity: 512)
    cache.keep(Self.facts("A"), of: Self.key("a"), hash: 5)
    cache.keep(Self.facts("B"), of: Self.key("b"), hash: 5)
    #expect(cache.facts(of: Self.key("a"), hash: 5)?.browser == "A")
    #expect(cache.facts(of: Self.key("b"), hash: 5)?.browser == "B")
    #expect(cache.facts(of: FactsCache.Key(agent: "a", hints: ClientHints(mobile: "?1")), hash: 5) == nil)
  }

  @Test func neverHoldsMoreThanItsCapacity() throws {
    let parser = UserAgentParser(patterns: nil, capacity: 1_000)
    for number in 0..<20_000 { _ = parser.parse("agent \(number)") }
    #expect(parser.cachedCount <= 1_024)
    #expect(parser.cachedCount > 900)
  }

  @Test func aFloodOfNewAgentsLeavesThoseInUse() {
    let cache = FactsCache(capacity: 512)
    cache.keep(Self.facts("A"), of: Self.key("a"), hash: 5)
    for number in 0..<100 {
      #expect(cache.facts(of: Self.key("a"), hash: 5) != nil)
      cache.keep(Self.facts("\(number)"), of: Self.key("\(number)"), hash: 5)
    }
    #expect(cache.count == 8)
  }

  @Test func severalThreadsAgree() async throws {
    let parser = UserAgentParser(patterns: try UAPCore.patterns.get(), capacity: 512)
    let agents = try Array(UAPCore.agents.get().prefix(1_500))
    let alone = UserAgentParser(patterns: try UAPCore.patterns.get())
    let expected = agents.map { alone.parse($0) }
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<4 { group.addTask { agents.map { parser.parse($0) } == expected } }
      for await agrees in group { #expect(agrees) }
    }
  }
}
