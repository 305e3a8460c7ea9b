import Conversions
import Core
import Testing

@Suite struct ConversionValueTests {
  private let ten = Money(Micros(rawValue: 10_000_000), .usd)

  private func value(
    _ type: ConversionType = .sale, _ status: ConversionStatus = .sale, payout: Money? = nil,
    model: CostTerms.Model = .none, rate: Int64 = 0, in currency: Currency = .usd
  ) -> ConversionValue {
    ConversionValue(
      type: type, status: status, payout: payout ?? ten,
      terms: CostTerms(model: model, rate: Micros(rawValue: rate), currency: currency), reporting: .usd)
  }

  @Test func onlyASaleIsRevenueWhateverItsType() {
    for type in [ConversionType.sale, .lead, .upsell, .rebill] {
      for status in ConversionStatus.allCases {
        #expect(value(type, status).revenue == (status == .sale ? ten.amount : .zero))
      }
    }
  }

  @Test func anAmountWithoutRateCountsAsNothingAndSaysSo() {
    let euros = value(payout: Money(Micros(rawValue: 5), .eur), model: .revshare, rate: 50_000_000)
    #expect(euros.revenue == .zero)
    #expect(euros.cost == .zero)
    #expect(euros.isRateMissing)
    #expect(!value(payout: Money(.zero, .eur)).isRateMissing)
    #expect(value(.sale, .hold, payout: Money(Micros(rawValue: 5), .unreadable)).isRateMissing)
  }

  @Test func typesSayWhatCountsAndWhatEarns() {
    let types = ConversionTypeCatalog([
      "ftd": .init(counts: true, earns: true), "registration": .init(counts: false, earns: false),
      "sale": .init(counts: false, earns: false),
    ])
    func value(_ type: String) -> ConversionValue {
      ConversionValue(
        type: ConversionType(rawValue: type), status: .sale, payout: ten,
        terms: CostTerms(model: .cpa, rate: Micros(rawValue: 7), currency: .usd), reporting: .usd, types: types)
    }
    #expect(value("ftd").revenue == ten.amount && value("ftd").cost.rawValue == 7)
    #expect(value("registration").revenue == .zero && value("registration").cost == .zero)
    #expect(value("unheard_of").revenue == ten.amount && value("unheard_of").cost == .zero)
    // A sale is a sale whatever anybody says.
    #expect(value("sale").revenue == ten.amount && value("sale").cost.rawValue == 7)
  }

  @Test func cpaIsPaidPerApprovedSale() {
    #expect(value(model: .cpa, rate: 3_000_000).cost == Micros(rawValue: 3_000_000))
    #expect(value(.upsell, .sale, model: .cpa, rate: 3_000_000).cost == .zero)
    #expect(value(.sale, .lead, model: .cpa, rate: 3_000_000).cost == .zero)
    #expect(value(.sale, .rejected, model: .cpa, rate: 3_000_000).cost == .zero)
    let foreign = value(model: .cpa, rate: 3_000_000, in: .eur)
    #expect(foreign.cost == .zero)
    #expect(foreign.isRateMissing)
    #expect(foreign.revenue == ten.amount)
  }

  @Test func revShareIsAPercentageRoundedHalfToEven() {
    #expect(value(model: .revshare, rate: 12_500_000).cost == Micros(rawValue: 1_250_000))
    #expect(value(.rebill, .sale, model: .revshare, rate: 100_000_000).cost == ten.amount)
    for (amount, cost) in [(Int64(1), Int64(0)), (3, 2), (5, 2), (7, 4)] {
      let half = value(payout: Money(Micros(rawValue: amount), .usd), model: .revshare, rate: 50_000_000)
      #expect(half.cost == Micros(rawValue: cost))
    }
    let large = Money(Micros(rawValue: .max), .usd)
    #expect(value(payout: large, model: .revshare, rate: 100_000_000).cost == large.amount)
  }

  @Test func clickModelsCostNothingHere() {
    for model in [CostTerms.Model.cpc, .cpm, .none] { #expect(value(model: model, rate: 9).cost == .zero) }
  }
}
