public import Core
public import Database

/// All SQL on tax rates.
public struct TaxRateStore: Sendable {
  private let database: any SQLExecutor

  public init(_ database: any SQLExecutor) { self.database = database }

  /// A new rate; the one that its country had before is not charged any more. To be called in a transaction.
  public func create(
    name: String, country: String, rate: Rate, isInclusive: Bool, hasReverseCharge: Bool, at now: Timestamp
  ) async throws(DatabaseError) -> TaxRate {
    try await database.execute(
      "UPDATE license.tax_rates SET is_active = false WHERE country = \(country) AND is_active")
    return try TaxRate(
      await database.one(
        """
        INSERT INTO license.tax_rates (name, country, rate, is_inclusive, has_reverse_charge, created_at)
        VALUES (\(name), \(country), \(rate.millionths)::int, \(isInclusive), \(hasReverseCharge), \(now))
        RETURNING \(TaxRate.columns)
        """))
  }

  /// No more invoices get it; those that have it keep it. Nil when there is none.
  public func retire(_ id: Int64) async throws(DatabaseError) -> TaxRate? {
    let row = try await database.first(
      "UPDATE license.tax_rates SET is_active = false WHERE id = \(id) RETURNING \(TaxRate.columns)")
    guard let row else { return nil }
    return try TaxRate(row)
  }

  public func find(_ id: Int64) async throws(DatabaseError) -> TaxRate? {
    let row = try await database.first("SELECT \(TaxRate.columns) FROM license.tax_rates WHERE id = \(id)")
    guard let row else { return nil }
    return try TaxRate(row)
  }

  /// The rates a request asks for (`country=`), the newest first; the cursor is an id.
  public func list(_ page: PageRequest) async throws(DatabaseError) -> Page<TaxRate> {
    let after = page.cursor.flatMap { Int64($0) }
    let country = page.filters["country"]?.uppercased()
    let rows = try await database.query(
      """
      SELECT \(TaxRate.columns) FROM license.tax_rates
      WHERE (\(after)::bigint IS NULL OR id < \(after)) AND (\(country)::text IS NULL OR country = \(country))
      ORDER BY id DESC LIMIT \(page.limit + 1)
      """)
    var rates: [TaxRate] = []
    for row in rows { rates.append(try TaxRate(row)) }
    return Page(fetched: rates, limit: page.limit) { String($0.id) }
  }

  /// What a customer is charged now, by the country of his billing details: none without one.
  public func treatment(of details: BillingDetails) async throws(DatabaseError) -> TaxTreatment {
    guard let country = details.country else { return .none }
    let row = try await database.first(
      "SELECT \(TaxRate.columns) FROM license.tax_rates WHERE country = \(country) AND is_active")
    guard let row else { return .none }
    return TaxTreatment(try TaxRate(row), for: details)
  }
}

extension TaxRate {
  fileprivate static let columns: SQL =
    "id, name, country, rate::bigint AS rate, is_inclusive, has_reverse_charge, is_active, created_at"

  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      id: try row.get("id"), name: try row.get("name"), country: try row.get("country"),
      rate: Rate(millionths: try row.get("rate")) ?? .zero, isInclusive: try row.get("is_inclusive"),
      hasReverseCharge: try row.get("has_reverse_charge"), isActive: try row.get("is_active"),
      createdAt: try row.get("created_at"))
  }
}
