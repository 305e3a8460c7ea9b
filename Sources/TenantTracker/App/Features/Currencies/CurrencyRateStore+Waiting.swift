import Conversions
import Core
import Database

extension CurrencyRateStore {
  /// A conversion that has no rate, and what it would take.
  struct Waiting: Sendable {
    let id: ConversionID
    let at: Timestamp
    let payout: Currency
    /// Of what its campaign pays for it, if that may be in another currency.
    let cost: Currency?

    /// Whether there is a rate now for something of it.
    func isConvertible(with table: RateTable, into target: Currency) -> Bool {
      [payout, cost].contains { currency in
        guard let currency else { return false }
        return currency == target || table.rate(from: currency, to: target, on: at.rateDay) != nil
      }
    }
  }

  /// In the order of their ids.
  func waiting(
    _ count: Int, after id: ConversionID?, of scope: TenantScope
  ) async throws(DatabaseError) -> [Waiting] {
    let schema = scope.schema
    let rows = try await scope.query(
      """
      SELECT v.id, v.created_at, v.currency, CASE WHEN c.cost_model = 'cpa' THEN c.currency END AS cost_currency
      FROM \(schema).conversions v LEFT JOIN \(schema).campaigns c ON c.id = v.campaign_id
      WHERE v.rate_missing AND v.id > \(id ?? UUIDv7(high: 0, low: 0)) ORDER BY v.id LIMIT \(count)
      """)
    var waiting: [Waiting] = []
    for row in rows {
      waiting.append(
        Waiting(
          id: try row.get("id"), at: try row.get("created_at"), payout: try row.get("currency"),
          cost: try row.get("cost_currency")))
    }
    return waiting
  }
}
