public import Core

/// One unit of `base` was worth `rate` of `currency` on a day.
public struct RateQuote: Sendable, Hashable {
  public var day: LocalDate
  public var base: Currency
  public var currency: Currency
  public var rate: ExchangeRate

  public init(day: LocalDate, base: Currency, currency: Currency, rate: ExchangeRate) {
    self.day = day
    self.base = base
    self.currency = currency
    self.rate = rate
  }
}

/// The rate an amount was converted with, and the day it is of.
public struct AppliedRate: Sendable, Hashable {
  public var rate: ExchangeRate
  public var day: LocalDate

  public init(rate: ExchangeRate, day: LocalDate) {
    self.rate = rate
    self.day = day
  }
}

/// Finds the rate of a day among quotes: in either direction, or by way of a third currency that both are quoted in.
public struct RateTable: Sendable {
  /// Banks quote no rates on weekends and holidays: a day without has the last one's, if that is not older.
  public static let reach = 7

  private var days: [LocalDate: [Currency: [Currency: ExchangeRate]]] = [:]

  public init(_ quotes: [RateQuote] = []) {
    for quote in quotes { days[quote.day, default: [:]][quote.base, default: [:]][quote.currency] = quote.rate }
  }

  /// All that are quoted, on either side.
  public var currencies: Set<Currency> {
    days.values.reduce(into: []) { found, quotes in
      found.formUnion(quotes.keys)
      for others in quotes.values { found.formUnion(others.keys) }
    }
  }

  /// From the first day that has a rate to the last; nil without any.
  public var span: ClosedRange<LocalDate>? {
    guard let first = days.keys.min(), let last = days.keys.max() else { return nil }
    return first...last.adding(days: Self.reach)
  }

  /// How much of `target` a unit of `currency` was worth.
  public func rate(from currency: Currency, to target: Currency, on day: LocalDate) -> AppliedRate? {
    for age in 0...Self.reach {
      let day = day.adding(days: -age)
      guard let quotes = days[day] else { continue }
      if let rate = Self.rate(from: currency, to: target, in: quotes) { return AppliedRate(rate: rate, day: day) }
    }
    return nil
  }

  private static func rate(
    from currency: Currency, to target: Currency, in quotes: [Currency: [Currency: ExchangeRate]]
  ) -> ExchangeRate? {
    if let rate = quotes[currency]?[target] { return rate }
    if let rate = quotes[target]?[currency]?.inverse { return rate }
    for base in quotes.keys.sorted(by: { $0.code < $1.code }) {
      if let from = quotes[base]?[currency], let to = quotes[base]?[target], let rate = to.crossed(from: from) {
        return rate
      }
    }
    return nil
  }
}

/// The rates of one day into one currency.
public struct DayRates: Sendable, Hashable {
  public var target: Currency
  private var rates: [Currency: AppliedRate] = [:]

  /// Without any: only the currency itself is known.
  public init(into target: Currency) { self.target = target }

  public init(_ table: RateTable, of currencies: Set<Currency>, into target: Currency, on day: LocalDate) {
    self.target = target
    for currency in currencies { rates[currency] = table.rate(from: currency, to: target, on: day) }
  }

  public subscript(currency: Currency) -> AppliedRate? { rates[currency] }

  /// Nil when there is no rate.
  public func converted(_ money: Money) -> Micros? {
    if money.currency == target || money.amount == .zero { return money.amount }
    return rates[money.currency]?.rate.converted(money.amount)
  }
}
