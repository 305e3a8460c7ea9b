import Core
import Testing

@testable import TenantTracker

@Suite struct BlacklistTextTests {
  @Test func linesHoldRangesAndReasonsAndBlankOnesNothing() {
    let text = BlacklistText(
      "# our list\r\n203.0.113.7\r\n\r\n  2001:DB8:0::/32 # scrapers\n10.1.2.3/8\n203.0.113.7 # again\n::ffff:192.0.2.1\n"
    )
    #expect(text.faultCount == 0)
    #expect(
      text.lines.map(\.range.description) == ["203.0.113.7", "2001:db8::/32", "10.0.0.0/8", "192.0.2.1"])
    #expect(text.lines.map(\.reason) == [nil, "scrapers", nil, nil])
  }

  @Test func everyFaultIsNamedWithItsLine() {
    let text = BlacklistText("203.0.113.7\n\nnonsense\n203.0.113.0/33\n0.0.0.0/0\n2001::/15\n203.0.113.08")
    #expect(text.faults.map(\.field) == ["lines[2]", "lines[3]", "lines[4]", "lines[5]", "lines[6]"])
    #expect(text.faults[0].message.hasPrefix("Line 3: “nonsense” must be an IP address or a range"))
    #expect(text.faults.map(\.code) == ["ip", "ip", "range", "range", "ip"])
    #expect(throws: Problem.self) { try text.check() }
  }

  @Test func ofManyFaultsTheFirstHundredAreTold() throws {
    let text = BlacklistText(String(repeating: "x\n", count: 250))
    #expect(text.faults.count == 100)
    let problem = #expect(throws: Problem.self) { try text.check() }
    #expect(problem?.detail == "250 lines are no address or range; nothing was added.")
  }

  @Test(arguments: [
    ("10.0.0.0/8", true), ("11.0.0.0/7", false), ("2001::/16", true), ("2000::/15", false), ("203.0.113.7", true),
  ])
  func rangesWiderThanAPartOfTheWorldAreSlips(_ range: String, _ isTaken: Bool) {
    #expect(((try? BlacklistRange.read(range).get()) != nil) == isTaken)
  }
}
