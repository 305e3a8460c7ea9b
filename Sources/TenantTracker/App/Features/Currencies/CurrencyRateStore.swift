import Analytics
import Conversions
import Core
import Database

/// All SQL on rates between currencies.
struct CurrencyRateStore: Sendable {
  private static let columns: SQL = "day, base, currency, rate, origin, updated_at"

  /// The rates that a conversion's value takes. Asks the database only where another currency is involved.
  /// - Parameter time: the conversion's.
  func rates(
    for payout: Money, _ terms: ConversionTerms, at time: Timestamp, in executor: any SQLExecutor, schema: SchemaName
  ) async throws(DatabaseError) -> DayRates {
    var foreign: Set<Currency> = [payout.currency]
    if terms.cost.model == .cpa { foreign.insert(terms.cost.currency) }
    foreign.remove(terms.currency)
    guard !foreign.isEmpty else { return DayRates(into: terms.currency) }
    let day = time.rateDay
    let table = try await table(day...day, in: executor, schema: schema)
    return DayRates(table, of: foreign, into: terms.currency, on: day)
  }

  /// All that may serve these days.
  func table(
    _ days: ClosedRange<LocalDate>, in executor: any SQLExecutor, schema: SchemaName
  ) async throws(DatabaseError) -> RateTable {
    let rows = try await executor.query(
      """
      SELECT \(Self.columns) FROM \(schema).currency_rates
      WHERE day >= \(days.lowerBound.adding(days: -RateTable.reach)) AND day <= \(days.upperBound)
      """)
    var quotes: [RateQuote] = []
    for row in rows { if let rate = try Self.rate(row) { quotes.append(rate.quote) } }
    return RateTable(quotes)
  }

  struct Filter: Sendable {
    var day: LocalDate?
    var currency: Currency?
  }

  /// The newest day first.
  func page(
    _ filter: Filter, limit: Int, after cursor: CurrencyRate.Key?, of scope: TenantScope
  ) async throws(DatabaseError) -> Page<CurrencyRate> {
    var conditions: [SQL] = ["true"]
    if let day = filter.day { conditions.append("day = \(day)") }
    if let currency = filter.currency { conditions.append("(base = \(currency) OR currency = \(currency))") }
    if let cursor {
      conditions.append(
        """
        (day < \(cursor.day) OR (day = \(cursor.day) AND (base, currency) > (\(cursor.base), \(cursor.currency))))
        """)
    }
    let rows = try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).currency_rates
      WHERE \(SQL.joined(conditions, separator: " AND ")) ORDER BY day DESC, base, currency LIMIT \(limit + 1)
      """)
    var rates: [CurrencyRate] = []
    for row in rows { if let rate = try Self.rate(row) { rates.append(rate) } }
    return Page(fetched: rates, limit: limit) { $0.cursor }
  }

  /// Adds rates or replaces those of the same day and currencies. What was entered by hand gives way to nothing but
  /// another entry.
  /// - Returns: how many were written.
  func save(
    _ quotes: [RateQuote], _ origin: CurrencyRate.Origin, at time: Timestamp, in executor: any SQLExecutor,
    schema: SchemaName
  ) async throws(DatabaseError) -> Int {
    var count = 0
    // In one order over all parts, so that two imports at once never wait for each other in a ring.
    let quotes = quotes.sorted {
      ($0.day, $0.base.code, $0.currency.code) < ($1.day, $1.base.code, $1.currency.code)
    }
    for start in stride(from: 0, to: quotes.count, by: 500) {
      let part = quotes[start..<min(start + 500, quotes.count)]
      let change: SQL = """
        INSERT INTO \(schema).currency_rates AS r (\(Self.columns))
        SELECT q.day, q.base, q.currency, q.rate, \(origin.rawValue), \(time)
        FROM unnest(\(part.map(\.day)), \(part.map(\.base.code)), \(part.map(\.currency.code)),
          \(part.map(\.rate.rawValue))) AS q (day, base, currency, rate)
        ORDER BY q.day, q.base, q.currency
        ON CONFLICT (day, base, currency) DO UPDATE
          SET rate = EXCLUDED.rate, origin = EXCLUDED.origin, updated_at = EXCLUDED.updated_at
          WHERE r.origin = 'ecb' OR EXCLUDED.origin <> 'ecb'
        RETURNING day
        """
      count += try await Self.marking(change, in: executor, schema)
    }
    return count
  }

  func remove(
    _ key: CurrencyRate.Key, in executor: any SQLExecutor, schema: SchemaName
  ) async throws(DatabaseError) -> Bool {
    let change: SQL = """
      DELETE FROM \(schema).currency_rates
      WHERE day = \(key.day) AND base = \(key.base) AND currency = \(key.currency) RETURNING day
      """
    return try await Self.marking(change, in: executor, schema) == 1
  }

  /// Changes rates and, in the same statement, marks the clicks that were rolled up with those before.
  private static func marking(
    _ change: SQL, in executor: any SQLExecutor, _ schema: SchemaName
  ) async throws(DatabaseError) -> Int {
    let rows = try await executor.query(RollupMark.rates(changedBy: change, reach: RateTable.reach, schema: schema))
    return try rows.first?.get("count") ?? 0
  }

  func newest(_ origin: CurrencyRate.Origin, of scope: TenantScope) async throws(DatabaseError) -> LocalDate? {
    try await scope.first(
      """
      SELECT day FROM \(scope.schema).currency_rates WHERE origin = \(origin.rawValue) ORDER BY day DESC LIMIT 1
      """)?.get("day")
  }

  /// When rates were last changed; nil while there are none.
  func lastChange(of scope: TenantScope) async throws(DatabaseError) -> Timestamp? {
    try await scope.one("SELECT max(updated_at) AS at FROM \(scope.schema).currency_rates").get("at")
  }

  // What waits for rates

  /// Money whose day's rate is missing.
  struct Missing: Sendable {
    let currency: Currency
    let conversions: Int64
    let since: Timestamp
  }

  func missing(of scope: TenantScope) async throws(DatabaseError) -> [Missing] {
    let rows = try await scope.query(
      """
      SELECT currency, count(*) AS count, min(created_at) AS since FROM \(scope.schema).conversions
      WHERE rate_missing GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 20
      """)
    var missing: [Missing] = []
    for row in rows {
      missing.append(
        Missing(currency: try row.get("currency"), conversions: try row.get("count"), since: try row.get("since")))
    }
    return missing
  }

  private static func rate(_ row: Row) throws(DatabaseError) -> CurrencyRate? {
    guard let rate = ExchangeRate(rawValue: try row.get("rate")) else { return nil }
    return CurrencyRate(
      quote: RateQuote(
        day: try row.get("day"), base: try row.get("base"), currency: try row.get("currency"), rate: rate),
      origin: CurrencyRate.Origin(rawValue: try row.get("origin")) ?? .manual, updatedAt: try row.get("updated_at"))
  }
}

extension CurrencyRate {
  struct Key: Sendable, Hashable {
    var day: LocalDate
    var base: Currency
    var currency: Currency

    init(day: LocalDate, base: Currency, currency: Currency) {
      self.day = day
      self.base = base
      self.currency = currency
    }

    /// As ``CurrencyRate/cursor`` writes it.
    init?(_ text: String) {
      let parts = text.split(separator: "_", omittingEmptySubsequences: false)
      guard parts.count == 3, let day = LocalDate(parts[0]), let base = Currency(parts[1]),
        let currency = Currency(parts[2])
      else { return nil }
      self.init(day: day, base: base, currency: currency)
    }
  }
}
