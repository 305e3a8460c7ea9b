import Conversions
import Core
import Testing

@Suite struct StatementSheetTests {
  private static let start = Timestamp(seconds: 1_795_255_200)

  private func entry(
    _ minute: Int64, _ base: Int64, rule: Int64 = 1, _ terms: CommissionTerms, withAmount: Bool = true
  ) -> StatementSheet.Commission {
    let at = Self.start + .minutes(minute)
    return .init(
      conversionID: ConversionID(at: at), at: at, ruleID: rule, terms: terms, base: Micros(rawValue: base),
      withAmount: withAmount)
  }

  private func tiered(_ basis: CommissionTiers.Basis, _ steps: [(Int64, Int64)]) -> CommissionTerms {
    CommissionTerms(
      model: .cpa, rate: .init(amount: Micros(rawValue: 1_000_000)), currency: .usd,
      tiers: CommissionTiers(
        basis: basis, steps: steps.map { .init(after: $0, rate: .init(amount: Micros(rawValue: $1))) }))
  }

  private func sheet(
    _ commissions: [StatementSheet.Commission], adjustments: [Int64] = [], carriedIn: Int64 = 0, minimum: Int64 = 0
  ) -> StatementSheet {
    StatementSheet(
      commissions: commissions,
      adjustments: adjustments.enumerated().map {
        .init(
          id: Int64($0), conversionID: ConversionID(at: Self.start), at: Self.start, amount: Micros(rawValue: $1))
      }, carriedIn: Micros(rawValue: carriedIn), minimum: Micros(rawValue: minimum))
  }

  @Test func aTierHoldsForWhatComesAfterIt() {
    let terms = tiered(.count, [(2, 2_000_000), (4, 3_000_000)])
    let lines = sheet((0..<6).map { entry($0, 0, terms) }.shuffled()).lines
    #expect(lines.map(\.amount.rawValue) == [1, 1, 2, 2, 3, 3].map { $0 * 1_000_000 })
  }

  @Test func eachRuleCountsForItself() {
    let terms = tiered(.count, [(1, 5_000_000)])
    let sheet = sheet([entry(0, 0, rule: 1, terms), entry(1, 0, rule: 2, terms), entry(2, 0, rule: 1, terms)])
    #expect(sheet.lines.map(\.amount.rawValue) == [1_000_000, 1_000_000, 5_000_000])
  }

  @Test func lessThanTheMinimumIsCarriedOver() {
    let terms = CommissionTerms(model: .cpa, rate: .init(amount: Micros(rawValue: 40)), currency: .usd)
    let one = [entry(0, 0, terms)]
    for (carriedIn, minimum, adjustments, payable, carriedOut) in [
      (0, 0, [], 40, 0), (0, 40, [], 40, 0), (0, 41, [], 0, 40), (1, 41, [], 41, 0), (0, 0, [-40], 0, 0),
      (0, 0, [-50], 0, -10), (-100, 0, [], 0, -60), (-40, 0, [1], 1, 0),
    ] as [(Int64, Int64, [Int64], Int64, Int64)] {
      let sheet = sheet(one, adjustments: adjustments, carriedIn: carriedIn, minimum: minimum)
      #expect(sheet.payable.rawValue == payable)
      #expect(sheet.carriedOut.rawValue == carriedOut)
    }
  }

  @Test func totalsAreTheSumsOfTheirLines() {
    var dice = SeededGenerator(seed: 41)
    for _ in 0..<400 {
      let basis = CommissionTiers.Basis.allCases.randomElement(using: &dice) ?? .count
      let terms = (0..<3).map { _ in
        CommissionTerms(
          model: .hybrid,
          rate: .init(
            amount: Micros(rawValue: .random(in: 0...5_000_000, using: &dice)),
            percent: Micros(rawValue: .random(in: 0...90_000_000, using: &dice))), currency: .usd,
          tiers: CommissionTiers(
            basis: basis, steps: [.init(after: 3, rate: .init(amount: .init(rawValue: 9), percent: .init(rawValue: 7)))]
          ))
      }
      let commissions = (0..<Int.random(in: 0...30, using: &dice)).map { index in
        let rule = Int.random(in: 0..<3, using: &dice)
        return entry(
          Int64(index), .random(in: 0...99_999_999, using: &dice), rule: Int64(rule), terms[rule],
          withAmount: .random(using: &dice))
      }
      let adjustments = (0..<Int.random(in: 0...5, using: &dice)).map { _ in
        Int64.random(in: -90_000_000...9_000_000, using: &dice)
      }
      let sheet = sheet(
        commissions.shuffled(using: &dice), adjustments: adjustments, carriedIn: .random(in: -99...99, using: &dice),
        minimum: .random(in: 0...50_000_000, using: &dice))
      // Reckoned once more, by a walk that knows nothing of the sheet.
      var earned: Int64 = 0
      var before: [Int64: (count: Int64, volume: Int64)] = [:]
      for commission in commissions {
        let (count, volume) = before[commission.ruleID, default: (0, 0)]
        let isHigher = (basis == .count ? count : volume) >= 3
        let rate = isHigher ? commission.terms.tiers?.steps[0].rate : commission.terms.rate
        let share = Micros(rawValue: commission.base.rawValue).share(percent: rate?.percent ?? .zero)
        earned += share.rawValue + (commission.withAmount ? rate?.amount.rawValue ?? 0 : 0)
        before[commission.ruleID] = (count + 1, volume + commission.base.rawValue)
      }
      #expect(sheet.earned.rawValue == earned)
      #expect(sheet.adjusted.rawValue == adjustments.reduce(0, +))
      #expect(sheet.lines.map(\.amount).total == [sheet.earned, sheet.adjusted].total)
      #expect(sheet.payable + sheet.carriedOut == sheet.carriedIn + sheet.earned + sheet.adjusted)
      #expect(sheet.payable == .zero || sheet.carriedOut == .zero)
    }
  }
}
