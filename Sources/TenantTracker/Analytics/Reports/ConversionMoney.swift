import Core
import Database

/// The money of conversions in a report's currency. They are kept in the tenant's, so that nothing is to be done for that;
/// into another one each amount is converted with the rate of the day when the conversion came.
struct ConversionMoney {
  private let rates: ClickRates?
  private let home: Currency?

  init(_ plan: ReportPlan) {
    home = plan.homeCurrency
    rates = plan.homeCurrency.map { _ in plan.rates }
  }

  /// Joins `conversions` with the rate of each.
  var join: SQL {
    guard let rates, let home else { return "" }
    return rates.joinConversions(of: home)
  }

  /// An amount that is in the tenant's currency; null when there is no rate.
  func amount(_ column: SQL) -> SQL {
    home == nil ? column : "round(\(column)::numeric * \(ClickRates.column) / 1000000000000)"
  }

  /// Whether money is missing from a conversion's amounts.
  var isMissing: SQL {
    guard home != nil else { return "rate_missing" }
    return """
      rate_missing OR (\(ClickRates.column) IS NULL
        AND (cost_micros <> 0 OR (status = 'sale' AND revenue_micros <> 0)))
      """
  }
}
