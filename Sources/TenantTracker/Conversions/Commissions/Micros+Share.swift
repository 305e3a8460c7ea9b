public import Core

extension Micros {
  /// A percentage of this amount, rounded half to even.
  /// - Parameter percent: in millionths of one percent: 12.5 % is 12,500,000.
  public func share(percent: Micros) -> Micros {
    let hundred: Int128 = 100_000_000
    let (quotient, remainder) = (Int128(rawValue) * Int128(percent.rawValue)).quotientAndRemainder(dividingBy: hundred)
    let twice = remainder.magnitude * 2
    let isAway = twice > hundred.magnitude || (twice == hundred.magnitude && !quotient.isMultiple(of: 2))
    return Micros(rawValue: Int64(clamping: quotient + (isAway ? remainder.signum() : 0)))
  }
}

extension Sequence<Micros> {
  /// Stops at the greatest amount there is.
  public var total: Micros { Micros(rawValue: Int64(clamping: reduce(Int128(0)) { $0 + Int128($1.rawValue) })) }
}
