import Analytics
import Conversions
import Core
import Database

extension CurrencyRateStore {
  /// What the costs of clicks between two instants are converted with, as `executor` sees it: within a transaction, with
  /// what that one sees.
  func clickRates(
    _ instants: Range<Timestamp>, into target: Currency, in executor: any SQLExecutor, schema: SchemaName
  ) async throws(DatabaseError) -> ClickRates {
    let (first, last) = (instants.lowerBound.rateDay, instants.upperBound.rateDay)
    let table = try await table(first...last, in: executor, schema: schema)
    var rates = ClickRates()
    guard let span = table.span else { return rates }
    let currencies = table.currencies.subtracting([target])
    var day = max(first, span.lowerBound)
    while day <= min(last, span.upperBound) {
      for currency in currencies {
        if let applied = table.rate(from: currency, to: target, on: day) {
          rates.add(applied.rate.rawValue, of: currency, on: day)
        }
      }
      day = day.adding(days: 1)
    }
    return rates
  }
}
