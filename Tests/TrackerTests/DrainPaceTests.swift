import Core
import Testing

@testable import TenantTracker

@Suite struct DrainPaceTests {
  private let start = Timestamp(seconds: 1_790_000_000)

  private func pace() -> DrainPace { DrainPace(cores: 2, appended: 0, at: start) }

  @Test func visitorsWhoKeepTheMachineBusyComeFirst() {
    var pace = pace()
    let rest = pace.rest(after: .milliseconds(100), appended: 40_000, segmentsBehind: 0, at: start + .seconds(1))
    #expect(rest == .milliseconds(900))
  }

  @Test func farBehindTheDrainTakesEveryOtherMoment() {
    var pace = pace()
    let rest = pace.rest(after: .milliseconds(100), appended: 40_000, segmentsBehind: 8, at: start + .seconds(1))
    #expect(rest == .milliseconds(100))
  }

  @Test func aQuietMachineIsDrainedAtOnceAndFewClicksWaitForCompany() {
    var pace = pace()
    #expect(pace.rest(after: .milliseconds(5), appended: 2_000, segmentsBehind: 0, at: start + .seconds(1)) == .zero)
    let few = pace.rest(after: .milliseconds(5), appended: 2_010, segmentsBehind: 0, at: start + .seconds(2))
    #expect(few == .milliseconds(50))
    #expect(pace.rest(after: .milliseconds(5), appended: 2_020, segmentsBehind: 3, at: start + .seconds(3)) == .zero)
  }
}
