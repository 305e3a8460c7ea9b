import Core
import Database
import Logging
import Security

/// Builds tenants' schemas: name, login, tables, grants, first partitions. Keeps a few ready in the pool.
struct SchemaBuilder: Sendable {
  /// A schema nobody has yet.
  struct Built: Sendable {
    let schema: SchemaName
    let roleSecret: String?
    let isPooled: Bool
  }

  /// How many connections a tenant's login may have, over all nodes.
  static let connectionsPerTenant = 40

  let control: ConnectionPool
  let migrations: TenantMigrations
  let partitions: ClickPartitions
  let secrets: SecretBox
  let clock: any WallClock

  /// A ready schema from the pool, else a new one. What an earlier release made ready is brought up to date.
  func take(_ installation: Installation) async throws -> Built {
    guard let pooled = try await pooled() else { return try await build(installation) }
    try await migrations.migrate(pooled.schema)
    try await partitions.ensure(around: clock.now(), schema: pooled.schema)
    return pooled
  }

  private func pooled() async throws -> Built? {
    let row = try await control.query(
      "SELECT schema_name, role_secret FROM control.schema_pool ORDER BY built_at LIMIT 1"
    ).first
    guard let row, let schema = SchemaName(try row.get("schema_name", as: String.self)) else { return nil }
    return Built(schema: schema, roleSecret: try row.get("role_secret"), isPooled: true)
  }

  /// Takes a pooled schema out of the pool; throws when somebody else was faster.
  func claim(_ built: Built, in executor: any SQLExecutor) async throws {
    guard built.isPooled else { return }
    let taken = try await executor.execute(
      "DELETE FROM control.schema_pool WHERE schema_name = \(built.schema.description)")
    guard taken == 1 else { throw Problem.unavailable("Another tenant was being made; try again.", retryAfter: 1) }
  }

  func build(_ installation: Installation) async throws -> Built {
    let schema = TenantRoles.newName()
    var roleSecret: String?
    if !installation.isSingleTenant {
      let password = TenantRoles.newPassword()
      roleSecret = try secrets.seal(password, for: TenantCoordinatesMaker.secretContext(schema))
      try await control.transaction { connection in
        try await TenantRoles.createLogin(
          schema, password: password, connections: Self.connectionsPerTenant, in: connection)
        try await create(schema, in: connection)
      }
    } else {
      try await control.transaction { try await create(schema, in: $0) }
    }
    try await migrations.migrate(schema)
    try await partitions.ensure(around: clock.now(), schema: schema)
    return Built(schema: schema, roleSecret: roleSecret, isPooled: false)
  }

  /// With a mark: should the process end before the schema is anybody's, upkeep knows it for ours.
  private func create(_ schema: SchemaName, in connection: Connection) async throws {
    try await connection.execute("CREATE SCHEMA \(schema)")
    try await connection.execute("COMMENT ON SCHEMA \(schema) IS \(literal: Self.mark + clock.now().rfc3339)")
  }

  /// Fills the pool up to `count` schemas.
  func refill(to count: Int, _ installation: Installation) async throws {
    guard !installation.isSingleTenant else { return }
    let ready = try await control.query("SELECT count(1) AS ready FROM control.schema_pool").first?.get("ready") ?? 0
    for _ in 0..<max(0, count - ready) {
      let built = try await build(installation)
      try await control.execute(
        """
        INSERT INTO control.schema_pool (schema_name, role_secret, built_at)
        VALUES (\(built.schema.description), \(built.roleSecret), \(clock.now()))
        """)
    }
  }

  func drop(_ schema: SchemaName, hasLogin: Bool, in executor: any SQLExecutor) async throws {
    try await executor.execute("DROP SCHEMA IF EXISTS \(schema) CASCADE")
    if hasLogin { try await TenantRoles.drop(schema, in: executor) }
    try await migrations.forget(schema, in: executor)
  }
}
