import Core
import Testing

@Suite struct MicrosTests {
  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("1", 1_000_000), ("10.50", 10_500_000), ("10,50", 10_500_000), ("+3", 3_000_000),
      ("-3", -3_000_000), (".5", 500_000), ("-.5", -500_000), (",5", 500_000), ("5.", 5_000_000), ("007", 7_000_000),
      ("0.000001", 1), ("-0.000001", -1), ("0.10", 100_000), ("1000000000", 1_000_000_000_000_000),
      ("9223372036854.775807", .max), ("-9223372036854.775808", .min), ("9223372036854.7758074", .max),
      ("0000000000000000000000000000000000000000000001", 1_000_000),
    ] as [(String, Int64)])
  func plainDecimalsAreRead(text: String, micros: Int64) {
    #expect(Micros(text) == Micros(rawValue: micros))
  }

  @Test(
    arguments: [
      ("0.0000005", 0), ("0.0000015", 2), ("0.0000025", 2), ("0.0000035", 4), ("0.00000050001", 1),
      ("0.00000049999", 0),
      ("-0.0000005", 0), ("-0.0000015", -2), ("-0.00000051", -1), ("0.9999995", 1_000_000), ("0.9999994999", 999_999),
      ("9.9999999", 10_000_000), (".0000006", 1), ("1.00000150", 1_000_002), ("1.00000250000000000000", 1_000_002),
    ] as [(String, Int64)])
  func pastSixPlacesHalvesGoToTheEvenNeighbour(text: String, micros: Int64) {
    #expect(Micros(text) == Micros(rawValue: micros))
  }

  @Test(arguments: [
    "", " ", "-", "+", ".", ",", "-.", "1e2", "1E2", "NaN", "nan", "inf", "Infinity", "--1", "+-1", "1-", "1.2.3",
    "1,000.50", "1.000,50", "1 000", "1_000", "$1", "1%", "0x10", " 1", "1 ", "1\n", "１", "٣", "1\u{0}", "½",
    "9223372036854.775808", "-9223372036854.775809", "9223372036854.7758075", "9223372036855", "-9223372036855",
    "99999999999999999999999999", "0.00000000000000000000000000000000000000000000000000000000000000001",
  ])
  func anythingElseIsRefused(text: String) { #expect(Micros(text) == nil) }

  @Test(
    arguments: [
      (0, "0.00"), (1, "0.000001"), (-1, "-0.000001"), (10_500_000, "10.50"), (10_000_000, "10.00"),
      (123_456, "0.123456"), (100_000, "0.10"), (120_000, "0.12"), (123_000, "0.123"), (-500_000, "-0.50"),
      (.max, "9223372036854.775807"), (.min, "-9223372036854.775808"),
    ] as [(Int64, String)])
  func writingGivesTwoToSixPlaces(micros: Int64, text: String) { #expect("\(Micros(rawValue: micros))" == text) }

  @Test func everyAmountComesBackFromItsText() {
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<2_000 {
      let raw = Int64(bitPattern: generator.next()) >> Int64(generator.number(0...63))
      let amount = Micros(rawValue: raw)
      #expect(Micros(amount.description) == amount)
      #expect(Micros(amount.description.replacing(".", with: ",")) == amount)
    }
  }

  /// Against the definition: the digits behind the sixth place are more, less or exactly half.
  @Test func roundingIsHalfToEvenForAnyTail() {
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<2_000 {
      let whole = Int64(generator.number(0...1_000_000_000_000))
      let tail = generator.number(0...3) == 0 ? "5000" : String(generator.number(1...99_999))
      let padded = String(whole + 10_000_000_000_000_000)
      let text = "\(padded.dropLast(6)).\(padded.suffix(6))\(tail)"
      let half = "5" + String(repeating: "0", count: tail.utf8.count - 1)
      let isUp = tail == half ? whole % 2 == 1 : tail > half
      let expected = 10_000_000_000_000_000 + whole + (isUp ? 1 : 0)
      #expect(Micros(text) == Micros(rawValue: expected), "\(text)")
      #expect(Micros("-\(text)") == Micros(rawValue: -expected))
    }
  }

  @Test func arithmeticIsThatOfIntegers() {
    let (ten, three) = (Micros(rawValue: 10_000_000), Micros(rawValue: 3_000_001))
    #expect(ten + three == Micros(rawValue: 13_000_001))
    #expect(three - ten == Micros(rawValue: -6_999_999))
    #expect(three * 3 == Micros(rawValue: 9_000_003))
    #expect(ten * -1 == -ten)
    #expect(-(-three) == three)
    #expect(three < ten)
    #expect(-ten < .zero)
    var sum = Micros.zero
    for _ in 0..<1_000_000 { sum += Micros(rawValue: 1) }
    #expect(sum.description == "1.00", "a million times a millionth is one, not nearly one")
  }
}
