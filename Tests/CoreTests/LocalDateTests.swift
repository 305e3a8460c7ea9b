import Core
import Glibc
import Testing

@Suite struct LocalDateTests {
  /// 273 years to both sides of 1970, against the C library's calendar.
  @Test func everyDayIsTheOneOfTheCLibrary() {
    var wrong: [Int] = []
    for days in -100_000...100_000 {
      var seconds = time_t(days) * 86_400
      var parts = tm()
      gmtime_r(&seconds, &parts)
      let date = LocalDate(daysSinceEpoch: days)
      let isSame =
        date.year == Int(parts.tm_year) + 1_900 && date.month == Int(parts.tm_mon) + 1
        && date.day == Int(parts.tm_mday) && date.weekday == (Int(parts.tm_wday) + 6) % 7
      if !isSame || date.daysSinceEpoch != days { wrong.append(days) }
    }
    #expect(wrong.isEmpty)
  }

  @Test func daysSortAndReadAsTheyFollowEachOther() {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<2_000 {
      let date = LocalDate(daysSinceEpoch: generator.number(-719_162...2_932_895))
      let next = date.adding(days: 1)
      #expect(date < next)
      #expect(date.description < next.description)
      #expect(LocalDate(date.description) == date)
      #expect(LocalDate(year: date.year, month: date.month, day: date.day) == date)
      #expect(next.weekday == (date.weekday + 1) % 7)
    }
  }

  @Test func mondayIsZero() throws {
    #expect(try #require(LocalDate("1970-01-01")).weekday == 3)
    #expect(try #require(LocalDate("2026-11-21")).weekday == 5)
    #expect(try #require(LocalDate("2026-11-23")).weekday == 0)
    #expect(try #require(LocalDate("0001-01-01")).weekday == 0)
  }

  @Test(arguments: [
    ("2026-11-21", 1, "2026-11-22"), ("2026-12-31", 1, "2027-01-01"), ("2024-02-28", 1, "2024-02-29"),
    ("2026-02-28", 1, "2026-03-01"), ("2000-02-29", 366, "2001-03-01"), ("2026-03-01", -1, "2026-02-28"),
    ("1970-01-01", -1, "1969-12-31"), ("2026-11-21", 0, "2026-11-21"),
  ])
  func addingDaysCrossesMonthsAndYears(from: String, days: Int, to: String) throws {
    #expect(try #require(LocalDate(from)).adding(days: days).description == to)
  }

  @Test func addingStopsAtTheFirstAndTheLastDay() throws {
    #expect(try #require(LocalDate("0001-01-02")).adding(days: -5).description == "0001-01-01")
    #expect(try #require(LocalDate("9999-12-31")).adding(days: 5).description == "9999-12-31")
    #expect(try #require(LocalDate("0001-01-01")).adding(days: -4_000_000).description == "0001-01-01")
    #expect(LocalDate(daysSinceEpoch: 20_000_000).description == "9999-12-31")
  }

  @Test(arguments: [
    (2024, 2, 29, true), (2000, 2, 29, true), (2026, 2, 29, false), (1900, 2, 29, false), (2026, 4, 31, false),
    (2026, 6, 31, false), (2026, 9, 31, false), (2026, 11, 31, false), (2026, 12, 31, true), (2026, 1, 32, false),
    (2026, 0, 1, false), (2026, 13, 1, false), (2026, 1, 0, false), (0, 1, 1, false), (1, 1, 1, true),
    (9_999, 12, 31, true), (10_000, 1, 1, false), (-1, 1, 1, false), (2026, -1, 1, false),
    (.max, .max, .max, false), (.min, .min, .min, false),
  ])
  func onlyDaysThatExistAreDates(year: Int, month: Int, day: Int, exists: Bool) {
    #expect((LocalDate(year: year, month: month, day: day) != nil) == exists)
  }

  @Test(arguments: [
    "", "2026-11", "2026-11-2", "2026-1-21", "26-11-21", "2026-11-21 ", " 2026-11-21", "2026/11/21", "20261121",
    "2026-11-21T00:00:00Z", "2026-02-30", "0000-01-01", "-001-01-01", "2026-+1-01", "２０２６-11-21", "21.11.2026",
  ])
  func textOfAnotherShapeIsNoDate(text: String) { #expect(LocalDate(text) == nil) }
}
