import Billing
import Core
import Database
import Licensing

/// All SQL on resellers and their agreements.
struct ResellerStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// - Returns: its id. The agreement is written with ``save(_:at:)``.
  func insert(
    customer: Int64, name: String, agreement: ResellerAgreement, portalDomain: String?, at now: Timestamp
  ) async throws(DatabaseError) -> Int64 {
    let row = try await database.one(
      """
      INSERT INTO license.resellers
        (customer_id, name, status, currency, wholesale, discount, max_licenses, max_instances, max_tenants, white_label,
         may_hide_powered_by, grace_days, portal_domain, created_at, updated_at)
      VALUES (\(customer), \(name), 'active', \(agreement.currency), \(agreement.wholesale.kind.rawValue),
        \(Self.discount(agreement)), \(agreement.maxLicenses), \(agreement.maxInstances), \(agreement.maxTenants),
        \(agreement.whiteLabel), \(agreement.mayHidePoweredBy), \(agreement.graceDays), \(portalDomain), \(now), \(now))
      RETURNING id
      """)
    let id: Int64 = try row.get("id")
    try await saveDetails(of: id, agreement)
    return id
  }

  func save(_ reseller: Reseller, at now: Timestamp) async throws(DatabaseError) {
    let agreement = reseller.agreement
    try await database.execute(
      """
      UPDATE license.resellers SET name = \(reseller.name), status = \(reseller.status),
        suspended_at = \(reseller.suspendedAt), grace_until = \(reseller.graceUntil),
        customers_cut_at = \(reseller.customersCutAt), wholesale = \(agreement.wholesale.kind.rawValue),
        discount = \(Self.discount(agreement)), max_licenses = \(agreement.maxLicenses),
        max_instances = \(agreement.maxInstances), max_tenants = \(agreement.maxTenants), white_label = \(agreement.whiteLabel),
        may_hide_powered_by = \(agreement.mayHidePoweredBy), grace_days = \(agreement.graceDays),
        portal_domain = \(reseller.portalDomain), updated_at = \(now)
      WHERE id = \(reseller.id)
      """)
    try await saveDetails(of: reseller.id, agreement)
  }

  private static func discount(_ agreement: ResellerAgreement) -> Int? {
    if case .percentage(let off) = agreement.wholesale { off } else { nil }
  }

  private func saveDetails(of id: Int64, _ agreement: ResellerAgreement) async throws(DatabaseError) {
    try await database.execute("DELETE FROM license.reseller_plans WHERE reseller_id = \(id)")
    try await database.execute(
      """
      INSERT INTO license.reseller_plans (reseller_id, plan_id)
      SELECT \(id), p.id FROM license.plans p WHERE p.slug = ANY(\(agreement.plans))
      """)
    try await database.execute("DELETE FROM license.reseller_wholesale_prices WHERE reseller_id = \(id)")
    switch agreement.wholesale {
    case .percentage: break
    case .fixed(let amounts):
      for (period, amount) in amounts { try await insertPrice(of: id, plan: nil, period, amount) }
    case .priceList(let amounts):
      for (item, amount) in amounts { try await insertPrice(of: id, plan: item.plan, item.period, amount) }
    }
  }

  private func insertPrice(
    of id: Int64, plan: String?, _ period: BillingPeriod, _ amount: Int64
  ) async throws(DatabaseError) {
    try await database.execute(
      """
      INSERT INTO license.reseller_wholesale_prices (reseller_id, plan_id, period, amount)
      VALUES (\(id), (SELECT p.id FROM license.plans p WHERE p.slug = \(plan)), \(period), \(amount))
      """)
  }

  func find(_ id: Int64) async throws(DatabaseError) -> Reseller? {
    try await resellers("WHERE r.id = \(id)").first
  }

  /// The same, and nobody sells, renews or bills for it until the transaction ends.
  func lock(_ id: Int64) async throws(DatabaseError) -> Reseller? {
    try await database.execute("SELECT id FROM license.resellers WHERE id = \(id) FOR UPDATE")
    return try await find(id)
  }

  func isTaken(portalDomain: String, besides id: Int64?) async throws(DatabaseError) -> Bool {
    try await database.first(
      """
      SELECT id FROM license.resellers
      WHERE portal_domain = \(portalDomain) AND (\(id)::bigint IS NULL OR id <> \(id))
      """) != nil
  }

  /// The resellers a request asks for (`status=`, `q` in name and address), the newest first; the cursor is an id.
  func list(_ page: PageRequest) async throws(DatabaseError) -> Page<Reseller> {
    let after = page.cursor.flatMap { Int64($0) }
    let pattern = page.q.map { "%\(LikePattern.escaped($0))%" }
    let found = try await resellers(
      """
      WHERE (\(after)::bigint IS NULL OR r.id < \(after))
        AND (\(page.filters["status"])::text IS NULL OR r.status = \(page.filters["status"]))
        AND (\(pattern)::text IS NULL OR r.name ILIKE \(pattern) OR c.email ILIKE \(pattern))
      ORDER BY r.id DESC LIMIT \(page.limit + 1)
      """)
    return Page(fetched: found, limit: page.limit) { String($0.id) }
  }

  /// Suspended ones whose customers' grace is over and who have not been cut off yet.
  func dueForCut(at now: Timestamp) async throws(DatabaseError) -> [Int64] {
    try await ids(
      """
      SELECT id FROM license.resellers
      WHERE status = 'suspended' AND grace_until <= \(now) AND customers_cut_at IS NULL ORDER BY id LIMIT 500
      """)
  }

  /// What all its customers have together at `now`. Revoked licences and those that are over do not count.
  func use(of id: Int64, at now: Timestamp) async throws(DatabaseError) -> ResellerEntitlement {
    let row = try await database.one(
      """
      SELECT count(*)::int AS licenses, coalesce(sum(l.max_instances), 0)::int AS instances,
        array_remove(array_agg(DISTINCT p.slug), NULL) AS plans
      FROM license.reseller_licenses s
      JOIN license.licenses l ON l.id = s.license_id
      JOIN license.plans p ON p.id = l.plan_id
      WHERE s.reseller_id = \(id) AND l.status <> 'revoked'
        AND (l.overdue_until IS NULL OR l.overdue_until > \(now))
      """)
    return ResellerEntitlement(
      plans: Set(try row.get("plans", as: [String]?.self) ?? []), licenses: try row.get("licenses"),
      instances: try row.get("instances"))
  }

  /// Gives the right to a brand to all licences that it sold, or takes it.
  func setWhiteLabel(_ isAllowed: Bool, ofLicensesOf id: Int64, at now: Timestamp) async throws(DatabaseError) {
    let feature = Feature.whiteLabel.rawValue
    let features: SQL =
      isAllowed
      ? """
      coalesce(l.overrides->'features', '[]'::jsonb) || to_jsonb(ARRAY[\(feature)::text])
      """
      : "coalesce(l.overrides->'features', '[]'::jsonb) - \(feature)::text"
    try await database.execute(
      """
      UPDATE license.licenses l SET overrides = jsonb_set(l.overrides, '{features}', \(features)), updated_at = \(now)
      FROM license.reseller_licenses s
      WHERE s.license_id = l.id AND s.reseller_id = \(id)
        AND (coalesce(l.overrides->'features', '[]'::jsonb) @> to_jsonb(ARRAY[\(feature)::text])) <> \(isAllowed)
      """)
  }

  private func ids(_ sql: SQL) async throws(DatabaseError) -> [Int64] {
    var ids: [Int64] = []
    for row in try await database.query(sql) { ids.append(try row.get("id")) }
    return ids
  }

  private func resellers(_ condition: SQL) async throws(DatabaseError) -> [Reseller] {
    let rows = try await database.query(
      """
      SELECT r.id, r.customer_id, c.email, r.name, r.status, r.suspended_at, r.grace_until, r.customers_cut_at,
        r.currency, r.wholesale, r.discount, r.max_licenses, r.max_instances, r.max_tenants, r.white_label,
        r.may_hide_powered_by, r.grace_days, r.portal_domain, r.created_at,
        ARRAY(SELECT p.slug FROM license.reseller_plans x JOIN license.plans p ON p.id = x.plan_id
          WHERE x.reseller_id = r.id ORDER BY p.rank) AS plans,
        (SELECT jsonb_agg(jsonb_build_object('plan', p.slug, 'period', w.period, 'amount', w.amount))
          FROM license.reseller_wholesale_prices w LEFT JOIN license.plans p ON p.id = w.plan_id
          WHERE w.reseller_id = r.id) AS prices
      FROM license.resellers r JOIN license.customers c ON c.id = r.customer_id \(condition)
      """)
    var resellers: [Reseller] = []
    for row in rows { resellers.append(try Reseller(row)) }
    return resellers
  }
}

extension Reseller {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    let prices = try row.get("prices", as: JSONValue?.self)?.arrayValue ?? []
    let agreement = ResellerAgreement(
      currency: try row.get("currency"),
      wholesale: WholesalePricing(kind: try row.get("wholesale"), discount: try row.get("discount"), prices: prices),
      plans: try row.get("plans"), maxLicenses: try row.get("max_licenses"),
      maxInstances: try row.get("max_instances"), maxTenants: try row.get("max_tenants"),
      whiteLabel: try row.get("white_label"),
      mayHidePoweredBy: try row.get("may_hide_powered_by"), graceDays: try row.get("grace_days"))
    self.init(
      id: try row.get("id"), customerID: try row.get("customer_id"), email: try row.get("email"),
      name: try row.get("name"), status: try row.get("status"), suspendedAt: try row.get("suspended_at"),
      graceUntil: try row.get("grace_until"), customersCutAt: try row.get("customers_cut_at"), agreement: agreement,
      portalDomain: try row.get("portal_domain"), createdAt: try row.get("created_at"))
  }
}

extension WholesalePricing {
  fileprivate init(kind: String, discount: Int?, prices: [JSONValue]) {
    let rows = prices.compactMap { price -> (plan: String?, period: BillingPeriod, amount: Int64)? in
      guard let period = price["period"]?.stringValue.flatMap(BillingPeriod.init),
        let amount = price["amount"]?.intValue
      else { return nil }
      return (price["plan"]?.stringValue, period, amount)
    }
    switch Kind(rawValue: kind) {
    case .fixed?: self = .fixed(Dictionary(rows.map { ($0.period, $0.amount) }) { first, _ in first })
    case .priceList?:
      let items = rows.compactMap { row in row.plan.map { (Item(plan: $0, period: row.period), row.amount) } }
      self = .priceList(Dictionary(items) { first, _ in first })
    case .percentage?, nil: self = .percentage(off: discount ?? 0)
    }
  }
}
