import Database

/// How a metric comes from base metrics: a sum, a difference, or one of these divided by a base metric. The same formula
/// computes a value here and orders rows in SQL.
struct MetricFormula: Sendable, Hashable {
  let amount: BaseMetric
  let subtrahend: BaseMetric?
  let divisor: BaseMetric?

  static func amount(_ amount: BaseMetric, minus subtrahend: BaseMetric? = nil) -> MetricFormula {
    MetricFormula(amount: amount, subtrahend: subtrahend, divisor: nil)
  }

  static func ratio(_ amount: BaseMetric, minus subtrahend: BaseMetric? = nil, per divisor: BaseMetric) -> MetricFormula
  {
    MetricFormula(amount: amount, subtrahend: subtrahend, divisor: divisor)
  }

  /// The value times `scale`, a ratio rounded half to even. Nil for a division by zero.
  func value(of base: BaseValues, scale: Int64 = 1) -> Int64? {
    let difference = Int128(base[amount]) - Int128(subtrahend.map { base[$0] } ?? 0)
    guard let divisor else { return Int64(clamping: difference * Int128(scale)) }
    let denominator = Int128(base[divisor])
    guard denominator != 0 else { return nil }
    let quotient = (difference * Int128(scale)).dividedHalfEven(by: denominator)
    return Int64(clamping: quotient)
  }

  /// Over the columns named like the base metrics; null for a division by zero.
  var sql: SQL {
    var difference = SQL(unescaped: amount.column)
    if let subtrahend { difference = "(\(difference) - \(unescaped: subtrahend.column))" }
    guard let divisor else { return difference }
    return "\(difference)::numeric / NULLIF(\(unescaped: divisor.column), 0)"
  }
}

extension Int128 {
  func dividedHalfEven(by divisor: Int128) -> Int128 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    let twice = remainder.magnitude * 2
    guard twice > divisor.magnitude || (twice == divisor.magnitude && !quotient.isMultiple(of: 2)) else {
      return quotient
    }
    return (remainder < 0) == (divisor < 0) ? quotient + 1 : quotient - 1
  }
}
