/// An interval for the difference of two rates that holds however often one looks at it.
///
/// An ordinary interval is right for one look after a number of clicks fixed before. Who looks each day and stops at the
/// first significant one is wrong far more often than said. This one comes from the mixture sequential probability ratio
/// test with a normal mixture: R. Johari, P. Koomen, L. Pekelis, D. Walsh, "Always Valid Inference: Continuous Monitoring
/// of A/B Tests", Operations Research 70 (2022).
public struct AlwaysValidInterval: Sendable, Hashable {
  /// Of the second rate minus the first.
  public let interval: ClosedRange<Double>
  /// Valid at any time one stops.
  public let p: Double

  /// The spread of differences that the test is made to find soonest, in parts of one: a point of conversion rate. It must
  /// not depend on the data; a wrong guess makes the test slower, not wrong.
  static let mixtureDeviation = 0.01

  /// Nil without trials on either side.
  public init?(_ first: Proportion, _ second: Proportion, confidence: Double = 0.95) {
    guard let firstRate = first.rate, let secondRate = second.rate else { return nil }
    let difference = secondRate - firstRate
    let variance = Self.variance(first) + Self.variance(second)
    let mixture = Self.mixtureDeviation * Self.mixtureDeviation
    let inflation = (variance + mixture) / variance
    let reach = 2 * variance * inflation * (variance / mixture)
    let half =
      (reach * (0.5 * SpecialFunctions.log(inflation) - SpecialFunctions.log(1 - confidence))).squareRoot()
    interval = max(-1, difference - half)...min(1, difference + half)
    // 1 / Λ, the likelihood ratio of the mixture against no difference.
    p = min(1, inflation.squareRoot() * SpecialFunctions.exp(-difference * difference / reach))
  }

  /// Of the rate, with one success and one failure added (Agresti and Caffo 2000): none of ten does not prove that there
  /// are never any.
  private static func variance(_ proportion: Proportion) -> Double {
    let n = Double(proportion.trials) + 2
    let rate = (Double(proportion.successes) + 1) / n
    return rate * (1 - rate) / n
  }
}
