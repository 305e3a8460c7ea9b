import Logging
import UserAgents

extension Tracker {
  /// Reads user agents by uap-core's patterns. Without them browsers and systems stay unknown, and clicks go on.
  func userAgentParser() -> UserAgentParser {
    do throws(PatternFileError) {
      return UserAgentParser(patterns: try UserAgentPatterns(contentsOf: configuration.userAgentPatterns))
    } catch {
      logger.warning(
        "browsers and operating systems stay unknown: no user-agent patterns",
        metadata: ["file": "\(configuration.userAgentPatterns)", "error": "\(error)"])
      return UserAgentParser(patterns: nil)
    }
  }
}
