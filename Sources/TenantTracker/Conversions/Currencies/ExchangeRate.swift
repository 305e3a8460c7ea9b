public import Core

/// How much of one currency a unit of another is worth, to twelve decimal places: enough for a rupiah in dinars and for
/// its inverse. Always above zero.
public struct ExchangeRate: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// In 1e-12.
  public let rawValue: Int64

  private static let one: Int64 = 1_000_000_000_000

  public init?(rawValue: Int64) {
    guard rawValue > 0 else { return nil }
    self.rawValue = rawValue
  }

  /// A plain decimal with a point or comma, such as `1.0825`; at most 12 places, at most a million.
  public init?(_ decimal: some StringProtocol) {
    let parts = decimal.split(omittingEmptySubsequences: false) { $0 == "." || $0 == "," }
    guard (1...2).contains(parts.count), (1...7).contains(parts[0].utf8.count),
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }), let whole = Int64(parts[0]),
      whole < 1_000_000
    else { return nil }
    let places = parts.count == 2 ? parts[1] : ""
    guard parts.count == 1 || (1...12).contains(places.utf8.count) else { return nil }
    let fraction = String(places) + String(repeating: "0", count: 12 - places.utf8.count)
    guard let part = Int64(fraction) else { return nil }
    self.init(rawValue: whole * Self.one + part)
  }

  /// Without zeros at its end.
  public var description: String {
    var fraction = String(rawValue % Self.one)
    fraction = String(repeating: "0", count: 12 - fraction.utf8.count) + fraction
    while fraction.utf8.last == UInt8(ascii: "0") { fraction.removeLast() }
    return fraction.isEmpty ? "\(rawValue / Self.one)" : "\(rawValue / Self.one).\(fraction)"
  }

  public static func < (left: ExchangeRate, right: ExchangeRate) -> Bool { left.rawValue < right.rawValue }

  /// The way back. Nil for rates so large that nothing is left.
  public var inverse: ExchangeRate? { Self.one.times(Self.one, over: rawValue).flatMap { ExchangeRate(rawValue: $0) } }

  /// What this is when both are counted in one unit of a third currency.
  func crossed(from other: ExchangeRate) -> ExchangeRate? {
    rawValue.times(Self.one, over: other.rawValue).flatMap { ExchangeRate(rawValue: $0) }
  }

  /// Rounded half to even to a millionth. Nil when it goes beyond what an amount can be.
  public func converted(_ amount: Micros) -> Micros? {
    amount.rawValue.times(rawValue, over: Self.one).map { Micros(rawValue: $0) }
  }
}
