import Core
import Database
import Foundation
import TestSupport
import Testing

@testable import Analytics

@Suite struct ReportWindowTests {
  private static let noon = Timestamp(seconds: 1_795_255_200)  // 2026-11-21T10:00:00Z

  private func window(_ from: String?, _ to: String?, _ zone: String, at now: Timestamp = noon) async throws
    -> ReportWindow
  {
    let pool = try await TestPostgres.shared("windows").pool()
    let found: Result<ReportWindow, any Error>
    do {
      found = .success(
        try await ReportWindow.find(
          from: from.flatMap { LocalDate($0) }, to: to.flatMap { LocalDate($0) },
          zone: try #require(TimeZoneName(zone)), now: now, in: pool))
    } catch {
      found = .failure(error)
    }
    await pool.close()
    return try found.get()
  }

  /// Days around every change of the clocks, whole and half hours, at midnight and at night; against Foundation.
  @Test(arguments: [
    ("Europe/Berlin", "2026-03-29"), ("Europe/Berlin", "2026-10-25"), ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"), ("Asia/Kolkata", "2026-06-15"), ("Asia/Kathmandu", "2026-06-15"),
    ("Australia/Lord_Howe", "2026-04-05"), ("Australia/Lord_Howe", "2026-10-04"), ("Africa/Cairo", "2025-04-25"),
    ("Africa/Cairo", "2025-10-31"), ("America/Havana", "2025-03-09"), ("America/Havana", "2025-11-02"),
    ("Asia/Beirut", "2025-03-30"), ("America/Santiago", "2025-09-07"), ("America/St_Johns", "2026-03-08"),
    ("Pacific/Chatham", "2026-04-05"), ("UTC", "2024-02-29"), ("Etc/GMT+3", "2026-01-01"),
  ])
  func daysBeginAtTheirFirstInstant(_ zone: String, _ text: String) async throws {
    let day = try #require(LocalDate(text))
    for offset in -1...1 {
      let date = day.adding(days: offset).description
      let window = try await window(date, date, zone)
      let (start, end) = try Foundation.Calendar.bounds(of: date, in: zone)
      #expect(window.start == start)
      #expect(window.end == end)
    }
  }

  @Test func daysAreAsLongAsTheyReallyAre() async throws {
    let lengths: [(String, String, Duration)] = [
      ("Europe/Berlin", "2026-03-29", .hours(23)), ("Europe/Berlin", "2026-10-25", .hours(25)),
      ("America/New_York", "2026-11-01", .hours(25)), ("Asia/Kolkata", "2026-03-29", .hours(24)),
      ("Australia/Lord_Howe", "2026-04-05", .minutes(24 * 60 + 30)),
      ("Australia/Lord_Howe", "2026-10-04", .minutes(23 * 60 + 30)),
      // Samoa left out this day when it moved across the date line.
      ("Pacific/Apia", "2011-12-30", .zero), ("Pacific/Apia", "2011-12-31", .hours(24)),
    ]
    for (zone, date, length) in lengths {
      let window = try await window(date, date, zone)
      #expect(window.end - window.start == length, "\(zone) \(date)")
    }
  }

  @Test func thePeriodBeforeEndsWhereThisOneBegins() async throws {
    let window = try await window("2026-10-24", "2026-10-26", "Europe/Berlin")
    #expect(window.days.dayCount == 3)
    #expect(
      window.days.previous
        == LocalDateRange(from: try #require(LocalDate("2026-10-21")), to: try #require(LocalDate("2026-10-23"))))
    #expect(window.previousStart == Timestamp(rfc3339: "2026-10-20T22:00:00Z"))
    #expect(window.start == Timestamp(rfc3339: "2026-10-23T22:00:00Z"))
    #expect(window.end == Timestamp(rfc3339: "2026-10-26T23:00:00Z"))
  }

  @Test func withoutDatesItIsThirtyDaysUpToTheLocalToday() async throws {
    let almostMidnight = try #require(Timestamp(rfc3339: "2026-11-21T23:30:00Z"))
    let berlin = try await window(nil, nil, "Europe/Berlin", at: almostMidnight)
    #expect(berlin.days.to == LocalDate("2026-11-22"))
    #expect(berlin.days.from == LocalDate("2026-10-24"))
    let newYork = try await window("2026-11-20", nil, "America/New_York", at: almostMidnight)
    #expect(newYork.days.to == LocalDate("2026-11-21"))
    #expect(newYork.days.dayCount == 2)
  }

  @Test func zonesThatPostgresDoesNotKnowAreRefused() async throws {
    for zone in ["Mars/Base", "Europe/Berlin_", "Foo/Bar"] {
      do {
        _ = try await window("2026-11-01", "2026-11-01", zone)
        Issue.record("\(zone) was taken for a zone")
      } catch let problem as Problem {
        #expect(problem.status == 422)
        #expect(problem.errors.map(\.field) == ["tz"])
      }
    }
    await #expect(throws: Problem.self) { try await window("2026-11-23", nil, "UTC") }
  }
}

extension Foundation.Calendar {
  /// The first instants of the day and of the next.
  static func bounds(of date: String, in zone: String) throws -> (start: Timestamp, end: Timestamp) {
    var calendar = Foundation.Calendar(identifier: .gregorian)
    let parts = date.split(separator: "-").compactMap { Int($0) }
    let components = DateComponents(year: parts[0], month: parts[1], day: parts[2], hour: 12)
    let timeZone = Foundation.TimeZone(identifier: zone)
    calendar.timeZone = try #require(timeZone)
    let noon = try #require(calendar.date(from: components))
    let day = try #require(calendar.dateInterval(of: .day, for: noon))
    return (Timestamp(day.start), Timestamp(day.end))
  }
}

extension Timestamp {
  init(_ date: Date) { self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1_000).rounded())) }
  var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1_000) }
}
