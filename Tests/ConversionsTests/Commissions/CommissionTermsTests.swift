import Conversions
import Core
import Testing

@Suite struct CommissionTermsTests {
  private func micros(_ text: String) -> Micros { Micros(text) ?? .zero }

  private func terms(
    _ model: CommissionTerms.Model, amount: String = "0", percent: String = "0", minimum: String = "0"
  ) -> CommissionTerms {
    CommissionTerms(
      model: model, rate: .init(amount: micros(amount), percent: micros(percent)), minimum: micros(minimum),
      currency: .usd)
  }

  @Test func eachModelPaysItsParts() {
    let base = micros("80.00")
    let pay = { (terms: CommissionTerms, withAmount: Bool) in
      terms.commission(of: base, withAmount: withAmount, tier: 0).description
    }
    #expect(pay(terms(.cpa, amount: "5", percent: "10"), true) == "5.00")
    #expect(pay(terms(.revshare, amount: "5", percent: "12.5"), true) == "10.00")
    #expect(pay(terms(.hybrid, amount: "5", percent: "12.5"), true) == "15.00")
    // An upsell under a rule that names no event earns the share alone.
    #expect(pay(terms(.hybrid, amount: "5", percent: "12.5"), false) == "10.00")
    #expect(pay(terms(.cpa, amount: "5"), false) == "0.00")
    #expect(pay(terms(.revshare, percent: "1", minimum: "2"), true) == "2.00")
  }

  @Test func aShareIsRoundedHalfToEvenOnBothSidesOfNothing() {
    let half = Micros(rawValue: 50_000_000)
    for (amount, share) in [(1, 0), (2, 1), (3, 2), (5, 2), (7, 4), (-1, 0), (-3, -2), (-5, -2)] as [(Int64, Int64)] {
      #expect(Micros(rawValue: amount).share(percent: half).rawValue == share, "\(amount)")
    }
  }

  @Test func aShareIsTheNearestAmountThereIs() {
    var dice = SeededGenerator(seed: 21)
    for _ in 0..<5_000 {
      let amount = Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &dice)
      let percent = Int64.random(in: 0...1_000_000_000, using: &dice)
      let share = Micros(rawValue: amount).share(percent: Micros(rawValue: percent)).rawValue
      let exact = Int128(amount) * Int128(percent)  // in hundred-millionths of a micro
      let error = (Int128(share) * 100_000_000 - exact).magnitude
      #expect(error <= 50_000_000)
      if error == 50_000_000 { #expect(share.isMultiple(of: 2)) }
    }
  }

  @Test func aHybridIsTheSumOfItsPartsAndMoreNeverEarnsLess() {
    var dice = SeededGenerator(seed: 22)
    for _ in 0..<2_000 {
      let rate = CommissionTerms.Rate(
        amount: Micros(rawValue: .random(in: 0...50_000_000, using: &dice)),
        percent: Micros(rawValue: .random(in: 0...100_000_000, using: &dice)))
      let base = Micros(rawValue: .random(in: 0...1_000_000_000, using: &dice))
      let pay = { (model: CommissionTerms.Model, base: Micros) in
        CommissionTerms(model: model, rate: rate, currency: .eur).commission(of: base, withAmount: true, tier: 0)
      }
      #expect(pay(.hybrid, base) == pay(.cpa, base) + pay(.revshare, base))
      #expect(pay(.revshare, base) <= pay(.revshare, base + Micros(rawValue: 1_000_000)))
      #expect(rate.percent > Micros(rawValue: 100_000_000) || pay(.revshare, base) <= base)
    }
  }

  @Test func tiersAreReachedByWhatCameBefore() {
    let byCount = CommissionTiers(
      basis: .count, steps: [.init(after: 2, rate: .init()), .init(after: 5, rate: .init())])
    #expect((0..<8).map { byCount.tier(after: .init(count: $0)) } == [0, 0, 1, 1, 1, 2, 2, 2])
    let byVolume = CommissionTiers(basis: .volume, steps: [.init(after: 10_000_000, rate: .init())])
    #expect(byVolume.tier(after: .init(count: 99, volume: micros("9.999999"))) == 0)
    #expect(byVolume.tier(after: .init(count: 1, volume: micros("10"))) == 1)
  }

  @Test func theyAreStoredAsTheyAre() throws {
    var dice = SeededGenerator(seed: 23)
    for _ in 0..<300 {
      var terms = CommissionTerms(
        model: try #require(CommissionTerms.Model.allCases.randomElement(using: &dice)),
        rate: .init(
          amount: Micros(rawValue: .random(in: 0...99_999_999, using: &dice)),
          percent: Micros(rawValue: .random(in: 0...99_999_999, using: &dice))),
        minimum: Micros(rawValue: .random(in: 0...9_999, using: &dice)), currency: .eur)
      if Bool.random(using: &dice) {
        let basis = try #require(CommissionTiers.Basis.allCases.randomElement(using: &dice))
        terms.tiers = CommissionTiers(
          basis: basis,
          steps: (1...3).map {
            .init(
              after: $0 * .random(in: 1...5_000_000, using: &dice),
              rate: .init(amount: Micros(rawValue: $0), percent: Micros(rawValue: $0 * 7)))
          })
      }
      let text = JSONValue.object(terms.json).text
      #expect(CommissionTerms(try JSONValue.parse(text), currency: .eur) == terms)
    }
    #expect(CommissionTerms(["model": "barter"], currency: .eur) == nil)
  }
}
