/// How probable it is that each of several variants has the highest rate.
///
/// Each rate is Beta(1 + successes, 1 + failures) after what was seen, from no opinion before (Beta-Binomial with a flat
/// prior). The probability that variant i is best is ∫ fᵢ(x) ∏ⱼ Fⱼ(x) dx over the others, integrated numerically: the same
/// answer each time, unlike random draws.
public enum BestVariant {
  /// One probability a variant, in the order given; together they are one. Meant for up to about twenty variants.
  public static func probabilities(_ variants: [Proportion]) -> [Double] {
    guard variants.count > 1 else { return variants.map { _ in 1 } }
    let rates = variants.map(Posterior.init)
    var probabilities = [Double](repeating: 0, count: variants.count)
    for (low, high) in panels(rates) {
      for node in GaussLegendre.nodes {
        let x = (low + high) / 2 + (high - low) / 2 * node.place
        let weight = (high - low) / 2 * node.weight
        let shares = rates.map { $0.density(x) * weight }
        guard shares.contains(where: { $0 > 1e-16 }) else { continue }
        let below = rates.map { SpecialFunctions.regularizedBeta(x, $0.a, $0.b) }
        for index in shares.indices where shares[index] > 1e-16 {
          var product = shares[index]
          for other in below.indices where other != index { product *= below[other] }
          probabilities[index] += product
        }
      }
    }
    return probabilities.map { min(1, max(0, $0)) }
  }

  private struct Posterior {
    let a: Double
    let b: Double

    init(_ variant: Proportion) {
      a = Double(variant.successes) + 1
      b = Double(variant.trials - variant.successes) + 1
    }

    var mean: Double { a / (a + b) }
    var deviation: Double { (mean * (1 - mean) / (a + b + 1)).squareRoot() }

    func density(_ x: Double) -> Double { SpecialFunctions.betaKernel(x, a, b) / (x * (1 - x)) }
  }

  /// Between these bounds every density and distribution is smooth enough for sixteen points: the bounds are closest where
  /// some variant's rate probably is.
  private static func panels(_ rates: [Posterior]) -> [(low: Double, high: Double)] {
    var bounds: Set<Double> = [0, 1]
    for rate in rates {
      for distance in [-32.0, -16, -8, -4, -2, -1, 0, 1, 2, 4, 8, 16, 32] {
        bounds.insert(min(1, max(0, rate.mean + distance * rate.deviation)))
      }
    }
    let sorted = bounds.sorted()
    return Array(zip(sorted, sorted.dropFirst()))
  }
}
