public import Core

/// An amount in a currency.
public struct Money: Sendable, Hashable {
  public var amount: Micros
  public var currency: Currency

  public init(_ amount: Micros, _ currency: Currency) {
    self.amount = amount
    self.currency = currency
  }

  /// `12.50 EUR`
  public var text: String { "\(amount) \(currency.code)" }
}
