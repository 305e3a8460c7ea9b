import Billing
import Core
import Testing

/// Properties of the arithmetic, over amounts that chance picks. What is expected is worked out the other way round: from
/// the result back.
@Suite struct MoneyArithmeticTests {
  private func usd(_ amount: Int64) -> Money { Money(minorUnits: amount, currency: .usd) }

  private func amount(_ dice: inout Dice) -> Int64 {
    switch Int.random(in: 0...3, using: &dice) {
    case 0: Int64.random(in: -10...10, using: &dice)
    case 1: Int64.random(in: -100_000...100_000, using: &dice)
    default: Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &dice)
    }
  }

  @Test func aShareIsTheNearestAmountAndOfTwoTheEvenOne() throws {
    var dice = Dice(seed: 11)
    for _ in 0..<20_000 {
      let amount = amount(&dice)
      let denominator = Int64.random(in: 1...(Bool.random(using: &dice) ? 20 : 40_000_000), using: &dice)
      let numerator = Int64.random(in: 0...denominator, using: &dice)
      let share = try usd(amount).share(numerator, of: denominator).minorUnits
      let rest = Int128(amount) * Int128(numerator) - Int128(share) * Int128(denominator)
      #expect(rest.magnitude * 2 <= denominator.magnitude)
      if rest.magnitude * 2 == denominator.magnitude { #expect(share.isMultiple(of: 2)) }
    }
  }

  @Test(arguments: [(1, 2, 0), (3, 2, 2), (5, 2, 2), (7, 2, 4), (-1, 2, 0), (-3, 2, -2), (-5, 2, -2), (2, 3, 1)])
  func halvesGoToTheEvenNeighbour(amount: Int64, denominator: Int64, share: Int64) throws {
    #expect(try usd(amount).share(1, of: denominator) == usd(share))
  }

  @Test func partsAddUpAndAreNearTheirWeights() throws {
    var dice = Dice(seed: 12)
    for _ in 0..<5_000 {
      let amount = amount(&dice)
      let weights = (0..<Int.random(in: 1...12, using: &dice)).map { _ in Int64.random(in: 0...1_000, using: &dice) }
      let parts = try usd(amount).allocated(weights)
      #expect(parts.reduce(0) { $0 + $1.minorUnits } == amount)
      let whole = weights.reduce(0, +)
      for (part, weight) in zip(parts, weights) where whole > 0 {
        let distance = Int128(part.minorUnits) * Int128(whole) - Int128(amount) * Int128(weight)
        #expect(distance.magnitude < whole.magnitude)
        if weight == 0 { #expect(part.isZero) }
      }
    }
  }

  @Test func nothingIsShared() throws {
    #expect(try usd(100).allocated([]).isEmpty)
    #expect(try usd(100).allocated([0, 0, 0]).map(\.minorUnits) == [34, 33, 33])
    #expect(try usd(-100).allocated([1, 1, 1]).map(\.minorUnits) == [-34, -33, -33])
    #expect(throws: MoneyFault.negative) { try usd(1).allocated([1, -1]) }
    #expect(throws: MoneyFault.overflow) { try usd(.max).share(2, of: 1) }
    #expect(throws: MoneyFault.overflow) { try usd(1).share(1, of: 0) }
  }

  @Test func sharesOfTheGreatestAmountsDoNotWrap() throws {
    #expect(try usd(.max).share(.max, of: .max) == usd(.max))
    #expect(try usd(.min).share(.max, of: .max) == usd(.min))
    #expect(try usd(.max).allocated([1, 1]).map(\.minorUnits).reduce(0, +) == .max)
  }

  @Test func aContainedTaxAndItsNetMakeTheGross() throws {
    var dice = Dice(seed: 13)
    for _ in 0..<5_000 {
      let rate = try #require(Rate(millionths: Int64.random(in: 0...300_000, using: &dice)))
      let gross = usd(Int64.random(in: 0...1_000_000_000, using: &dice))
      let tax = try gross.contained(rate)
      let net = try gross.subtracting(tax)
      // The tax on the net is the contained one, as near as whole cents allow.
      let onTop = try net.at(rate)
      #expect(abs(onTop.minorUnits - tax.minorUnits) <= 1)
    }
    let rate = try #require(Rate(percent: "19"))
    #expect(try usd(11_900).contained(rate) == usd(1_900))
    #expect(try usd(10_000).at(rate) == usd(1_900))
  }

  @Test func whatIsLeftOfAPeriodShrinksByTheSecond() throws {
    var dice = Dice(seed: 14)
    for _ in 0..<2_000 {
      let start = Timestamp(seconds: Int64.random(in: 0...2_000_000_000, using: &dice))
      let span = Subscription.Span(
        start: start, end: start + .seconds(Int64.random(in: 1...31_622_400, using: &dice)))
      let price = usd(Int64.random(in: 0...10_000_000, using: &dice))
      let total = span.end.seconds - span.start.seconds
      let at = Int64.random(in: 0...total, using: &dice)
      let left = Proration(after: span.start + .seconds(at), of: span)
      #expect(left.seconds == total - at && left.total == total)
      let one = try left.of(price)
      let next = try Proration(after: span.start + .seconds(at + 1), of: span).of(price)
      #expect(one.minorUnits >= next.minorUnits)
      #expect(try Proration(after: start - .seconds(5), of: span).of(price) == price)
      #expect(try Proration(after: span.end + .seconds(5), of: span).of(price).isZero)
      // Used and unused are the price, unless both lie between two cents.
      let used = try price.share(at, of: total)
      #expect(abs(used.minorUnits + one.minorUnits - price.minorUnits) <= 1)
    }
  }

  @Test func decimalsAreReadAsTheyAreWritten() throws {
    var dice = Dice(seed: 15)
    let yen = try #require(Currency("JPY"))
    let dinar = try #require(Currency("KWD"))
    for _ in 0..<2_000 {
      let currency = [Currency.usd, yen, dinar].randomElement(using: &dice) ?? .usd
      let money = Money(minorUnits: amount(&dice), currency: currency)
      #expect(Money(decimal: money.decimal, currency: currency) == money)
    }
    #expect(Money(decimal: "79", currency: .usd) == usd(7_900))
    #expect(Money(decimal: "-0.5", currency: .usd) == usd(-50))
    for text in ["", "-", ".5", "5.", "1.234", "1,5", "1e3", " 1", "+1", "92233720368547758.08", "٣"] {
      #expect(Money(decimal: text, currency: .usd) == nil, "\(text)")
    }
  }

  @Test(arguments: [
    ("0", 0), ("19", 190_000), ("8.875", 88_750), ("100", 1_000_000), ("0.0001", 1), ("5.5", 55_000),
  ])
  func percentagesAreReadAsTheyAreWritten(text: String, millionths: Int64) throws {
    let rate = try #require(Rate(percent: text))
    #expect(rate.millionths == millionths && rate.percent == text)
  }

  @Test(arguments: ["", "101", "-1", "1.23456", "1.", ".5", "a", "1000", "100.0001"])
  func otherTextIsNoPercentage(text: String) { #expect(Rate(percent: text) == nil) }
}
