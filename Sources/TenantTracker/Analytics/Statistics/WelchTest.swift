/// How many values there are, their sum, and the sum of their squares: all that a comparison of means needs.
public struct SampleSums: Sendable, Hashable {
  public let count: Int64
  public let sum: Double
  public let sumOfSquares: Double

  public init(count: Int64, sum: Double, sumOfSquares: Double) {
    self.count = count
    self.sum = sum
    self.sumOfSquares = sumOfSquares
  }

  /// Nil for none.
  public var mean: Double? { count > 0 ? sum / Double(count) : nil }

  /// Of the values themselves, with n - 1 below the line. Nil for fewer than two.
  public var variance: Double? {
    guard count > 1, let mean else { return nil }
    return max(0, sumOfSquares - sum * mean) / Double(count - 1)
  }
}

/// Whether two means differ when their variances do, too (Welch 1947): for revenue per click, which is no yes or no.
public struct WelchTest: Sendable, Hashable {
  /// Above nought when the second mean is higher.
  public let t: Double
  /// Degrees of freedom by Welch and Satterthwaite.
  public let freedom: Double
  public let p: Double

  /// Nil for fewer than two values on either side, and when no value differs from any other.
  public init?(_ first: SampleSums, _ second: SampleSums) {
    guard let firstMean = first.mean, let firstVariance = first.variance, let secondMean = second.mean,
      let secondVariance = second.variance
    else { return nil }
    let (n1, n2) = (Double(first.count), Double(second.count))
    let (error1, error2) = (firstVariance / n1, secondVariance / n2)
    let error = error1 + error2
    guard error > 0 else { return nil }
    t = (secondMean - firstMean) / error.squareRoot()
    freedom = error * error / (error1 * error1 / (n1 - 1) + error2 * error2 / (n2 - 1))
    p = StudentDistribution.twoSided(t, freedom: freedom)
  }
}
