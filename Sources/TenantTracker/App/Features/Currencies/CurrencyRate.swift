import Conversions
import Core
import Web

/// A rate as it is kept: what a unit of `base` was worth on a day, and who says so.
struct CurrencyRate: Sendable, Hashable {
  enum Origin: String, Sendable, CaseIterable {
    case manual, csv, ecb
  }

  var quote: RateQuote
  var origin: Origin
  var updatedAt: Timestamp

  var json: JSONValue {
    [
      "date": JSONValue(quote.day), "base": JSONValue(quote.base), "currency": JSONValue(quote.currency),
      "rate": .string(quote.rate.description), "origin": .string(origin.rawValue), "updated_at": JSONValue(updatedAt),
    ]
  }

  static let schema = Schema.object([
    .required("date", .date), .required("base", .string), .required("currency", .string),
    .required("rate", Schema.string.described("How much of `currency` a unit of `base` was worth.")),
    .required("origin", .choice(Origin.allCases.map(\.rawValue))), .required("updated_at", .timestamp),
  ])

  /// The cursor of a list: what is unique, in its order.
  var cursor: String { "\(quote.day)_\(quote.base)_\(quote.currency)" }
}

extension Timestamp {
  /// The day whose rates an amount of this moment is converted with, in UTC.
  var rateDay: LocalDate {
    let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
    return LocalDate(daysSinceEpoch: Int(rest < 0 ? days - 1 : days))
  }
}
