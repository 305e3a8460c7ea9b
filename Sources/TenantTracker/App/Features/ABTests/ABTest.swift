import Analytics
import Core

/// The variants of one campaign, compared.
struct ABTest: Sendable {
  let campaignID: Int64
  let campaign: String?
  /// By clicks, most first; at most ``mostVariants``.
  let variants: [ABVariant]
  /// How many more there are.
  let leftOut: Int
  /// What the others are measured against.
  let control: Int64
  /// One for each variant; nil for the control itself.
  let comparisons: [ABComparison?]
  /// That each converts best of all, in parts of one.
  let probabilities: [Double]
  let verdict: ABVerdict

  /// The documents' floor: below it a rate says nothing.
  static let fewestClicks: Int64 = 100
  static let significance = 0.05
  static let mostVariants = 20

  /// - Parameters:
  ///   - control: nil, or one that is none of the variants: the one that was made first.
  ///   - effect: the smallest relative difference that is worth finding.
  ///   - elapsedDays: how long the clicks took to come.
  init(
    campaignID: Int64, campaign: String?, _ all: [ABVariant], control wanted: Int64? = nil, effect: Double,
    elapsedDays: Double
  ) {
    let sorted = all.sorted { ($0.clicks, $1.id) > ($1.clicks, $0.id) }
    let wantedControl = sorted.first { $0.id == wanted }
    var chosen = Array(sorted.prefix(Self.mostVariants))
    if let wantedControl, !chosen.contains(wantedControl) { chosen[chosen.count - 1] = wantedControl }
    let control = wantedControl ?? chosen.min { $0.id < $1.id }
    self.campaignID = campaignID
    self.campaign = campaign
    variants = chosen
    leftOut = sorted.count - chosen.count
    self.control = control?.id ?? 0
    comparisons = Self.compare(chosen, control: control)
    probabilities = BestVariant.probabilities(chosen.map(\.rate))
    verdict = ABVerdict(
      chosen, comparisons, probabilities, control: control, effect: effect, elapsedDays: elapsedDays)
  }

  var controlVariant: ABVariant? { variants.first { $0.id == control } }

  /// Each against the control; only those with enough clicks are tested, and only they count for Holm's correction.
  private static func compare(_ variants: [ABVariant], control: ABVariant?) -> [ABComparison?] {
    guard let control else { return [] }
    var comparisons = variants.map { $0.id == control.id ? nil : ABComparison($0, against: control) }
    guard control.clicks >= fewestClicks else { return comparisons }
    let tested = variants.indices.filter { comparisons[$0] != nil && variants[$0].clicks >= fewestClicks }
    // Where nobody converted there is nothing to test, and nothing that speaks for a difference.
    let p = tested.map { ProportionTest(control.rate, variants[$0].rate)?.p ?? 1 }
    let revenueP = tested.map { WelchTest(control.revenue, variants[$0].revenue)?.p ?? 1 }
    for (index, (p, revenueP)) in zip(tested, zip(HolmCorrection.adjusted(p), HolmCorrection.adjusted(revenueP))) {
      comparisons[index]?.p = p
      comparisons[index]?.revenueP = revenueP
    }
    return comparisons
  }
}
