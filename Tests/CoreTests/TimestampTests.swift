import Core
import Testing

@Suite struct TimestampTests {
  @Test func wholeUnitsAreRoundedTowardsThePast() {
    let before = Timestamp(microseconds: -1)
    #expect(before.milliseconds == -1)
    #expect(before.seconds == -1)
    #expect(Timestamp(microseconds: -1_000_000).seconds == -1)
    #expect(Timestamp(microseconds: -1_000_001).seconds == -2)
    #expect(Timestamp(microseconds: 1_999_999).seconds == 1)
    #expect(Timestamp(microseconds: 1_999_999).milliseconds == 1_999)
  }

  @Test func theInitialisersAgreeOnTheUnit() {
    #expect(Timestamp(seconds: 5) == Timestamp(milliseconds: 5_000))
    #expect(Timestamp(milliseconds: 5) == Timestamp(microseconds: 5_000))
  }

  @Test func durationsMoveATimeAndComeBackAsItsDifference() {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<500 {
      let time = Timestamp(microseconds: Int64(generator.number(-1_000_000_000_000_000...1_000_000_000_000_000)))
      let step = Duration.microseconds(Int64(generator.number(-5_000_000_000...5_000_000_000)))
      #expect((time + step) - time == step)
      #expect((time - step) + step == time)
      var moved = time
      moved += step
      moved -= step
      #expect(moved == time)
      #expect((time < time + step) == (step > .zero))
    }
  }

  @Test func partsOfAMicrosecondAreCutOff() {
    #expect(Duration.nanoseconds(1_999).wholeMicroseconds == 1)
    #expect(Duration.nanoseconds(-1_999).wholeMicroseconds == -1)
    #expect(Timestamp(seconds: 0) + .nanoseconds(999) == Timestamp(seconds: 0))
  }

  @Test func namedDurationsAreWhatTheySay() {
    #expect(Duration.minutes(2) == .seconds(120))
    #expect(Duration.hours(2) == .seconds(7_200))
    #expect(Duration.days(2) == .seconds(172_800))
  }

  @Test func theUTCDayOfAMomentBeginsAtItsMidnight() throws {
    let day = try #require(LocalDate("2026-11-21"))
    #expect(day.utcMidnight.utcDate == day)
    #expect((day.utcMidnight - .microseconds(1)).utcDate == day.adding(days: -1))
    #expect((day.utcMidnight + .days(1) - .microseconds(1)).utcDate == day)
    #expect(Timestamp(microseconds: -1).utcDate == LocalDate("1969-12-31"))
  }

  @Test func theSystemClockKeepsTheMachinesTime() {
    let clock = SystemClock()
    let first = clock.now()
    let second = clock.now()
    #expect(first > Timestamp(seconds: 1_700_000_000))
    #expect(second >= first)
    #expect(second - first < .seconds(60))
  }
}
