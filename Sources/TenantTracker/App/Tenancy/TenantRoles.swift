import Core
import Database

/// The logins of an installation: one per tenant with DML on its own schema only, and the journal's writer.
///
/// Names are random because Postgres roles belong to the cluster, not to the database. Identifiers here are checked
/// ``SchemaName``s and passwords are generated hexadecimal, so the unescaped SQL below holds nothing a user gave.
struct TenantRoles: Sendable {
  /// A new opaque name for a schema and its login.
  static func newName(prefix: String = "t_") -> SchemaName {
    SchemaName("\(prefix)\(RandomBytes.make(10).base32)") ?? newName(prefix: prefix)
  }

  static func newPassword() -> String { RandomBytes.make(24).hex }

  /// Whether this login may create roles; if not the installation is single-tenant.
  static func canCreateRoles(_ executor: any SQLExecutor) async throws -> Bool {
    let rows = try await executor.query(
      "SELECT rolcreaterole OR rolsuper AS may FROM pg_catalog.pg_roles WHERE rolname = current_user")
    return try rows.first?.get("may") ?? false
  }

  static func createLogin(
    _ role: SchemaName, password: String, connections: Int, in executor: any SQLExecutor
  ) async throws {
    for statement in try await loginStatements(role, password: password, connections: connections, in: executor) {
      try await executor.execute(statement)
    }
  }

  /// What makes a login, to be run in one transaction. `executor` is asked for the database's name only.
  static func loginStatements(
    _ role: SchemaName, password: String, connections: Int, in executor: any SQLExecutor
  ) async throws -> [SQL] {
    [
      Self.turn,
      """
      CREATE ROLE \(role) LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE
      CONNECTION LIMIT \(unescaped: String(connections)) PASSWORD '\(unescaped: password)'
      """,
      "GRANT CONNECT ON DATABASE \(try await databaseName(executor)) TO \(role)",
    ]
  }

  static func drop(_ role: SchemaName, in executor: any SQLExecutor) async throws {
    let rows = try await executor.query("SELECT 1 AS one FROM pg_catalog.pg_roles WHERE rolname = \(role.description)")
    guard !rows.isEmpty else { return }
    try await executor.execute(turn)
    try await executor.execute("REVOKE ALL ON DATABASE \(try await databaseName(executor)) FROM \(role)")
    try await executor.execute("DROP ROLE \(role)")
  }

  /// What a tenant's login and the journal's writer may do in a tenant's schema. Run after every migration of it.
  static func grant(
    schema: SchemaName, role: SchemaName, journalRole: SchemaName, in executor: any SQLExecutor
  ) async throws {
    for statement in grants(schema: schema, role: role, journalRole: journalRole) {
      try await executor.execute(statement)
    }
  }

  static func grants(schema: SchemaName, role: SchemaName, journalRole: SchemaName) -> [SQL] {
    [
      "GRANT USAGE ON SCHEMA \(schema) TO \(role), \(journalRole)",
      "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \(schema) TO \(role)",
      "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA \(schema) TO \(role)",
      "REVOKE UPDATE, DELETE ON \(schema).audit_log FROM \(role)",
      """
      REVOKE UPDATE, DELETE ON \(schema).payout_statements, \(schema).payout_locks, \(schema).payout_lines,
        \(schema).payout_payments FROM \(role)
      """,
      "REVOKE INSERT, UPDATE, DELETE ON \(schema).journal_position FROM \(role)",
      "GRANT INSERT ON \(schema).clicks, \(schema).offer_visits, \(schema).shop_events TO \(journalRole)",
      "GRANT SELECT, INSERT, UPDATE ON \(schema).journal_position TO \(journalRole)",
      // To hold the state's row while it adds clicks: locking takes the right to change something.
      "GRANT SELECT, UPDATE (id) ON \(schema).rollup_state TO \(journalRole)",
      "GRANT INSERT ON \(schema).rollup_marks TO \(journalRole)",
      "GRANT USAGE ON SEQUENCE \(schema).rollup_marks_id_seq TO \(journalRole)",
    ]
  }

  /// Nothing in the database is anybody's by default.
  static func lockDown(_ executor: any SQLExecutor) async throws {
    let database = try await databaseName(executor)
    try await executor.execute("REVOKE ALL ON DATABASE \(database) FROM PUBLIC")
    let owner = try await executor.query(
      """
      SELECT pg_catalog.pg_has_role(current_user, nspowner, 'USAGE') AS ours
      FROM pg_catalog.pg_namespace WHERE nspname = 'public'
      """)
    if try owner.first?.get("ours", as: Bool.self) == true {
      try await executor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    }
  }

  /// Two GRANTs ON DATABASE at once fail with "tuple concurrently updated": whoever changes logins goes one after the
  /// other, each to the end of its transaction.
  private static let turn: SQL = "LOCK TABLE control.installation IN SHARE ROW EXCLUSIVE MODE"

  /// The current database's name, quoted.
  private static func databaseName(_ executor: any SQLExecutor) async throws -> SQL {
    let rows = try await executor.query("SELECT pg_catalog.quote_ident(pg_catalog.current_database()) AS name")
    guard let name = try rows.first?.get("name", as: String.self) else { throw TenancyError.notInstalled }
    return "\(unescaped: name)"
  }
}
