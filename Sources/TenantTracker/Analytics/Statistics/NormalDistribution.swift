/// The standard normal distribution.
public enum NormalDistribution {
  /// The probability of at most `z`.
  public static func cumulative(_ z: Double) -> Double { 0.5 * SpecialFunctions.erfc(-z / 2.0.squareRoot()) }

  /// The probability of a value at least as far from nought as `z`, on either side.
  public static func twoSided(_ z: Double) -> Double { SpecialFunctions.erfc(z.magnitude / 2.0.squareRoot()) }

  /// The value below which lies the share `probability`, which is between 0 and 1. By halving an interval: sixty steps
  /// are exact to the last digits, and there are no coefficients to mistype.
  public static func quantile(_ probability: Double) -> Double {
    guard probability > 0 else { return -.infinity }
    guard probability < 1 else { return .infinity }
    guard probability <= 0.5 else { return -quantile(1 - probability) }
    var (low, high) = (-38.0, 0.0)
    for _ in 0..<64 {
      let middle = (low + high) / 2
      if cumulative(middle) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
