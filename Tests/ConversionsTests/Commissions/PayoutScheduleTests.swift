import Conversions
import Core
import Testing

@Suite struct PayoutScheduleTests {
  private func period(_ interval: PayoutSchedule.Interval, _ day: String) throws -> String {
    let period = PayoutSchedule(interval, netDays: 0).period(containing: try #require(LocalDate(day)))
    return "\(period.lowerBound) \(period.upperBound)"
  }

  @Test func weeksBeginOnMondayAndMonthsOnTheFirst() throws {
    #expect(try period(.weekly, "2026-11-21") == "2026-11-16 2026-11-22")
    #expect(try period(.weekly, "2026-11-16") == "2026-11-16 2026-11-22")
    #expect(try period(.biweekly, "2026-11-21") == "2026-11-09 2026-11-22")
    #expect(try period(.biweekly, "2026-11-08") == "2026-10-26 2026-11-08")
    #expect(try period(.monthly, "2026-02-28") == "2026-02-01 2026-02-28")
    #expect(try period(.monthly, "2028-02-01") == "2028-02-01 2028-02-29")
    #expect(try period(.monthly, "2026-12-31") == "2026-12-01 2026-12-31")
    #expect(try period(.weekly, "1970-01-01") == "1969-12-29 1970-01-04")
  }

  @Test(arguments: PayoutSchedule.Interval.allCases) func periodsFollowEachOtherWithoutAGap(
    interval: PayoutSchedule.Interval
  ) throws {
    let schedule = PayoutSchedule(interval, netDays: 30)
    var day = try #require(LocalDate("2023-12-31"))
    var period = schedule.period(containing: day)
    for _ in 0..<1_500 {
      #expect(period.contains(day))
      #expect(schedule.period(containing: day) == period)
      day = day.adding(days: 1)
      guard !period.contains(day) else { continue }
      #expect(day == period.upperBound.adding(days: 1))
      period = schedule.period(containing: day)
      #expect(period.lowerBound == day)
    }
    #expect(schedule.dueDate(ofPeriodTo: day) == day.adding(days: 30))
  }
}
