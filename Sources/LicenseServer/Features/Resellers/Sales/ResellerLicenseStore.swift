import Billing
import Core
import Database

/// All SQL on the licences that resellers sold. Every look-up names the reseller: another's licence is no different from
/// one that does not exist.
struct ResellerLicenseStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// How a licence is sold and goes on.
  struct Terms: Sendable {
    var period: BillingPeriod
    var retail: Int64
    var anchor: Timestamp
    var periodEnd: Timestamp
  }

  func insert(license: Int64, reseller: Int64, _ terms: Terms, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.reseller_licenses
        (license_id, reseller_id, period, retail, renews, anchor_at, period_end, created_at)
      VALUES (\(license), \(reseller), \(terms.period), \(terms.retail), true, \(terms.anchor), \(terms.periodEnd),
        \(now))
      """)
  }

  func setRenewal(_ renews: Bool, of license: Int64) async throws(DatabaseError) {
    try await database.execute(
      "UPDATE license.reseller_licenses SET renews = \(renews) WHERE license_id = \(license)")
  }

  func set(_ license: Int64, retail: Int64) async throws(DatabaseError) {
    try await database.execute(
      "UPDATE license.reseller_licenses SET retail = \(retail) WHERE license_id = \(license)")
  }

  func advance(_ license: Int64, anchor: Timestamp, to end: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.reseller_licenses SET anchor_at = \(anchor), period_end = \(end) WHERE license_id = \(license)
      """)
  }

  func markSuspended(_ isSuspended: Bool, with license: Int64) async throws(DatabaseError) {
    try await database.execute(
      "UPDATE license.reseller_licenses SET suspended_with = \(isSuspended) WHERE license_id = \(license)")
  }

  func find(_ id: Int64, of reseller: Int64) async throws -> ResellerLicense? {
    try await licenses("WHERE s.license_id = \(id) AND s.reseller_id = \(reseller)").first
  }

  /// The licences a request asks for (`customer_id=`), the newest first; the cursor is an id.
  func list(_ page: PageRequest, of reseller: Int64) async throws -> Page<ResellerLicense> {
    let after = page.cursor.flatMap { Int64($0) }
    let customer = page.filters["customer_id"].map { Int64($0) ?? 0 }
    let pattern = page.q.map { "%\(LikePattern.escaped($0))%" }
    let found = try await licenses(
      """
      JOIN license.licenses l ON l.id = s.license_id JOIN license.customers c ON c.id = l.customer_id
      WHERE s.reseller_id = \(reseller) AND (\(after)::bigint IS NULL OR s.license_id < \(after))
        AND (\(customer)::bigint IS NULL OR l.customer_id = \(customer))
        AND (\(pattern)::text IS NULL OR c.email ILIKE \(pattern))
      ORDER BY s.license_id DESC LIMIT \(page.limit + 1)
      """)
    return Page(fetched: found, limit: page.limit) { String($0.id) }
  }

  /// Whose newest period is over and that another follows, the oldest first; of one reseller or of all active ones.
  func due(at now: Timestamp, of reseller: Int64? = nil) async throws(DatabaseError) -> [(
    license: Int64, reseller: Int64
  )] {
    let rows = try await database.query(
      """
      SELECT s.license_id, s.reseller_id FROM license.reseller_licenses s
      JOIN license.resellers r ON r.id = s.reseller_id
      WHERE s.renews AND s.period_end <= \(now) AND r.status = 'active'
        AND (\(reseller)::bigint IS NULL OR s.reseller_id = \(reseller))
      ORDER BY s.period_end, s.license_id LIMIT 500
      """)
    var due: [(Int64, Int64)] = []
    for row in rows { due.append((try row.get("license_id"), try row.get("reseller_id"))) }
    return due
  }

  /// The licences of a reseller that are in use, or that were suspended with it.
  func ids(of reseller: Int64, suspendedWith: Bool, at now: Timestamp) async throws(DatabaseError) -> [Int64] {
    let wanted: SQL =
      suspendedWith
      ? "s.suspended_with" : "l.status = 'active' AND (l.overdue_until IS NULL OR l.overdue_until > \(now))"
    let rows = try await database.query(
      """
      SELECT s.license_id FROM license.reseller_licenses s JOIN license.licenses l ON l.id = s.license_id
      WHERE s.reseller_id = \(reseller) AND \(wanted) ORDER BY s.license_id
      """)
    var ids: [Int64] = []
    for row in rows { ids.append(try row.get("license_id")) }
    return ids
  }

  /// The plans that the licence's reseller may sell; nil for a licence that no reseller has sold.
  func agreedPlans(of license: Int64) async throws(DatabaseError) -> [String]? {
    try await database.scalar(
      """
      SELECT ARRAY(
        SELECT p.slug FROM license.reseller_plans x JOIN license.plans p ON p.id = x.plan_id
        WHERE x.reseller_id = s.reseller_id) AS plans
      FROM license.reseller_licenses s WHERE s.license_id = \(license)
      """)
  }

  /// Keeps the licences that end before `until` usable to then.
  func extendGrace(of reseller: Int64, until: Timestamp, at now: Timestamp) async throws(DatabaseError) {
    try await database.execute(
      """
      UPDATE license.licenses l SET overdue_until = \(until), updated_at = \(now)
      FROM license.reseller_licenses s
      WHERE s.license_id = l.id AND s.reseller_id = \(reseller) AND l.status = 'active' AND l.overdue_until > \(now)
        AND l.overdue_until < \(until)
      """)
  }

  private func licenses(_ condition: SQL) async throws -> [ResellerLicense] {
    let rows = try await database.query(
      """
      SELECT s.license_id, s.reseller_id, s.period, s.retail, s.renews, s.anchor_at, s.period_end, s.suspended_with,
        (SELECT r.currency FROM license.resellers r WHERE r.id = s.reseller_id) AS currency
      FROM license.reseller_licenses s \(condition)
      """)
    var ids: [Int64] = []
    for row in rows { ids.append(try row.get("license_id")) }
    let found = Dictionary(
      try await LicenseStore(database).all(ids: ids).map { ($0.id, $0) }
    ) { first, _ in first }
    var licenses: [ResellerLicense] = []
    for row in rows {
      guard let license = found[try row.get("license_id")] else { continue }
      licenses.append(
        ResellerLicense(
          license: license, resellerID: try row.get("reseller_id"), period: try row.get("period"),
          retail: Money(minorUnits: try row.get("retail"), currency: try row.get("currency")),
          renews: try row.get("renews"), anchor: try row.get("anchor_at"), periodEnd: try row.get("period_end"),
          isSuspendedWithReseller: try row.get("suspended_with")))
    }
    return licenses
  }
}
