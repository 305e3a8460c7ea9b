import Core
import Database

/// The migrations of this release, applied to the control schema and to tenants' schemas with their grants.
struct TenantMigrations: Sendable {
  let control: Migrator
  let tenants: Migrator
  private let pool: ConnectionPool

  init(home: Home, dsn: DSN, pool: ConnectionPool) throws {
    control = Migrator(try MigrationSet(directory: home.migrations, group: .control), dsn: dsn, catalog: pool)
    tenants = Migrator(try MigrationSet(directory: home.migrations, group: .tenant), dsn: dsn, catalog: pool)
    self.pool = pool
  }

  func migrateControl() async throws { try await control.migrate().check() }

  func isControlBehind() async throws -> Bool { try await control.status().contains(where: \.isBehind) }

  /// Brings one schema up to date and grants what its login and the journal's writer may do.
  func migrate(_ schema: SchemaName) async throws { try await report(on: [schema]).check() }

  /// Brings schemas up to date, several at a time; the report says which failed.
  func report(
    on schemas: [SchemaName], progress: @escaping @Sendable (MigrationReport) -> Void = { _ in }
  ) async throws -> MigrationReport {
    let installation = try await Installation.find(pool)
    return try await tenants.migrate(
      schemas,
      followUp: { connection, schema in
        guard let journalRole = installation?.journalRole else { return }
        try await TenantRoles.grant(schema: schema, role: schema, journalRole: journalRole, in: connection)
      }, progress: progress)
  }

  /// Names of schemas that lack something this release needs: one query for all.
  func behind(_ schemas: [SchemaName]) async throws -> Set<String> {
    Set(try await tenants.status(of: schemas).filter(\.isBehind).map(\.target.description))
  }

  func version(of schema: SchemaName) async throws -> Int {
    try await tenants.status(of: [schema]).first?.applied.last ?? 0
  }

  func forget(_ schema: SchemaName, in executor: any SQLExecutor) async throws {
    try await tenants.forget(schema, in: executor)
  }
}
