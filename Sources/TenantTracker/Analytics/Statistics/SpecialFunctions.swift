#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The functions that the distributions below are made of, to about twelve digits.
enum SpecialFunctions {
  static func log(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.log(x)
    #else
      Darwin.log(x)
    #endif
  }

  static func exp(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.exp(x)
    #else
      Darwin.exp(x)
    #endif
  }

  /// The complementary error function: exact to the last digits far out in the tail, too.
  static func erfc(_ x: Double) -> Double {
    #if canImport(Glibc)
      Glibc.erfc(x)
    #else
      Darwin.erfc(x)
    #endif
  }

  /// The density of Beta(a, b) at `x`, times x (1 - x).
  ///
  /// With m = a / (a + b) the logarithm is a log(x/m) + b log((1-x)/(1-m)), which is small, plus what Stirling's formula
  /// leaves of the gamma functions: no difference of two huge numbers, so a million clicks cost no digits.
  static func betaKernel(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0, x < 1 else { return 0 }
    let mean = a / (a + b)
    let deviance = a * log(x / mean) + b * log((1 - x) / (b / (a + b)))
    let scale = 0.5 * log(a / (a + b) * b / (2 * .pi))
    return exp(deviance + scale - stirlingRest(a) - stirlingRest(b) + stirlingRest(a + b))
  }

  /// The regularized incomplete beta function I_x(a, b): the distribution of Beta(a, b).
  ///
  /// By its continued fraction (DLMF 8.17.22) with Lentz's method; on the far side of the mean by I_x(a, b) = 1 -
  /// I_(1-x)(b, a), where it converges.
  static func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    let kernel = betaKernel(x, a, b)
    return x < (a + 1) / (a + b + 2)
      ? kernel / a * betaFraction(x, a, b) : 1 - kernel / b * betaFraction(1 - x, b, a)
  }

  /// Near the mean it takes about the root of the larger parameter in steps.
  private static let mostSteps = 100_000

  private static func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    var c = 1.0
    var d = 1 / nonZero(1 - (a + b) * x / (a + 1))
    var fraction = d
    for step in 1...mostSteps {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / nonZero(1 + even * d)
      c = nonZero(1 + even / c)
      fraction *= c * d
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / nonZero(1 + odd * d)
      c = nonZero(1 + odd / c)
      let change = c * d
      fraction *= change
      if (change - 1).magnitude < 1e-15 { break }
    }
    return fraction
  }

  private static func nonZero(_ x: Double) -> Double { x.magnitude < 1e-300 ? 1e-300 : x }

  /// What log Γ(z) is more than (z - ½) log z - z + ½ log 2π (DLMF 5.11.1).
  private static func stirlingRest(_ z: Double) -> Double {
    guard z < 16 else {
      let inverse = 1 / (z * z)
      return (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / z
    }
    // Γ(z) = Γ(z + 1) / z, up to where the series holds.
    return stirlingRest(z + 1) + (z + 0.5) * log((z + 1) / z) - 1
  }
}
