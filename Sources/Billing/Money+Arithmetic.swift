public import Core

/// Shares and parts of amounts. Every rounding is half to even, so that a long run of them leans neither way.
extension Money {
  public func subtracting(_ other: Money) throws(MoneyFault) -> Money { try adding(try other.negated()) }

  /// The amount times `numerator` over `denominator`, rounded half to even to whole minor units. Worked out in 128 bits,
  /// so that it is only too large when its result is.
  /// - Parameter denominator: above zero.
  public func share(_ numerator: Int64, of denominator: Int64) throws(MoneyFault) -> Money {
    guard denominator > 0 else { throw .overflow }
    let quotient = Self.halfEven(Int128(minorUnits) * Int128(numerator), by: Int128(denominator))
    guard let units = Int64(exactly: quotient) else { throw .overflow }
    return Money(minorUnits: units, currency: currency)
  }

  /// The amount at a rate in millionths: 190,000 is 19 %.
  public func at(_ rate: Rate) throws(MoneyFault) -> Money { try share(rate.millionths, of: Rate.whole) }

  /// What of this amount is the tax that it contains at a rate: the rest is the net amount.
  public func contained(_ rate: Rate) throws(MoneyFault) -> Money {
    try share(rate.millionths, of: Rate.whole + rate.millionths)
  }

  /// The amount in parts that add up to it exactly, as near to `weights` as whole minor units allow: what rounding down
  /// leaves goes to the parts that lost most, the first of equals.
  /// - Parameter weights: none below zero. All zero, and none at all, share evenly and not at all.
  public func allocated(_ weights: [Int64]) throws(MoneyFault) -> [Money] {
    guard !weights.isEmpty else { return [] }
    guard weights.allSatisfy({ $0 >= 0 }) else { throw .negative }
    let shares = weights.allSatisfy { $0 == 0 } ? weights.map { _ in 1 } : weights
    let whole = shares.reduce(Int128(0)) { $0 + Int128($1) }
    let magnitude = Int128(minorUnits.magnitude)
    // Above 64 bits of weights and 64 of amount 128 do not do: no invoice has such.
    var parts: [Int128] = []
    var remainders: [Int128] = []
    for share in shares {
      let (product, overflowed) = magnitude.multipliedReportingOverflow(by: Int128(share))
      guard !overflowed else { throw .overflow }
      let (quotient, remainder) = product.quotientAndRemainder(dividingBy: whole)
      parts.append(quotient)
      remainders.append(remainder)
    }
    let missing = Int(magnitude - parts.reduce(0, +))
    let most = remainders.indices.sorted { (remainders[$0], $1) > (remainders[$1], $0) }
    for index in most.prefix(missing) { parts[index] += 1 }
    let sign: Int128 = minorUnits < 0 ? -1 : 1
    return parts.map { Money(minorUnits: Int64(truncatingIfNeeded: $0 * sign), currency: currency) }
  }

  /// The smaller of two amounts.
  public func capped(at most: Money) throws(MoneyFault) -> Money {
    guard currency == most.currency else { throw .currencyMismatch }
    return minorUnits <= most.minorUnits ? self : most
  }

  public var isPositive: Bool { minorUnits > 0 }
  public var isZero: Bool { minorUnits == 0 }

  private static func halfEven(_ dividend: Int128, by divisor: Int128) -> Int128 {
    let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
    let twice = remainder.magnitude * 2
    guard twice > divisor.magnitude || (twice == divisor.magnitude && !quotient.isMultiple(of: 2)) else {
      return quotient
    }
    return quotient + (dividend < 0 ? -1 : 1)
  }
}

extension Money {
  /// From a decimal text with at most the currency's places: `79`, `79.00`, `-0.5`. Nil for anything else.
  public init?(decimal text: some StringProtocol, currency: Currency) {
    var digits = text[...]
    let isNegative = digits.first == "-"
    if isNegative { digits = digits.dropFirst() }
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, !whole.isEmpty, whole.utf8.allSatisfy(Self.isDigit) else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    guard parts.count == 1 || !fraction.isEmpty, fraction.utf8.count <= currency.minorDigits,
      fraction.utf8.allSatisfy(Self.isDigit)
    else { return nil }
    let padding = String(repeating: "0", count: currency.minorDigits - fraction.utf8.count)
    guard let units = Int64("\(isNegative ? "-" : "")\(whole)\(fraction)\(padding)") else { return nil }
    self.init(minorUnits: units, currency: currency)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

extension Sequence<Money> {
  /// All of them together; zero of `currency` when there are none.
  public func total(_ currency: Currency) throws(MoneyFault) -> Money {
    var sum = Money.zero(currency)
    for amount in self { sum = try sum.adding(amount) }
    return sum
  }
}
