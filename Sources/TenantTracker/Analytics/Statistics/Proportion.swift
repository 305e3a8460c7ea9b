/// Successes out of trials: conversions out of clicks.
public struct Proportion: Sendable, Hashable {
  public let successes: Int64
  public let trials: Int64

  /// Late conversions can outnumber the clicks of a short range: a rate is never above one.
  public init(_ successes: Int64, of trials: Int64) {
    self.trials = max(0, trials)
    self.successes = min(max(0, successes), self.trials)
  }

  /// Nil without trials.
  public var rate: Double? { trials > 0 ? Double(successes) / Double(trials) : nil }

  /// Wilson's score interval (Wilson 1927), which stays between 0 and 1 and is right for few conversions, too.
  /// - Parameter confidence: such as 0.95.
  public func wilsonInterval(confidence: Double = 0.95) -> ClosedRange<Double>? {
    guard let rate else { return nil }
    let n = Double(trials)
    let z = NormalDistribution.quantile((1 + confidence) / 2)
    let denominator = 1 + z * z / n
    let center = (rate + z * z / (2 * n)) / denominator
    let half = z * ((rate * (1 - rate) + z * z / (4 * n)) / n).squareRoot() / denominator
    // Without this the ends of 0 of n and n of n would be off by a rounding.
    let low = successes == 0 ? 0 : max(0, center - half)
    let high = successes == trials ? 1 : min(1, center + half)
    return low...max(low, high)
  }
}
