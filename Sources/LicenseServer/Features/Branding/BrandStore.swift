import Core
import Database
import Licensing

/// All SQL on brands.
struct BrandStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// - Parameter domain: lower case; nil for the brand of all other domains.
  func save(
    _ settings: Branding, for domain: String?, of owner: BrandOwner, at now: Timestamp
  ) async throws(DatabaseError) -> Int64 {
    let hash = domain.map { InstanceIdentity(id: "", domain: $0).domainHash }
    let known: Int64? = try await database.scalar("SELECT b.id FROM license.brands b WHERE \(Self.of(owner, domain))")
    if let known {
      try await database.execute(
        "UPDATE license.brands SET settings = \(settings.json), updated_at = \(now) WHERE id = \(known)")
      return known
    }
    let row = try await database.one(
      """
      INSERT INTO license.brands (reseller_id, customer_id, domain, domain_hash, settings, created_at, updated_at)
      VALUES (\(owner.resellerID), \(owner.customerID), \(domain), \(hash), \(settings.json), \(now), \(now))
      RETURNING id
      """)
    return try row.get("id")
  }

  func find(for domain: String?, of owner: BrandOwner) async throws(DatabaseError) -> Brand? {
    try await brands("WHERE \(Self.of(owner, domain))").first
  }

  func find(_ id: Int64, of owner: BrandOwner) async throws(DatabaseError) -> Brand? {
    try await brands("WHERE b.id = \(id) AND \(Self.of(owner))").first
  }

  /// Whoever's it is: for the files, whose names cannot be guessed.
  func find(_ id: Int64) async throws(DatabaseError) -> Brand? {
    try await brands("WHERE b.id = \(id)").first
  }

  /// The one without a domain first.
  func all(of owner: BrandOwner) async throws(DatabaseError) -> [Brand] {
    try await brands("WHERE \(Self.of(owner)) ORDER BY b.domain NULLS FIRST LIMIT \(BrandDesk.maxBrands + 1)")
  }

  func delete(_ id: Int64) async throws(DatabaseError) {
    try await database.execute("DELETE FROM license.brands WHERE id = \(id)")
  }

  /// What a tracker on this licence and domain is to look like. A customer's own brand goes before its reseller's, one
  /// for the domain before one for all; a reseller's customer has an own one only if its plan has the feature.
  func forLease(of license: Int64, domainHash: String?) async throws(DatabaseError) -> Branding? {
    let row = try await database.first(
      """
      SELECT b.settings, (b.customer_id IS NOT NULL OR r.may_hide_powered_by) AS may_hide
      FROM license.licenses l
      JOIN license.customers c ON c.id = l.customer_id
      LEFT JOIN license.resellers r ON r.id = c.reseller_id
      JOIN license.brands b ON b.customer_id = c.id OR (b.reseller_id = r.id AND r.white_label)
      WHERE l.id = \(license) AND (b.domain IS NULL OR b.domain_hash = \(domainHash))
        AND (b.customer_id IS NULL OR r.id IS NULL OR EXISTS (
          SELECT 1 FROM license.plan_features f
          WHERE f.plan_id = l.plan_id AND f.feature = \(Feature.whiteLabel.rawValue)))
      ORDER BY b.customer_id IS NOT NULL DESC, b.domain IS NOT NULL DESC LIMIT 1
      """)
    guard let row else { return nil }
    return try Self.settings(row)
  }

  /// The brand of a reseller's portal, if the host is one.
  func forHost(_ host: String) async throws(DatabaseError) -> HostBrand? {
    let row = try await database.first(
      """
      SELECT r.id AS reseller_id, b.id, b.settings, r.may_hide_powered_by AS may_hide
      FROM license.resellers r
      LEFT JOIN license.brands b ON r.white_label AND b.reseller_id = r.id
        AND (b.domain IS NULL OR b.domain = r.portal_domain)
      WHERE r.portal_domain = \(host)
      ORDER BY b.domain IS NOT NULL DESC LIMIT 1
      """)
    guard let row else { return nil }
    let reseller: Int64 = try row.get("reseller_id")
    guard let id = try row.get("id", as: Int64?.self), let settings = try Self.settings(row) else {
      return HostBrand(settings: .trackily, files: nil, resellerID: reseller)
    }
    return HostBrand(settings: settings, files: BrandFiles(brandID: id, settings: settings), resellerID: reseller)
  }

  /// What a customer's, or a reseller's own, mails look like and where its portal is; nil for our own look and place.
  func forMail(
    customer: Int64?, reseller: Int64?
  ) async throws(DatabaseError) -> (brand: Brand?, portalDomain: String?)? {
    let row = try await database.first(
      """
      SELECT b.id, b.domain, b.settings, b.updated_at, r.portal_domain,
        (b.customer_id IS NOT NULL OR r.may_hide_powered_by) AS may_hide
      FROM (SELECT \(customer)::bigint AS customer_id, coalesce(\(reseller)::bigint,
          (SELECT c.reseller_id FROM license.customers c WHERE c.id = \(customer))) AS reseller_id) x
      LEFT JOIN license.resellers r ON r.id = x.reseller_id
      LEFT JOIN license.brands b ON b.domain IS NULL
        AND ((r.white_label AND b.reseller_id = r.id) OR (r.id IS NULL AND b.customer_id = x.customer_id))
      LIMIT 1
      """)
    guard let row else { return nil }
    let domain: String? = try row.get("portal_domain")
    guard let id = try row.get("id", as: Int64?.self), let settings = try Self.settings(row) else {
      return (nil, domain)
    }
    return (Brand(id: id, domain: nil, settings: settings, updatedAt: try row.get("updated_at")), domain)
  }

  /// With "powered by" on unless it may be off now.
  private static func settings(_ row: Row) throws(DatabaseError) -> Branding? {
    guard var settings = Branding(json: try row.get("settings")) else { return nil }
    if try row.get("may_hide", as: Bool?.self) != true { settings.hidesPoweredBy = false }
    return settings
  }

  private static func of(_ owner: BrandOwner) -> SQL {
    switch owner {
    case .reseller(let id): "b.reseller_id = \(id)"
    case .customer(let id): "b.customer_id = \(id)"
    }
  }

  private static func of(_ owner: BrandOwner, _ domain: String?) -> SQL {
    "\(of(owner)) AND coalesce(b.domain, '') = \(domain ?? "")"
  }

  private func brands(_ condition: SQL) async throws(DatabaseError) -> [Brand] {
    let rows = try await database.query(
      "SELECT b.id, b.domain, b.settings, b.updated_at FROM license.brands b \(condition)")
    var brands: [Brand] = []
    for row in rows {
      guard let settings = Branding(json: try row.get("settings")) else { continue }
      brands.append(
        Brand(
          id: try row.get("id"), domain: try row.get("domain"), settings: settings,
          updatedAt: try row.get("updated_at")))
    }
    return brands
  }
}
