public import Core
import Database

/// What a unit of other currencies was worth in a report's, day by day. The costs of clicks are converted with it;
/// conversions keep the rate that they were counted with.
public struct ClickRates: Sendable, Hashable {
  private var days: [LocalDate] = []
  private var currencies: [String] = []
  private var rates: [Int64] = []

  public init() {}

  /// - Parameters:
  ///   - rate: in 1e-12 of the report's currency.
  ///   - day: in UTC.
  public mutating func add(_ rate: Int64, of currency: Currency, on day: LocalDate) {
    days.append(day)
    currencies.append(currency.code)
    rates.append(rate)
  }

  public var isEmpty: Bool { rates.isEmpty }

  /// A joined click's rate; null without one.
  static let column: SQL = "quote_rate"

  /// Joins `conversions` with the rate of the day when each came, from one currency.
  func joinConversions(of currency: Currency) -> SQL {
    """
     LEFT JOIN unnest(\(days), \(currencies), \(rates)) AS quote (quote_day, quote_currency, \(Self.column))
      ON quote_currency = \(currency) AND quote_day = (created_at AT TIME ZONE 'UTC')::date
    """
  }

  /// Joins `clicks` with the rate of each click's day and currency.
  var join: SQL {
    """
     LEFT JOIN unnest(\(days), \(currencies), \(rates)) AS quote (quote_day, quote_currency, \(Self.column))
      ON quote_currency = currency AND quote_day = (ts AT TIME ZONE 'UTC')::date
    """
  }
}
