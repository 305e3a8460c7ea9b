/// Whether two rates differ: the two-sided z-test with pooled variance (the same as Pearson's chi-squared without
/// correction).
public struct ProportionTest: Sendable, Hashable {
  /// Above nought when the second rate is higher.
  public let z: Double
  /// How probable a difference at least this large would be if there were none.
  public let p: Double

  /// Nil without trials on either side, and when nobody or everybody converted: then there is nothing to compare.
  public init?(_ first: Proportion, _ second: Proportion) {
    guard let firstRate = first.rate, let secondRate = second.rate else { return nil }
    let (n1, n2) = (Double(first.trials), Double(second.trials))
    let pooled = Double(first.successes + second.successes) / (n1 + n2)
    let variance = pooled * (1 - pooled) * (1 / n1 + 1 / n2)
    guard variance > 0 else { return nil }
    z = (secondRate - firstRate) / variance.squareRoot()
    p = NormalDistribution.twoSided(z)
  }
}
