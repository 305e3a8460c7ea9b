public import ClickPath

/// Tells browser, system, device and bot from a user agent and its client hints. Fit for the click path: no waiting, a
/// bound on work per agent and on memory, safe from several threads.
public final class UserAgentParser: Sendable {
  private let patterns: UserAgentPatterns?
  private let cache: FactsCache

  /// In bytes; what follows is not looked at. Real agents stay below it.
  static let agentLimit = 512
  /// In bytes; a longer hint is none.
  static let hintLimit = 256

  /// - Parameters:
  ///   - patterns: Nil where there is no pattern file: then bots, device types and client hints are still told.
  ///   - capacity: Agents that are remembered; rounded up to a multiple of 512.
  public init(patterns: UserAgentPatterns?, capacity: Int = 16_384) {
    self.patterns = patterns
    cache = FactsCache(capacity: capacity)
    _ = read("", ClientHints())  // makes the tables of words now, not under the first visitor
  }

  /// Agents that are remembered now.
  var cachedCount: Int { cache.count }

  /// The facts of one request. A known agent takes well below a microsecond, a new one some ten.
  public func parse(_ agent: String, hints: ClientHints = ClientHints()) -> UserAgentFacts {
    let key = FactsCache.Key(agent: UserAgentParser.bounded(agent), hints: UserAgentParser.bounded(hints))
    let hash = key.hashValue
    if let facts = cache.facts(of: key, hash: hash) { return facts }
    let facts = read(key.agent, key.hints)
    cache.keep(facts, of: key, hash: hash)
    return facts
  }

  private func read(_ agent: String, _ hints: ClientHints) -> UserAgentFacts {
    let families = patterns?.families(of: agent) ?? Families()
    var agent = agent
    return agent.withUTF8 { UserAgentFacts($0, families, HintedFacts(hints)) }
  }

  private static func bounded(_ agent: String) -> String {
    agent.utf8.count <= agentLimit ? agent : String(decoding: agent.utf8.prefix(agentLimit), as: UTF8.self)
  }

  private static func bounded(_ hints: ClientHints) -> ClientHints {
    ClientHints(
      brands: bounded(hint: hints.brands), mobile: bounded(hint: hints.mobile),
      platform: bounded(hint: hints.platform), model: bounded(hint: hints.model))
  }

  private static func bounded(hint: String?) -> String? {
    hint.flatMap { $0.utf8.count <= hintLimit ? $0 : nil }
  }
}
