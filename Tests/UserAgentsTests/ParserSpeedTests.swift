import ClickPath
import Foundation
import Testing

@testable import UserAgents

/// Prints what parsing costs; only with BENCH=1, and only worth reading of a release build.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["BENCH"] == "1"), .serialized) struct ParserSpeedTests {
  private let clock = ContinuousClock()

  @Test func coldAgents() throws {
    let patterns = try UAPCore.patterns.get()
    let agents = try UAPCore.agents.get()
    let parser = UserAgentParser(patterns: patterns, capacity: 1 << 20)
    let times = agents.map { agent in clock.measure { _ = parser.parse(agent) } }.sorted()
    let (p50, p99) = (times[times.count / 2], times[times.count * 99 / 100])
    print("user agents, cold: p50 \(p50), p99 \(p99), worst \(times.last ?? .zero)")
  }

  @Test func warmAgents() throws {
    let parser = try UAPCore.parser()
    let agents = try Array(UAPCore.agents.get().prefix(4_096))
    for agent in agents { _ = parser.parse(agent) }
    let hints = ClientHints(
      brands: "\"Chromium\";v=\"138\", \"Brave\";v=\"138\"", mobile: "?0", platform: "\"Windows\"")
    for (name, hints) in [("without hints", ClientHints()), ("with hints", hints)] {
      for agent in agents { _ = parser.parse(agent, hints: hints) }
      let time = clock.measure {
        for _ in 0..<50 { for agent in agents { _ = parser.parse(agent, hints: hints) } }
      }
      print("user agents, warm, \(name): \(time / (50 * agents.count)) each")
    }
  }
}
