import Analytics
import Core

/// What a test says: who has won, or why nobody has yet.
enum ABVerdict: Sendable, Hashable {
  /// With fewer than two variants there is nothing to compare.
  case nothingToCompare
  /// Some variants have fewer than ``ABTest/fewestClicks``.
  /// - Parameter days: until the slowest has them; nil when it gets none.
  case tooFewClicks(ABVariant, days: Int?)
  /// The winner converts better than the control.
  /// - Parameter rivals: others that do, too, the best first.
  case winner(ABVariant, over: ABVariant, confidence: Double, rivals: [ABVariant])
  /// All others are worse than the control.
  case controlWins(ABVariant, confidence: Double)
  /// No difference is proven.
  /// - Parameter days: until a difference of the wanted size would show; 0 when it would have by now.
  case open(leader: ABVariant, probability: Double, days: Int?)

  init(
    _ variants: [ABVariant], _ comparisons: [ABComparison?], _ probabilities: [Double], control: ABVariant?,
    effect: Double, elapsedDays: Double
  ) {
    guard variants.count > 1, let control, let slowest = variants.min(by: { $0.clicks < $1.clicks }) else {
      self = .nothingToCompare
      return
    }
    guard slowest.clicks >= ABTest.fewestClicks else {
      let days = SampleSize.days(
        until: Double(ABTest.fewestClicks), trials: slowest.clicks, over: elapsedDays)
      self = .tooFewClicks(slowest, days: days)
      return
    }
    let proven = zip(variants, comparisons).compactMap { variant, comparison in
      comparison.flatMap { ($0.p ?? 1) < ABTest.significance ? (variant: variant, comparison: $0) : nil }
    }
    let better = proven.filter { ($0.comparison.uplift ?? .infinity) > 0 }
      .sorted { ($0.variant.rate.rate ?? 0) > ($1.variant.rate.rate ?? 0) }
    if let best = better.first {
      self = .winner(
        best.variant, over: control, confidence: best.comparison.confidence ?? 0,
        rivals: better.dropFirst().map(\.variant))
    } else if proven.count == variants.count - 1 {
      self = .controlWins(control, confidence: proven.compactMap(\.comparison.confidence).min() ?? 0)
    } else {
      let leader = zip(variants, probabilities).max { $0.1 < $1.1 } ?? (control, 0)
      let days = Self.days(control, slowest, effect: effect, variants.count - 1, elapsedDays: elapsedDays)
      self = .open(leader: leader.0, probability: leader.1, days: days)
    }
  }

  /// Until every variant has the clicks that a difference of `effect` takes, each comparison being as strict as Holm's
  /// correction makes the strictest.
  private static func days(
    _ control: ABVariant, _ slowest: ABVariant, effect: Double, _ comparisons: Int, elapsedDays: Double
  ) -> Int? {
    guard let rate = control.rate.rate,
      let needed = SampleSize.perVariant(
        rate: rate, effect: effect, significance: ABTest.significance / Double(comparisons))
    else { return nil }
    return SampleSize.days(until: needed, trials: slowest.clicks, over: elapsedDays)
  }

  var winner: ABVariant? {
    switch self {
    case .winner(let winner, _, _, _), .controlWins(let winner, _): winner
    case .nothingToCompare, .tooFewClicks, .open: nil
    }
  }

  /// In the API.
  var code: String {
    switch self {
    case .nothingToCompare: "nothing_to_compare"
    case .tooFewClicks: "too_few_clicks"
    case .winner: "winner"
    case .controlWins: "control_wins"
    case .open: "open"
    }
  }

  static let codes = ["nothing_to_compare", "too_few_clicks", "winner", "control_wins", "open"]

  /// How long still; nil when it is over, or nobody can say.
  var daysLeft: Int? {
    switch self {
    case .tooFewClicks(_, let days), .open(_, _, let days): days
    case .nothingToCompare, .winner, .controlWins: nil
    }
  }
}
