/// Student's t distribution.
public enum StudentDistribution {
  /// The probability of a value at least as far from nought as `t`, on either side.
  /// - Parameter freedom: degrees of freedom, above 0; need not be whole.
  public static func twoSided(_ t: Double, freedom: Double) -> Double {
    guard t.isFinite else { return 0 }
    return SpecialFunctions.regularizedBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
  }

  /// The probability of at most `t`.
  public static func cumulative(_ t: Double, freedom: Double) -> Double {
    let tail = twoSided(t, freedom: freedom) / 2
    return t < 0 ? tail : 1 - tail
  }
}
