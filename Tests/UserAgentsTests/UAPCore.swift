import Foundation
import Testing

@testable import UserAgents

/// uap-core as Debian installs it: its patterns, and the agents it is tested with.
enum UAPCore {
  static let folder = "/usr/share/uap-core"

  static let patterns = Result { try UserAgentPatterns(contentsOf: "\(folder)/regexes.yaml") }
  static let file = Result { try PatternFile([UInt8](Data(contentsOf: URL(filePath: "\(folder)/regexes.yaml")))) }

  static func parser() throws -> UserAgentParser { UserAgentParser(patterns: try patterns.get()) }

  /// An agent of a test file and the family it is to be given.
  struct Case: Sendable {
    let agent: String
    let family: String
  }

  /// - Parameter name: Below uap-core's folder: `tests/test_os`.
  static func cases(_ name: String) throws -> [Case] {
    let text = try String(contentsOf: URL(filePath: "\(folder)/\(name).yaml"), encoding: .utf8)
    var cases: [Case] = []
    var agent: String?
    for line in text.split(separator: "\n") {
      let line = line.drop { $0 == " " || $0 == "-" }
      if line.hasPrefix("user_agent_string:") { agent = unquoted(line.dropFirst(18)) }
      if line.hasPrefix("family:"), let known = agent {
        cases.append(Case(agent: known, family: unquoted(line.dropFirst(7))))
        agent = nil
      }
    }
    return cases
  }

  static let browserFiles = [
    "tests/test_ua", "test_resources/firefox_user_agent_strings", "test_resources/opera_mini_user_agent_strings",
    "test_resources/pgts_browser_list", "test_resources/podcasting_user_agent_strings",
  ]
  static let osFiles = ["tests/test_os", "test_resources/additional_os_tests"]
  static let deviceFiles = ["tests/test_device"]

  /// All agents of all files, each once, in order.
  static let agents = Result {
    var seen: Set<String> = []
    return try (browserFiles + osFiles + deviceFiles).flatMap { try cases($0) }.map(\.agent).filter {
      seen.insert($0).inserted
    }
  }

  private static func unquoted(_ value: Substring) -> String {
    let value = value.trimmingCharacters(in: .whitespaces)
    guard let quote = value.first, quote == "'" || quote == "\"", let end = value.lastIndex(of: quote),
      end > value.startIndex
    else { return value }
    let text = String(value[value.index(after: value.startIndex)..<end])
    return quote == "'"
      ? text.replacing("''", with: "'") : text.replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
  }
}
