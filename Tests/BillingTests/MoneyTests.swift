import Billing
import Core
import Testing

@Suite struct MoneyTests {
  @Test(arguments: [
    (7_900, "79.00"), (5, "0.05"), (0, "0.00"), (-1, "-0.01"), (-12_345, "-123.45"), (100, "1.00"),
  ])
  func amountsAreWrittenWithTheCurrencysPlaces(minorUnits: Int64, text: String) {
    #expect(Money(minorUnits: minorUnits, currency: .usd).decimal == text)
  }

  @Test func otherCurrenciesHaveOtherPlaces() throws {
    let yen = try #require(Currency("JPY"))
    let dinar = try #require(Currency("KWD"))
    #expect(Money(minorUnits: 7_900, currency: yen).decimal == "7900")
    #expect(Money(minorUnits: 7, currency: dinar).decimal == "0.007")
    #expect(Money(minorUnits: .min, currency: .usd).decimal == "-92233720368547758.08")
  }

  @Test func whatDoesNotFitIsAFault() {
    let most = Money(minorUnits: .max, currency: .usd)
    #expect(throws: MoneyFault.overflow) { try most.adding(Money(minorUnits: 1, currency: .usd)) }
    #expect(throws: MoneyFault.overflow) { try most.multiplied(by: 2) }
    #expect(throws: MoneyFault.overflow) { try Money(minorUnits: .min, currency: .usd).negated() }
    #expect(throws: MoneyFault.currencyMismatch) { try most.adding(.zero(.eur)) }
  }

  @Test func aLineIsQuantityTimesUnit() throws {
    let line = try Invoice.Line(
      description: "x", quantity: 3, unitAmount: Money(minorUnits: 1_050, currency: .eur))
    #expect(line.amount == Money(minorUnits: 3_150, currency: .eur))
    #expect(throws: MoneyFault.overflow) {
      try Invoice.Line(description: "x", quantity: 3, unitAmount: Money(minorUnits: .max / 2, currency: .eur))
    }
  }
}
