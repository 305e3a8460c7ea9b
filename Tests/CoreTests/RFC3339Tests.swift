import Core
import Testing

@Suite struct RFC3339Tests {
  /// The numbers are Python's (`datetime - datetime(1970, 1, 1)`).
  @Test(
    arguments: [
      ("1970-01-01T00:00:00.000Z", 0), ("2026-11-21T10:00:00.123Z", 1_795_255_200_123_000),
      ("1969-12-31T23:59:59.999Z", -1_000), ("2000-02-29T00:00:00.000Z", 951_782_400_000_000),
      ("2024-02-29T12:30:00.000Z", 1_709_209_800_000_000), ("1900-03-01T00:00:00.000Z", -2_203_891_200_000_000),
      ("1582-10-15T00:00:00.000Z", -12_219_292_800_000_000), ("0001-01-01T00:00:00.000Z", -62_135_596_800_000_000),
      ("9999-12-31T23:59:59.999Z", 253_402_300_799_999_000),
    ] as [(String, Int64)])
  func knownMomentsAreReadAndWritten(text: String, microseconds: Int64) {
    #expect(Timestamp(rfc3339: text) == Timestamp(microseconds: microseconds))
    #expect(Timestamp(microseconds: microseconds).rfc3339 == text)
    #expect("\(Timestamp(microseconds: microseconds))" == text)
  }

  @Test(arguments: [
    ("2026-11-21t10:00:00z", "2026-11-21T10:00:00.000Z"), ("2026-11-21 10:00:00Z", "2026-11-21T10:00:00.000Z"),
    ("2026-11-21T10:00:00+02:00", "2026-11-21T08:00:00.000Z"),
    ("2026-11-21T10:00:00-05:30", "2026-11-21T15:30:00.000Z"),
    ("2026-11-21T00:15:00+05:45", "2026-11-20T18:30:00.000Z"),
    ("2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00.000Z"),
    ("2026-11-21T10:00:00-00:00", "2026-11-21T10:00:00.000Z"),
    ("2026-11-21T10:00:00+23:59", "2026-11-20T10:01:00.000Z"),
    ("2026-11-21T10:00:00.5Z", "2026-11-21T10:00:00.500Z"),
    ("2026-11-21T10:00:00.1239999Z", "2026-11-21T10:00:00.123Z"),
    ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
    ("1969-12-31T23:59:59.25+00:00", "1969-12-31T23:59:59.250Z"),
  ])
  func otherSpellingsAreTheSameMoment(text: String, utc: String) {
    #expect(Timestamp(rfc3339: text)?.rfc3339 == utc)
  }

  @Test func fractionsAreKeptToTheMicrosecondAndThenCut() {
    #expect(Timestamp(rfc3339: "1970-01-01T00:00:00.123456Z")?.microseconds == 123_456)
    #expect(Timestamp(rfc3339: "1970-01-01T00:00:00.1234569999999999999999999Z")?.microseconds == 123_456)
    #expect(Timestamp(rfc3339: "1969-12-31T23:59:59.999999Z")?.microseconds == -1)
    #expect(Timestamp(rfc3339: "1970-01-01T00:00:00.000001Z")?.microseconds == 1)
  }

  @Test(arguments: [
    "", "2026", "2026-11-21", "2026-11-21T", "2026-11-21T10:00", "2026-11-21T10:00:00", "2026-11-21T10:00:00.Z",
    "2026-11-21T10:00:00,5Z", "2026-11-21T10:00:00 Z", " 2026-11-21T10:00:00Z", "2026-11-21T10:00:00Z ",
    "2026-11-21T10:00:00ZZ", "2026-11-21T24:00:00Z", "2026-11-21T10:60:00Z", "2026-11-21T10:00:61Z",
    "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
    "2026-11-31T00:00:00Z", "2026-11-00T00:00:00Z", "0000-01-01T00:00:00Z", "2026-11-21T10:00:00+0200",
    "2026-11-21T10:00:00+02", "2026-11-21T10:00:00+24:00", "2026-11-21T10:00:00+02:60", "2026-11-21T10:00:00+2:00",
    "+2026-11-21T10:00:00Z", "12026-11-21T10:00:00Z", "26-11-21T10:00:00Z", "20261121T100000Z", "2026/11/21T10:00:00Z",
    "2026-11-21X10:00:00Z", "2026-11-21T1:00:00Z", "２０２６-11-21T10:00:00Z", "2026-11-21T10:00:00Z\u{0}", "now",
    "2026-W47-6T10:00:00Z", "-026-11-21T10:00:00Z", "2026-11-21T10:-1:00Z",
  ])
  func anythingElseIsRefused(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

  @Test(arguments: ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z"])
  func whatFallsOutsideOfYearsOneTo9999InUTCIsRefused(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

  @Test func everyMillisecondComesBackFromItsText() {
    var generator = SeededGenerator(seed: 2)
    var previous = (time: Timestamp(seconds: 0), text: Timestamp(seconds: 0).rfc3339)
    for _ in 0..<2_000 {
      let time = Timestamp(milliseconds: Int64(generator.number(-62_135_596_800_000...253_402_300_799_999)))
      let text = time.rfc3339
      #expect(Timestamp(rfc3339: text) == time)
      #expect((text < previous.text) == (time < previous.time), "the texts sort as the times do")
      previous = (time, text)
    }
  }

  @Test func anOffsetOnlyMovesTheReading() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<500 {
      let time = Timestamp(milliseconds: Int64(generator.number(-4_000_000_000_000...4_000_000_000_000)))
      let minutes = generator.number(-1_439...1_439)
      let sign = minutes < 0 ? "-" : "+"
      let (hour, minute) = (minutes.magnitude / 60, minutes.magnitude % 60)
      let offset = "\(sign)\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
      let local = (time + .minutes(Int64(minutes))).rfc3339.dropLast()
      #expect(Timestamp(rfc3339: local + offset) == time, "\(local)\(offset)")
    }
  }

  @Test func momentsThatHaveNoFourDigitYearCanStillBeWritten() {
    for time in [Timestamp(microseconds: .min), Timestamp(microseconds: .max), Timestamp(milliseconds: 1 << 48)] {
      #expect(time.rfc3339.utf8.count == 24)
    }
    #expect(Timestamp(microseconds: .min).rfc3339.hasPrefix("0001-01-01T"))
    #expect(Timestamp(microseconds: .max).rfc3339.hasPrefix("9999-12-31T"))
  }
}
