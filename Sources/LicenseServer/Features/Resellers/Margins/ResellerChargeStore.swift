import Billing
import Core
import Database

/// All SQL on the margin ledger and the statements.
struct ResellerChargeStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// A period that begins. A second charge for the same start of the same licence is refused by the database.
  struct Draft: Sendable {
    let reseller: Int64
    let license: License
    let period: BillingPeriod
    let start: Timestamp
    let end: Timestamp
    let wholesale: Money
    let retail: Money
  }

  func insert(_ draft: Draft, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.reseller_charges
        (reseller_id, license_id, customer_id, plan_id, period, period_start, period_end, currency, wholesale, retail,
         charged_at)
      VALUES (\(draft.reseller), \(draft.license.id), \(draft.license.customerID), \(draft.license.plan.id),
        \(draft.period), \(draft.start), \(draft.end), \(draft.wholesale.currency), \(draft.wholesale.minorUnits),
        \(draft.retail.minorUnits), \(now))
      """)
  }

  /// The margin ledger (`month=2026-11`, `license_id=`), the newest first; the cursor is an id.
  func list(_ page: PageRequest, of reseller: Int64) async throws -> Page<ResellerCharge> {
    let after = page.cursor.flatMap { Int64($0) }
    let license = page.filters["license_id"].map { Int64($0) ?? 0 }
    let month = try page.filters["month"].map { text throws(Problem) in
      guard let month = LocalDate("\(text)-01") else {
        throw Problem.invalid("month", "month", "must be a month such as 2026-11")
      }
      return month
    }
    let rows = try await database.query(
      """
      SELECT h.id, h.license_id, c.email, p.slug, h.period, h.period_start, h.period_end, h.currency, h.wholesale,
        h.retail, h.charged_at, h.statement_id
      FROM license.reseller_charges h JOIN license.customers c ON c.id = h.customer_id
      JOIN license.plans p ON p.id = h.plan_id
      WHERE h.reseller_id = \(reseller) AND (\(after)::bigint IS NULL OR h.id < \(after))
        AND (\(license)::bigint IS NULL OR h.license_id = \(license))
        AND (\(month?.utcMidnight)::timestamptz IS NULL
          OR (h.charged_at >= \(month?.utcMidnight) AND h.charged_at < \(month?.nextMonth.utcMidnight)))
      ORDER BY h.id DESC LIMIT \(page.limit + 1)
      """)
    var charges: [ResellerCharge] = []
    for row in rows { charges.append(try ResellerCharge(row)) }
    return Page(fetched: charges, limit: page.limit) { String($0.id) }
  }

  /// What is charged and stands on no statement yet.
  func open(of reseller: Int64, in currency: Currency) async throws(DatabaseError) -> (wholesale: Money, retail: Money)
  {
    let row = try await database.one(
      """
      SELECT coalesce(sum(wholesale), 0)::bigint AS wholesale, coalesce(sum(retail), 0)::bigint AS retail
      FROM license.reseller_charges
      WHERE reseller_id = \(reseller) AND statement_id IS NULL AND currency = \(currency)
      """)
    return (
      Money(minorUnits: try row.get("wholesale"), currency: currency),
      Money(minorUnits: try row.get("retail"), currency: currency)
    )
  }

  /// The resellers with charges from before `end` that stand on no statement.
  func resellersToBill(before end: Timestamp) async throws(DatabaseError) -> [Int64] {
    let rows = try await database.query(
      """
      SELECT DISTINCT reseller_id FROM license.reseller_charges
      WHERE statement_id IS NULL AND charged_at < \(end) ORDER BY reseller_id LIMIT 1000
      """)
    var ids: [Int64] = []
    for row in rows { ids.append(try row.get("reseller_id")) }
    return ids
  }

  /// What a statement says about charges that are alike.
  struct Group: Sendable {
    let plan: String
    let period: BillingPeriod
    let wholesale: Int64
    let retail: Int64
    let count: Int64
  }

  /// The open charges from before `end`, those of one plan, period and wholesale price together.
  func groups(of reseller: Int64, before end: Timestamp) async throws(DatabaseError) -> [Group] {
    let rows = try await database.query(
      """
      SELECT p.name, h.period, h.wholesale, sum(h.retail)::bigint AS retail, count(*) AS count
      FROM license.reseller_charges h JOIN license.plans p ON p.id = h.plan_id
      WHERE h.reseller_id = \(reseller) AND h.statement_id IS NULL AND h.charged_at < \(end)
      GROUP BY p.rank, p.name, h.period, h.wholesale ORDER BY p.rank, h.period, h.wholesale
      """)
    var groups: [Group] = []
    for row in rows {
      groups.append(
        Group(
          plan: try row.get("name"), period: try row.get("period"), wholesale: try row.get("wholesale"),
          retail: try row.get("retail"), count: try row.get("count")))
    }
    return groups
  }

  func hasStatement(of reseller: Int64, for month: LocalDate) async throws(DatabaseError) -> Bool {
    try await database.first(
      "SELECT id FROM license.reseller_statements WHERE reseller_id = \(reseller) AND month = \(month)") != nil
  }

  /// Writes the statement and puts the open charges from before `end` on it.
  func insertStatement(
    of reseller: Int64, for month: LocalDate, wholesale: Money, retail: Money, periods: Int64, invoice: Int64?,
    before end: Timestamp, at now: Timestamp
  ) async throws(DatabaseError) -> Int64 {
    let row = try await database.one(
      """
      INSERT INTO license.reseller_statements
        (reseller_id, month, currency, wholesale, retail, periods, invoice_id, issued_at)
      VALUES (\(reseller), \(month), \(wholesale.currency), \(wholesale.minorUnits), \(retail.minorUnits),
        \(periods)::int, \(invoice), \(now))
      RETURNING id
      """)
    let id: Int64 = try row.get("id")
    try await database.execute(
      """
      UPDATE license.reseller_charges SET statement_id = \(id)
      WHERE reseller_id = \(reseller) AND statement_id IS NULL AND charged_at < \(end)
      """)
    return id
  }

  func statement(_ id: Int64, of reseller: Int64) async throws -> ResellerStatement? {
    try await statements("WHERE s.id = \(id) AND s.reseller_id = \(reseller)").first
  }

  /// The statements of a reseller, the newest first; the cursor is an id.
  func statements(_ page: PageRequest, of reseller: Int64) async throws -> Page<ResellerStatement> {
    let after = page.cursor.flatMap { Int64($0) }
    let found = try await statements(
      """
      WHERE s.reseller_id = \(reseller) AND (\(after)::bigint IS NULL OR s.id < \(after))
      ORDER BY s.id DESC LIMIT \(page.limit + 1)
      """)
    return Page(fetched: found, limit: page.limit) { String($0.id) }
  }

  private func statements(_ condition: SQL) async throws -> [ResellerStatement] {
    let rows = try await database.query(
      """
      SELECT s.id, s.reseller_id, s.month, s.currency, s.wholesale, s.retail, s.periods, s.invoice_id, i.number,
        i.status AS invoice_status, s.issued_at
      FROM license.reseller_statements s LEFT JOIN license.invoices i ON i.id = s.invoice_id \(condition)
      """)
    var statements: [ResellerStatement] = []
    for row in rows { statements.append(try ResellerStatement(row)) }
    return statements
  }
}

extension ResellerCharge {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    let currency: Currency = try row.get("currency")
    self.init(
      id: try row.get("id"), licenseID: try row.get("license_id"), customerEmail: try row.get("email"),
      plan: try row.get("slug"), period: try row.get("period"), start: try row.get("period_start"),
      end: try row.get("period_end"), wholesale: Money(minorUnits: try row.get("wholesale"), currency: currency),
      retail: Money(minorUnits: try row.get("retail"), currency: currency), chargedAt: try row.get("charged_at"),
      statementID: try row.get("statement_id"))
  }
}

extension ResellerStatement {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    let currency: Currency = try row.get("currency")
    self.init(
      id: try row.get("id"), resellerID: try row.get("reseller_id"), month: try row.get("month"),
      wholesale: Money(minorUnits: try row.get("wholesale"), currency: currency),
      retail: Money(minorUnits: try row.get("retail"), currency: currency), periods: try row.get("periods"),
      invoiceID: try row.get("invoice_id"), invoiceNumber: try row.get("number"),
      invoiceStatus: try row.get("invoice_status"), issuedAt: try row.get("issued_at"))
  }
}

extension LocalDate {
  /// The first day of the month after.
  var nextMonth: LocalDate {
    LocalDate(year: month == 12 ? year + 1 : year, month: month % 12 + 1, day: 1) ?? self
  }
}
