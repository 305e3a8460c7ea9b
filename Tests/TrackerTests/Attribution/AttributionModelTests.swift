import Analytics
import Core
import Testing

@testable import TenantTracker

@Suite struct AttributionModelTests {
  /// Facebook 13 days before, Google 7, TikTok at the end; $100.
  private let ages = [13.0, 7, 0]
  private let hundred: Int64 = 100_000_000

  private func shares(_ model: AttributionModel, _ ages: [Double]? = nil, of amount: Int64? = nil) -> [Int64] {
    model.shares(of: amount ?? hundred, ages: ages ?? self.ages, halfLife: 7)
  }

  @Test func theDocumentsExample() {
    #expect(shares(.last) == [0, 0, hundred])
    #expect(shares(.first) == [hundred, 0, 0])
    #expect(shares(.linear) == [33_333_333, 33_333_333, 33_333_334])
    let decay = shares(.timeDecay)
    #expect(decay.map { (Double($0) / 1_000_000).rounded() } == [16, 28, 56])
    #expect(decay.reduce(0, +) == hundred)
    #expect(shares(.position) == [40_000_000, 20_000_000, 40_000_000])
  }

  @Test func oneClickGetsAllAndTwoShareEvenly() {
    for model in AttributionModel.allCases { #expect(shares(model, [3], of: 7) == [7]) }
    #expect(shares(.position, [1, 0], of: 7) == [3, 4])
    #expect(shares(.linear, [1, 0], of: 7) == [3, 4])
    #expect(shares(.position, [3, 2, 1, 0], of: 100) == [40, 10, 10, 40])
  }

  /// After a half-life a click counts half as much.
  @Test func aHalfLifeIsAHalf() {
    #expect(shares(.timeDecay, [7, 0], of: 3_000) == [1_000, 2_000])
    #expect(shares(.timeDecay, [21, 14], of: 3_000) == [1_000, 2_000])
    #expect(shares(.timeDecay, [100_000, 0], of: 3_000) == [0, 3_000])
  }

  /// Random journeys: whatever the model, the parts add up to the micro, and no part has another sign than the whole.
  @Test(arguments: AttributionModel.allCases)
  func creditsAddUpExactly(_ model: AttributionModel) {
    var random = JourneyRandom(seed: 11)
    for _ in 0..<2_000 {
      let ages = (0..<Int.random(in: 1...40, using: &random)).map { _ in Double.random(in: 0...90, using: &random) }
        .sorted(by: >)
      let amount =
        [
          0, 1, 2, Int64.random(in: 0...100, using: &random), Int64.random(in: 0...Int64.max, using: &random),
          -Int64.random(in: 0...1_000_000_000, using: &random),
        ].randomElement(using: &random) ?? 0
      let shares = model.shares(of: amount, ages: ages, halfLife: Double.random(in: 1...60, using: &random))
      #expect(shares.count == ages.count)
      #expect(shares.reduce(0, +) == amount, "\(model) \(amount) \(ages)")
      #expect(shares.allSatisfy { $0 == 0 || ($0 < 0) == (amount < 0) }, "\(model) \(amount) \(shares)")
    }
  }

  @Test func creditIsAddedUpByWhoGetsIt() {
    var question = AttributionQuestion(zone: .utc)
    question.model = .linear
    var report = AttributionReport(question)
    let at = Timestamp(seconds: 1_793_869_200)
    let touch = { (source: Int64?, campaign: Int64, daysBefore: Int64) in
      let time = at - .seconds(daysBefore * 86_400)
      return Journey.Touch(click: ClickID(at: time), at: time, campaign: campaign, source: source, landing: nil)
    }
    let touches = [touch(1, 5, 13), touch(2, 5, 7), touch(1, 6, 0)]
    let journey = Journey(
      conversion: ConversionID(at: at), at: at, type: "sale", click: touches[2].click,
      revenue: Micros(rawValue: hundred), isCounted: true, touches: touches, length: 3)
    report.add(journey)
    #expect(report.rows[1]?.revenue(.linear).rawValue == 66_666_667)
    #expect(report.rows[2]?.revenue(.linear).rawValue == 33_333_333)
    #expect(report.rows[1]?.journeys == 1)
    #expect(report.rows[1]?.conversions(.last) == 1_000_000)
    #expect(report.sorted(by: .linear).map(\.id) == [1, 2])
    #expect(report.totals.revenue(.timeDecay).rawValue == hundred)
    #expect(report.paths[3]?.journeys == 1)

    question.touch[.source] = 1
    question.key = .campaign
    var narrowed = AttributionReport(question)
    narrowed.add(journey)
    #expect(narrowed.rows[5]?.revenue(.linear).rawValue == 33_333_333)
    #expect(narrowed.rows[6]?.revenue(.linear).rawValue == 33_333_334)
    #expect(narrowed.totals.revenue(.linear).rawValue == 66_666_667)
  }

  @Test(arguments: [(5, "5 s"), (125, "2 min 5 s"), (7_260, "2 h 1 min"), (90_000, "1 d 1 h")] as [(Int64, String)])
  func howLongBetweenClicks(_ seconds: Int64, _ text: String) {
    #expect(JourneysView.duration(from: Timestamp(seconds: 0), to: Timestamp(seconds: seconds)) == text)
  }
}

/// The same numbers in every run (SplitMix64).
struct JourneyRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
