import Core
import Testing

@testable import Analytics
@testable import TenantTracker

@Suite struct ABTestTests {
  private func variant(_ id: Int64, _ conversions: Int64, of clicks: Int64, payout: Double = 10) -> ABVariant {
    var base = BaseValues()
    base[.clicks] = clicks
    base[.conversions] = conversions
    base[.revenue] = Int64(payout * 1_000_000) * conversions
    return ABVariant(
      id: id, name: ["A", "B", "C", "D"][Int(id - 1) % 4], base: base,
      revenue: SampleSums(
        count: clicks, sum: payout * Double(conversions), sumOfSquares: payout * payout * Double(conversions)))
  }

  private func test(_ variants: ABVariant..., control: Int64? = nil, effect: Double = 0.2) -> ABTest {
    ABTest(campaignID: 1, campaign: "c", variants, control: control, effect: effect, elapsedDays: 5)
  }

  private func sentence(_ test: ABTest) -> String { test.verdict.sentence("landing page", effect: 0.2) }

  @Test func aWinnerIsNamedWithItsConfidence() throws {
    let test = test(variant(1, 50, of: 1000), variant(2, 80, of: 1000))
    let place = test.variants.firstIndex { $0.id == 2 } ?? 0
    let comparison = try #require(test.comparisons[place])
    #expect(test.control == 1)
    #expect(test.verdict.winner?.id == 2)
    // scipy: chi2_contingency([[50, 950], [80, 920]], correction=False)
    #expect(abs((comparison.p ?? 0) - 0.0065065975) < 1e-9)
    #expect(abs((comparison.uplift ?? 0) - 0.6) < 1e-12)
    #expect(sentence(test).hasPrefix("B is better than A with 99."))
  }

  @Test func belowTheFloorNothingIsTested() {
    let test = test(variant(1, 5, of: 50), variant(2, 50, of: 5000))
    #expect(test.comparisons.compactMap { $0?.p } == [])
    #expect(test.verdict == .tooFewClicks(variant(1, 5, of: 50), days: 5))
    #expect(sentence(test).contains("A has 50 of at least 100 clicks"))
    #expect(sentence(test).contains("5 days"))
  }

  @Test func withoutADifferenceItSaysHowLongStill() {
    let open = test(variant(1, 50, of: 1000), variant(2, 52, of: 1000))
    #expect(open.verdict.winner == nil)
    #expect(open.verdict.code == "open")
    // (8,158 - 1,000) clicks at 200 a day
    #expect(open.verdict.daysLeft == 36)
    #expect(sentence(open).contains("B is best with a probability of 5"))
    let over = test(variant(1, 5_000, of: 100_000), variant(2, 5_010, of: 100_000))
    #expect(over.verdict.daysLeft == 0)
    #expect(sentence(over).contains("much the same"))
    let nothing = test(variant(1, 0, of: 1_000), variant(2, 0, of: 1_000))
    #expect(nothing.verdict.daysLeft == nil)
    #expect(nothing.comparisons.compactMap { $0?.p } == [1])
  }

  @Test func theControlCanWin() {
    let test = test(variant(1, 100, of: 1000), variant(2, 50, of: 1000), variant(3, 40, of: 1000))
    #expect(test.verdict.code == "control_wins")
    #expect(test.verdict.winner?.id == 1)
    #expect(self.test(variant(1, 100, of: 1000), variant(2, 50, of: 1000), control: 2).verdict.code == "winner")
  }

  @Test func rivalsOfTheWinnerAreNamed() {
    let test = test(variant(1, 50, of: 1000), variant(2, 110, of: 1000), variant(3, 100, of: 1000))
    #expect(test.verdict.winner?.id == 2)
    #expect(sentence(test).contains("So is C"))
  }

  /// Three comparisons are corrected, and only those with enough clicks count.
  @Test func pIsCorrectedForTheNumberOfVariants() {
    let pair = test(variant(1, 50, of: 1000), variant(2, 75, of: 1000))
    let more = test(
      variant(1, 50, of: 1000), variant(2, 75, of: 1000), variant(3, 55, of: 1000), variant(4, 3, of: 50))
    let alone = pair.comparisons.compactMap { $0?.p }.first ?? 0
    #expect(alone > 0)
    let corrected = more.comparisons.compactMap { $0?.p }
    #expect(corrected.count == 2)
    #expect(abs((corrected.min() ?? 0) - 2 * alone) < 1e-12)
  }

  @Test func oneVariantIsNoTest() {
    let test = test(variant(1, 50, of: 1000))
    #expect(test.verdict == .nothingToCompare)
    #expect(test.probabilities == [1])
    #expect(sentence(test).contains("Only one landing page"))
  }

  @Test func theVariantsWithTheFewestClicksAreLeftOut() {
    let many = (1...25).map { variant($0, 5, of: 1_000 + $0) }
    let test = ABTest(campaignID: 1, campaign: nil, many, control: 1, effect: 0.2, elapsedDays: 1)
    #expect(test.variants.count == ABTest.mostVariants)
    #expect(test.leftOut == 5)
    #expect(test.variants.contains { $0.id == 1 })
  }

  @Test(arguments: [(0.9722, "97.2 %"), (0.95, "95 %"), (0.99999, "over 99.9 %"), (0, "under 0.1 %"), (0.5, "50 %")])
  func sharesAsPeopleReadThem(_ share: Double, _ text: String) {
    #expect(ABVerdict.percent(share) == text)
  }
}
