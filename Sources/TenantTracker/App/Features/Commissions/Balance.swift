import Core
import Database
import Web

/// Where a publisher stands in one currency.
struct Balance: Sendable, Hashable {
  let publisherID: Int64
  let currency: Currency
  /// Of conversions that are not approved yet.
  let pending: Micros
  /// Approved, in no locked statement; with adjustments and what the last locked statement carried over.
  let open: Micros
  /// In locked statements that are not paid.
  let owed: Micros
  let paid: Micros

  var json: JSONValue {
    [
      "publisher_id": .int(publisherID), "currency": JSONValue(currency), "pending": JSONValue(pending),
      "open": JSONValue(open), "owed": JSONValue(owed), "paid": JSONValue(paid),
    ]
  }

  static let schema = Schema.object([
    .required("publisher_id", .integer), .required("currency", .string),
    .required("pending", Schema.money.described("Of conversions that are not approved yet.")),
    .required(
      "open", Schema.money.described("Approved and adjusted, in no locked statement; with what was carried over.")),
    .required("owed", Schema.money.described("In locked statements that are not paid.")),
    .required("paid", .money),
  ])
}

struct BalanceStore: Sendable {
  func balances(of publishers: [Int64], in scope: TenantScope) async throws -> [Balance] {
    let schema = scope.schema
    return try await scope.query(
      """
      WITH items AS (
        SELECT publisher_id, currency, 'pending' AS kind, amount_micros AS amount FROM \(schema).commissions
        WHERE publisher_id = ANY (\(publishers)) AND status = 'pending'
        UNION ALL
        SELECT c.publisher_id, c.currency, 'open', c.amount_micros FROM \(schema).commissions c
        WHERE c.publisher_id = ANY (\(publishers)) AND c.status = 'approved' AND NOT EXISTS (
          SELECT 1 FROM \(schema).payout_locks l WHERE l.statement_id = c.statement_id)
        UNION ALL
        SELECT a.publisher_id, a.currency, 'open', a.amount_micros FROM \(schema).commission_adjustments a
        WHERE a.publisher_id = ANY (\(publishers)) AND NOT EXISTS (
          SELECT 1 FROM \(schema).payout_locks l WHERE l.statement_id = a.statement_id)
        UNION ALL
        SELECT s.publisher_id, s.currency, CASE WHEN y.statement_id IS NULL THEN 'owed' ELSE 'paid' END, l.payable_micros
        FROM \(schema).payout_statements s
        JOIN \(schema).payout_locks l ON l.statement_id = s.id
        LEFT JOIN \(schema).payout_payments y ON y.statement_id = s.id
        WHERE s.publisher_id = ANY (\(publishers))
        UNION ALL
        SELECT publisher_id, currency, kind, amount FROM (
          SELECT DISTINCT ON (s.publisher_id, s.currency) s.publisher_id, s.currency, 'open' AS kind,
            l.carried_out_micros AS amount
          FROM \(schema).payout_statements s
          JOIN \(schema).payout_locks l ON l.statement_id = s.id
          WHERE s.publisher_id = ANY (\(publishers))
          ORDER BY s.publisher_id, s.currency, s.period_end DESC) carried
      )
      SELECT publisher_id, currency,
        COALESCE(sum(amount) FILTER (WHERE kind = 'pending'), 0)::bigint AS pending,
        COALESCE(sum(amount) FILTER (WHERE kind = 'open'), 0)::bigint AS open,
        COALESCE(sum(amount) FILTER (WHERE kind = 'owed'), 0)::bigint AS owed,
        COALESCE(sum(amount) FILTER (WHERE kind = 'paid'), 0)::bigint AS paid
      FROM items GROUP BY publisher_id, currency ORDER BY publisher_id, currency
      """
    ).map { row in
      Balance(
        publisherID: try row.get("publisher_id"), currency: try row.get("currency"),
        pending: try row.get("pending"), open: try row.get("open"), owed: try row.get("owed"),
        paid: try row.get("paid"))
    }
  }
}
