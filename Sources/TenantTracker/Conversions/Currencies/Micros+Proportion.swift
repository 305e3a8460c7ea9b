import Core

extension Int64 {
  /// This times `factor` over `divisor`, rounded half to even. Nil when it does not fit.
  func times(_ factor: Int64, over divisor: Int64) -> Int64? {
    guard divisor > 0 else { return nil }
    let wide = Int128(divisor)
    let (quotient, remainder) = (Int128(self) * Int128(factor)).quotientAndRemainder(dividingBy: wide)
    let (double, isNegative) = (remainder.magnitude * 2, (self < 0) != (factor < 0))
    let isAway = double > wide.magnitude || (double == wide.magnitude && !quotient.isMultiple(of: 2))
    return Int64(exactly: isAway ? quotient + (isNegative ? -1 : 1) : quotient)
  }
}

extension Micros {
  /// The same part of `whole` that this is of `part`, rounded half to even.
  func scaled(from part: Micros, to whole: Micros) -> Micros {
    rawValue.times(whole.rawValue, over: part.rawValue).map { Micros(rawValue: $0) } ?? self
  }
}
