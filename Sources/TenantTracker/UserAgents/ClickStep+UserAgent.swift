public import ClickPath

extension ClickStep {
  /// Tells browser, operating system, kind of device and known bots by the user agent.
  public static func userAgent(_ parser: UserAgentParser) -> ClickStep {
    ClickStep(.userAgent) { hit in
      let facts = parser.parse(hit.facts.userAgent ?? "", hints: hit.request.headers.hints)
      hit.facts.browser = facts.browser
      hit.facts.os = facts.os
      hit.facts.device = facts.device?.rawValue
      hit.facts.bot = facts.bot
      return nil
    }
  }
}
