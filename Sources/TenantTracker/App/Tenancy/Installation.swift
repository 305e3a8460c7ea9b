import Core
import Database
import Security

/// What this installation is in its database: multi- or single-tenant, and the journal writer's login.
struct Installation: Sendable {
  let isSingleTenant: Bool
  /// Nil in single-tenant mode: everything runs on DATABASE_URL's login.
  let journalRole: SchemaName?
  let journalSecret: String?

  private static let secretContext = "journal-role"

  static func find(_ executor: any SQLExecutor) async throws -> Installation? {
    let row = try await executor.query(
      "SELECT tenancy, journal_role, journal_secret FROM control.installation WHERE id = 1"
    ).first
    guard let row else { return nil }
    return Installation(
      isSingleTenant: try row.get("tenancy", as: String.self) == "single",
      journalRole: try row.get("journal_role", as: String?.self).flatMap { SchemaName($0) },
      journalSecret: try row.get("journal_secret"))
  }

  /// Makes the installation's row and the journal's login, once.
  static func establish(_ pool: ConnectionPool, secrets: SecretBox, at time: Timestamp) async throws -> Installation {
    if let existing = try await find(pool) { return existing }
    return try await pool.transaction { connection in
      try await connection.execute("LOCK TABLE control.installation IN SHARE ROW EXCLUSIVE MODE")
      if let existing = try await find(connection) { return existing }
      guard try await TenantRoles.canCreateRoles(connection) else {
        try await connection.execute(
          "INSERT INTO control.installation (id, tenancy, created_at) VALUES (1, 'single', \(time))")
        return Installation(isSingleTenant: true, journalRole: nil, journalSecret: nil)
      }
      let role = TenantRoles.newName(prefix: "j_")
      let password = TenantRoles.newPassword()
      let sealed = try secrets.seal(password, for: secretContext)
      try await TenantRoles.lockDown(connection)
      try await TenantRoles.createLogin(role, password: password, connections: 20, in: connection)
      try await connection.execute(
        """
        INSERT INTO control.installation (id, tenancy, journal_role, journal_secret, created_at)
        VALUES (1, 'multi', \(role.description), \(sealed), \(time))
        """)
      return Installation(isSingleTenant: false, journalRole: role, journalSecret: sealed)
    }
  }

  /// The connection string of the journal's writer.
  func journalDSN(_ base: DSN, secrets: SecretBox) throws -> DSN {
    guard let journalRole, let journalSecret else { return base.with(applicationName: "trackily-journal") }
    return base.with(
      user: journalRole.description, password: try secrets.openText(journalSecret, for: Self.secretContext),
      applicationName: "trackily-journal")
  }
}

extension TenantCatalog {
  func isSingleTenant() async throws -> Bool { try await Installation.find(control)?.isSingleTenant ?? false }
}
