public import Core

/// An amount in a currency's minor units (cents). Arithmetic never wraps: what does not fit is a ``MoneyFault``.
public struct Money: Hashable, Sendable {
  public let minorUnits: Int64
  public let currency: Currency

  public init(minorUnits: Int64, currency: Currency) {
    self.minorUnits = minorUnits
    self.currency = currency
  }

  public static func zero(_ currency: Currency) -> Money { Money(minorUnits: 0, currency: currency) }

  public func adding(_ other: Money) throws(MoneyFault) -> Money {
    guard currency == other.currency else { throw .currencyMismatch }
    let (sum, overflowed) = minorUnits.addingReportingOverflow(other.minorUnits)
    guard !overflowed else { throw .overflow }
    return Money(minorUnits: sum, currency: currency)
  }

  public func multiplied(by factor: Int64) throws(MoneyFault) -> Money {
    let (product, overflowed) = minorUnits.multipliedReportingOverflow(by: factor)
    guard !overflowed else { throw .overflow }
    return Money(minorUnits: product, currency: currency)
  }

  public func negated() throws(MoneyFault) -> Money { try multiplied(by: -1) }

  /// The decimal amount with all of the currency's places, without its code: `79.00`.
  public var decimal: String {
    let places = currency.minorDigits
    let sign = minorUnits < 0 ? "-" : ""
    let digits = String(minorUnits.magnitude)
    guard places > 0 else { return sign + digits }
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    return "\(sign)\(padded.dropLast(places)).\(padded.suffix(places))"
  }
}

extension Money: CustomStringConvertible {
  /// `79.00 USD`
  public var description: String { "\(decimal) \(currency.code)" }
}

public enum MoneyFault: Error, Hashable, Sendable {
  /// Beyond what 64 bits hold.
  case overflow
  case currencyMismatch
  /// Below zero where that means nothing.
  case negative
}
