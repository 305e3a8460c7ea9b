public import Core

/// A metric's value, exact or rounded once.
public enum MetricValue: Sendable, Hashable {
  case count(Int64)
  /// Ratios of money (EPC, CPA, AOV) are rounded half to even at six places.
  case money(Micros)
  /// Rounded half to even at four places.
  case percent(tenThousandths: Int64)
  /// A plain number, rounded half to even at four places.
  case ratio(tenThousandths: Int64)

  static let percentScale: Int64 = 10_000

  /// Counts, percentages and ratios are numbers, money a decimal string.
  public var json: JSONValue {
    switch self {
    case .count(let count): .int(count)
    case .money(let amount): JSONValue(amount)
    case .percent(let value), .ratio(let value): .number(Self.decimal(value))
    }
  }

  /// Plain text with a point and no grouping: for CSV and as a start for pages.
  public var text: String {
    switch self {
    case .count(let count): String(count)
    case .money(let amount): amount.description
    case .percent(let value), .ratio(let value): Self.decimal(value)
    }
  }

  private static func decimal(_ tenThousandths: Int64) -> String {
    let (whole, part) = tenThousandths.magnitude.quotientAndRemainder(dividingBy: UInt64(percentScale))
    let sign = tenThousandths < 0 ? "-" : ""
    guard part != 0 else { return "\(sign)\(whole)" }
    var fraction = String(part + UInt64(percentScale)).dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    return "\(sign)\(whole).\(fraction)"
  }
}
