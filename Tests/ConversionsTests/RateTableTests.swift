import Conversions
import Core
import Testing

@Suite struct RateTableTests {
  private static let day = LocalDate("2026-11-21") ?? LocalDate(daysSinceEpoch: 0)
  private static let yen = Currency("JPY") ?? .usd
  private static let pound = Currency("GBP") ?? .usd

  private static func quote(_ base: Currency, _ currency: Currency, _ rate: String, daysAgo: Int = 0) throws
    -> RateQuote
  {
    RateQuote(
      day: day.adding(days: -daysAgo), base: base, currency: currency, rate: try #require(ExchangeRate(rate)))
  }

  @Test(arguments: [
    ("1.0825", "1.0825"), ("1,0825", "1.0825"), ("162.79", "162.79"), ("0.000000000001", "0.000000000001"),
    ("999999.999999999999", "999999.999999999999"), ("007", "7"), ("2", "2"),
  ])
  func ratesAreExactDecimals(_ text: String, _ shown: String) throws {
    #expect(try #require(ExchangeRate(text)).description == shown)
  }

  @Test(arguments: [
    "", "0", "0.0", "-1", "+1", "1e3", "1.0000000000001", "1000000", "NaN", ".5", "5.", "1.2.3", " 1", "１",
  ])
  func whatIsNoRateIsRefused(_ text: String) { #expect(ExchangeRate(text) == nil) }

  @Test func amountsAreRoundedHalfToEven() throws {
    let half = try #require(ExchangeRate("0.5"))
    for (amount, expected) in [(1, 0), (3, 2), (5, 2), (7, 4), (-1, 0), (-3, -2), (-5, -2)] as [(Int64, Int64)] {
      #expect(half.converted(Micros(rawValue: amount)) == Micros(rawValue: expected))
    }
    #expect(try #require(ExchangeRate("999999")).converted(.greatestAmount) == nil)
  }

  @Test func aQuoteServesBothDirectionsAndByWayOfAThird() throws {
    let table = RateTable([
      try Self.quote(.eur, .usd, "1.25"), try Self.quote(.eur, Self.yen, "160"),
    ])
    func rate(_ from: Currency, _ to: Currency) -> String? {
      table.rate(from: from, to: to, on: Self.day)?.rate.description
    }
    #expect(rate(.eur, .usd) == "1.25")
    #expect(rate(.usd, .eur) == "0.8")
    #expect(rate(Self.yen, .usd) == "0.0078125")
    #expect(rate(.usd, Self.yen) == "128")
    #expect(rate(Self.pound, .usd) == nil)
  }

  @Test func aDayWithoutRatesHasTheLastOnesForAWeek() throws {
    for age in 0...9 {
      let table = RateTable([try Self.quote(.eur, .usd, "1.25", daysAgo: age)])
      let found = table.rate(from: .eur, to: .usd, on: Self.day)
      #expect((found != nil) == (age <= 7))
      #expect(found?.day == (age <= 7 ? Self.day.adding(days: -age) : nil))
    }
    let later = RateTable([try Self.quote(.eur, .usd, "1.25", daysAgo: -1)])
    #expect(later.rate(from: .eur, to: .usd, on: Self.day) == nil)
    let newest = RateTable([
      try Self.quote(.eur, .usd, "1.25", daysAgo: 3), try Self.quote(.eur, .usd, "1.5", daysAgo: 1),
    ])
    #expect(newest.rate(from: .eur, to: .usd, on: Self.day)?.rate.description == "1.5")
  }

  @Test func thereAndBackIsTheSameAmount() throws {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<2_000 {
      let raw = Int64.random(in: 100_000_000_000...10_000_000_000_000, using: &generator)  // 0.1 to 10
      let rate = try #require(ExchangeRate(rawValue: raw))
      let amount = Micros(rawValue: Int64.random(in: 0...1_000_000_000_000, using: &generator))
      let there = try #require(rate.converted(amount))
      let inverse = try #require(rate.inverse)
      let back = try #require(inverse.converted(there))
      // A millionth of the other currency, as much as it is worth here, and the rounding of the way back.
      #expect(abs(back.rawValue - amount.rawValue) <= 8)
    }
  }

  @Test func aConversionIsWorthWhatItsDaysRateMakesOfIt() throws {
    let table = RateTable([try Self.quote(.eur, .usd, "1.25", daysAgo: 2)])
    let rates = DayRates(table, of: [.eur], into: .usd, on: Self.day)
    let ten = Money(Micros(rawValue: 10_000_000), .eur)
    let terms = CostTerms(model: .cpa, rate: Micros(rawValue: 4_000_000), currency: .eur)
    let value = ConversionValue(type: .sale, status: .sale, payout: ten, terms: terms, rates: rates)
    #expect(value.revenue.description == "12.50")
    #expect(value.cost.description == "5.00")
    #expect(!value.isRateMissing)
    #expect(value.rate?.day == Self.day.adding(days: -2))
    let share = CostTerms(model: .revshare, rate: Micros(rawValue: 10_000_000), currency: .eur)
    #expect(
      ConversionValue(type: .sale, status: .sale, payout: ten, terms: share, rates: rates).cost.description == "1.25")
    let yen = Money(Micros(rawValue: 500_000_000), Self.yen)
    let missing = ConversionValue(type: .sale, status: .sale, payout: yen, terms: terms, rates: rates)
    #expect(missing.isRateMissing)
    #expect(missing.revenue == .zero)
    #expect(missing.cost.description == "5.00")
    #expect(missing.rate == nil)
  }
}
