import Analytics
import Core
import Web

/// Numbers as people read them: thousands grouped, the currency's sign, a dash for what has no value.
enum Figures {
  static let none = "–"
  private static let minus = "\u{2212}"
  private static let signs = ["USD": "$", "EUR": "€", "GBP": "£", "INR": "₹", "JPY": "¥", "BRL": "R$", "PLN": "zł"]

  static func count(_ number: some BinaryInteger) -> String {
    "\(number < 0 ? minus : "")\(grouped(String(number.magnitude)))"
  }

  /// - Parameter places: of decimals; the currency's own when nil.
  static func money(_ amount: Micros, _ currency: Currency, places: Int? = nil) -> String {
    let number = decimal(amount.rawValue, scale: 6, places: places ?? currency.minorDigits)
    let sign = sign(amount.rawValue, number)
    guard let symbol = signs[currency.code] else { return "\(sign)\(currency.code)\u{A0}\(number)" }
    return "\(sign)\(symbol)\(number)"
  }

  /// - Parameter tenThousandths: of one percent.
  static func percent(tenThousandths: Int64, places: Int) -> String {
    let number = decimal(tenThousandths, scale: 4, places: places)
    return "\(sign(tenThousandths, number))\(number)%"
  }

  /// How many times, such as 3.25x.
  static func ratio(tenThousandths: Int64) -> String {
    let number = decimal(tenThousandths, scale: 4, places: 2)
    return "\(sign(tenThousandths, number))\(number)x"
  }

  /// No minus before what is shown as nothing.
  private static func sign(_ value: Int64, _ shown: String) -> String {
    value < 0 && shown.contains { $0 != "0" && $0 != "." } ? minus : ""
  }

  static func text(_ metric: Metric, of base: BaseValues, _ currency: Currency) -> String {
    switch metric.value(of: base) {
    case .count(let number)?: count(number)
    case .money(let amount)?: money(amount, currency, places: places(metric))
    case .percent(let value)?: percent(tenThousandths: value, places: metric == .roi ? 1 : 2)
    case .ratio(let value)?: ratio(tenThousandths: value)
    case nil: none
    }
  }

  /// Of what a click or a conversion comes to, fractions of a cent matter; nil for the currency's own.
  private static func places(_ metric: Metric) -> Int? {
    switch metric {
    case .epc, .rpc, .cpa, .cpl: 4
    default: nil
    }
  }

  /// A table's cell; what was lost is in the colour of losses.
  static func cell(_ metric: Metric, of base: BaseValues, _ currency: Currency) -> HTML {
    "<td class=\"num\(if: isLoss(metric, of: base), " bad")\">\(text(metric, of: base, currency))</td>"
  }

  static func isLoss(_ metric: Metric, of base: BaseValues) -> Bool {
    guard metric == .profit || metric == .roi else { return false }
    return switch metric.value(of: base) {
    case .money(let amount)?: amount < .zero
    case .percent(let value)?: value < 0
    case .count?, .ratio?, nil: false
    }
  }

  /// The magnitude of `value / 10^scale`, halves rounded to even.
  private static func decimal(_ value: Int64, scale: Int, places: Int) -> String {
    let unit = (0..<(scale - places)).reduce(UInt64(1)) { unit, _ in unit * 10 }
    var (quotient, rest) = value.magnitude.quotientAndRemainder(dividingBy: unit)
    if rest * 2 > unit || (rest * 2 == unit && !quotient.isMultiple(of: 2)) { quotient += 1 }
    rest = (0..<places).reduce(UInt64(1)) { power, _ in power * 10 }
    let whole = grouped(String(quotient / rest))
    guard places > 0 else { return whole }
    return "\(whole).\(String(quotient % rest + rest).dropFirst())"
  }

  private static func grouped(_ digits: String) -> String {
    var groups: [Substring] = []
    var rest = digits[...]
    while rest.count > 3 {
      groups.append(rest.suffix(3))
      rest = rest.dropLast(3)
    }
    groups.append(rest)
    return groups.reversed().joined(separator: ",")
  }
}
