/// Gauss-Legendre quadrature with sixteen points: exact for polynomials up to degree 31 (DLMF 3.5(v)).
enum GaussLegendre {
  struct Node: Sendable {
    /// Between -1 and 1.
    let place: Double
    let weight: Double
  }

  /// The roots of Legendre's polynomial, by Newton's method from the cosines that are near them.
  static let nodes: [Node] = (0..<16).map { index in
    var x = cosine(Double(index))
    var (value, slope) = legendre(x)
    for _ in 0..<8 {
      x -= value / slope
      (value, slope) = legendre(x)
    }
    return Node(place: x, weight: 2 / ((1 - x * x) * slope * slope))
  }

  /// cos(π (index + ¾) / 16.5), by its series around the middle: a start for Newton's method.
  private static func cosine(_ index: Double) -> Double {
    let angle = Double.pi / 2 - Double.pi * (index + 0.75) / 16.5
    var (sine, term) = (angle, angle)
    for power in stride(from: 2.0, through: 24, by: 2) {
      term *= -angle * angle / (power * (power + 1))
      sine += term
    }
    return sine
  }

  /// P₁₆(x) and its derivative, by the recurrence.
  private static func legendre(_ x: Double) -> (value: Double, slope: Double) {
    var (before, value) = (1.0, x)
    for degree in 2...16 {
      let n = Double(degree)
      (before, value) = (value, ((2 * n - 1) * x * value - (n - 1) * before) / n)
    }
    return (value, 16 * (x * value - before) / (x * x - 1))
  }
}
