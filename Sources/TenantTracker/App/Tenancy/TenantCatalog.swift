import Core
import Database

/// All SQL on the control schema's tenants and domains.
struct TenantCatalog: Sendable {
  let control: ConnectionPool

  private static let columns: SQL = "id, slug, name, schema_name, status, is_default, shard, role_secret, created_at"

  func all() async throws -> [Tenant] {
    try await control.query("SELECT \(Self.columns) FROM control.tenants ORDER BY id").map(Self.tenant)
  }

  func find(slug: String, in executor: (any SQLExecutor)? = nil) async throws -> Tenant? {
    try await (executor ?? control).query("SELECT \(Self.columns) FROM control.tenants WHERE slug = \(slug)").first
      .map(Self.tenant)
  }

  func find(id: Int64) async throws -> Tenant? {
    try await control.query("SELECT \(Self.columns) FROM control.tenants WHERE id = \(id)").first.map(Self.tenant)
  }

  func insert(
    slug: String, name: String, schema: SchemaName, roleSecret: String?, isDefault: Bool, at time: Timestamp,
    in executor: any SQLExecutor
  ) async throws -> Tenant {
    let rows = try await executor.query(
      """
      INSERT INTO control.tenants (slug, name, schema_name, role_secret, status, is_default, created_at, status_changed_at)
      VALUES (\(slug), \(name), \(schema.description), \(roleSecret), 'building', \(isDefault), \(time), \(time))
      RETURNING \(Self.columns)
      """)
    return try Self.tenant(rows[0])
  }

  func setStatus(_ status: Tenant.Status, of id: Int64, at time: Timestamp) async throws {
    try await control.execute(
      "UPDATE control.tenants SET status = \(status.rawValue), status_changed_at = \(time) WHERE id = \(id)")
  }

  func remove(_ id: Int64, in executor: any SQLExecutor) async throws {
    try await executor.execute("DELETE FROM control.tenants WHERE id = \(id)")
  }

  /// Every host that is a tenant's own.
  func domains() async throws -> [TenantHost] {
    try await control.query("SELECT host, tenant_id, origin FROM control.domains").map {
      TenantHost(
        host: try $0.get("host"), tenantID: try $0.get("tenant_id"),
        servesDashboard: try $0.get("origin", as: String.self) == "control")
    }
  }

  func domains(of id: Int64) async throws -> [String] {
    try await control.query("SELECT host FROM control.domains WHERE tenant_id = \(id) ORDER BY host").map {
      try $0.get("host")
    }
  }

  /// Gives `host` to a tenant on the operator's word. False when another tenant has it.
  func grant(
    host: String, to id: Int64, at time: Timestamp, in executor: any SQLExecutor
  ) async throws -> Bool {
    try await executor.execute(
      """
      INSERT INTO control.domains (host, tenant_id, origin, created_at)
      VALUES (\(host), \(id), 'control', \(time)) ON CONFLICT (host) DO NOTHING
      """)
    return try await holder(of: host, in: executor) == id
  }

  /// Gives `host` to a tenant that has shown it to be its own. Who had shown so before keeps it as long as his record is
  /// still there; what the operator gave stays where it is. False when another tenant has it.
  /// - Parameters:
  ///   - proof: the tenant's TXT record.
  ///   - texts: all TXT records there are.
  func claim(
    host: String, for id: Int64, proof: String, among texts: [String], at time: Timestamp
  ) async throws -> Bool {
    try await control.execute(
      """
      INSERT INTO control.domains AS held (host, tenant_id, origin, proof, created_at)
      VALUES (\(host), \(id), 'verified', \(proof), \(time))
      ON CONFLICT (host) DO UPDATE
      SET tenant_id = EXCLUDED.tenant_id, proof = EXCLUDED.proof, created_at = EXCLUDED.created_at
      WHERE held.origin = 'verified'
        AND (held.tenant_id = EXCLUDED.tenant_id OR held.proof IS NULL OR held.proof <> ALL (\(texts)))
      """)
    return try await holder(of: host) == id
  }

  /// The tenant that has this host.
  func holder(of host: String, in executor: (any SQLExecutor)? = nil) async throws -> Int64? {
    try await (executor ?? control).query("SELECT tenant_id FROM control.domains WHERE host = \(host)").first?
      .get("tenant_id")
  }

  /// Takes a host from a tenant whose users had added it. One given by the control API stays.
  func release(host: String, of id: Int64) async throws {
    try await control.execute(
      "DELETE FROM control.domains WHERE host = \(host) AND tenant_id = \(id) AND origin = 'verified'")
  }

  /// Tells every process that tenants or domains have changed.
  func announceChange() async throws {
    try await control.execute("SELECT pg_catalog.pg_notify(\(TenantDirectory.channel), '')")
  }

  private static func tenant(_ row: Row) throws -> Tenant {
    let schema = try row.get("schema_name", as: String.self)
    let status = try row.get("status", as: String.self)
    guard let schema = SchemaName(schema), let status = Tenant.Status(rawValue: status) else {
      throw TenancyError.corruptCatalog
    }
    return Tenant(
      id: try row.get("id"), slug: try row.get("slug"), name: try row.get("name"), schema: schema, status: status,
      isDefault: try row.get("is_default"), shard: try row.get("shard"), roleSecret: try row.get("role_secret"),
      createdAt: try row.get("created_at"))
  }
}

/// What can be wrong with the installation's tenancy.
enum TenancyError: Error, CustomStringConvertible {
  case corruptCatalog
  case notInstalled
  case singleTenantOnly

  var description: String {
    switch self {
    case .corruptCatalog: "control.tenants holds a row this version does not understand"
    case .notInstalled: "the control schema is not migrated: run `trackily migrate`"
    case .singleTenantOnly: "the database login may not create roles, so there is one tenant only"
    }
  }
}
