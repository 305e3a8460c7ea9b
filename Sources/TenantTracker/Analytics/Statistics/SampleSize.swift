/// How many clicks a test needs before it is worth believing.
public enum SampleSize {
  /// Trials per variant with which a test finds a rate of `rate * (1 + effect)` against `rate`, unrounded: the formula for
  /// two independent proportions with pooled variance under no difference (Fleiss, Levin, Paik 2003, section 4.2, without
  /// continuity correction).
  ///
  /// - Parameters:
  ///   - effect: relative: 0.2 for a fifth more.
  ///   - significance: the chance of seeing a difference where there is none.
  ///   - power: the chance of seeing this one.
  /// - Returns: nil when either rate is not between 0 and 1, or they are the same.
  public static func perVariant(
    rate: Double, effect: Double, significance: Double = 0.05, power: Double = 0.8
  ) -> Double? {
    let other = rate * (1 + effect)
    guard rate > 0, rate < 1, other > 0, other < 1, effect != 0 else { return nil }
    let pooled = (rate + other) / 2
    let without = (2 * pooled * (1 - pooled)).squareRoot()
    let with = (rate * (1 - rate) + other * (1 - other)).squareRoot()
    let reach =
      NormalDistribution.quantile(1 - significance / 2) * without + NormalDistribution.quantile(power) * with
    return reach * reach / ((other - rate) * (other - rate))
  }

  /// Whole days until the slowest variant has `needed` trials at its pace so far. Nil when it gets none.
  public static func days(until needed: Double, trials: Int64, over elapsedDays: Double) -> Int? {
    let missing = needed.rounded(.up) - Double(trials)
    guard missing > 0 else { return 0 }
    guard trials > 0, elapsedDays > 0 else { return nil }
    let days = (missing * elapsedDays / Double(trials)).rounded(.up)
    return days < 100_000 ? Int(days) : nil
  }
}
