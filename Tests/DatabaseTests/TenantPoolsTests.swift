import Database
import TestSupport
import Testing

@Suite struct TenantPoolsTests {
  /// A tenant with its own schema, login and one table with one row.
  private func tenant(_ id: Int64, in database: TestDatabase) async throws -> TenantCoordinates {
    let owner = try await Connection.open(database.dsn)
    let schema = uniqueName("t")
    try await owner.execute("CREATE ROLE \(schema) LOGIN PASSWORD \(literal: "pw-\(id)")")
    try await owner.execute("CREATE SCHEMA \(schema)")
    try await owner.execute("CREATE TABLE \(schema).notes (body text)")
    try await owner.execute("INSERT INTO \(schema).notes (body) VALUES (\("of \(id)"))")
    try await owner.execute("GRANT USAGE ON SCHEMA \(schema) TO \(schema)")
    try await owner.execute("GRANT SELECT, INSERT ON \(schema).notes TO \(schema)")
    return TenantCoordinates(
      tenantID: id, slug: "tenant-\(id)", schema: schema,
      dsn: database.dsn.with(user: schema.description, password: "pw-\(id)"))
  }

  private func pools(maxTotal: Int = 8, perTenant: Int = 2, acquireTimeout: Duration = .seconds(60)) -> TenantPools {
    TenantPools(
      limits: .init(maxTotal: maxTotal, perTenant: perTenant, acquireTimeout: acquireTimeout), logger: .silent)
  }

  @Test func aScopeReadsItsOwnTenantOnItsOwnLogin() async throws {
    let database = try await roomDatabase()
    let pools = pools()
    let coordinates = try await tenant(7, in: database)
    let scope = pools.scope(for: coordinates)
    #expect(scope.tenantID == 7)
    #expect(scope.slug == "tenant-7")
    #expect(try await scope.scalar("SELECT body FROM \(scope.schema).notes") == "of 7")
    #expect(try await scope.scalar("SELECT current_user::text") == coordinates.schema.description)
    try await scope.transaction { try await $0.execute("INSERT INTO \(scope.schema).notes (body) VALUES ('x')") }
    #expect(try await scope.query("SELECT body FROM \(scope.schema).notes").count == 2)
    await pools.close()
  }

  @Test func anotherTenantsSchemaIsRefused() async throws {
    let database = try await roomDatabase()
    let pools = pools()
    let (first, second) = (try await tenant(1, in: database), try await tenant(2, in: database))
    let scope = pools.scope(for: second)
    for attack: SQL in [
      "SELECT body FROM \(first.schema).notes", "INSERT INTO \(first.schema).notes (body) VALUES ('x')",
      "DROP TABLE \(first.schema).notes", "SET ROLE \(first.schema)", "CREATE SCHEMA stolen",
    ] {
      let error = await databaseError { try await scope.execute(attack) }
      #expect(error?.isPermissionDenied == true)
    }
    await pools.close()
  }

  @Test func aTenantCannotTakeMoreThanItsShare() async throws {
    let database = try await roomDatabase()
    let pools = pools(maxTotal: 4, perTenant: 2)
    let (greedy, modest) = (try await tenant(1, in: database), try await tenant(2, in: database))
    try await withThrowingTaskGroup { tasks in
      for _ in 0..<20 { tasks.addTask { try await pools.scope(for: greedy).execute("SELECT pg_sleep(0.1)") } }
      try await eventually { pools.busyCount == 2 }
      #expect(try await pools.scope(for: modest).scalar("SELECT 1") == 1)
      #expect(pools.waiterCount > 0)
      #expect(pools.connectionCount <= 3)
      try await tasks.waitForAll()
    }
    await pools.close()
  }

  @Test func theCapHoldsOverManyTenantsAndTheLongestIdleMakesRoom() async throws {
    let database = try await roomDatabase()
    let pools = pools(maxTotal: 3, perTenant: 2)
    var tenants: [TenantCoordinates] = []
    for id in 1...6 { tenants.append(try await tenant(Int64(id), in: database)) }
    try await withThrowingTaskGroup { tasks in
      for round in 0..<60 {
        let coordinates = tenants[round % tenants.count]
        tasks.addTask {
          let scope = pools.scope(for: coordinates)
          let body: String? = try await scope.scalar("SELECT body FROM \(scope.schema).notes")
          #expect(body == "of \(scope.tenantID)")
          #expect(pools.connectionCount <= 3)
        }
      }
      try await tasks.waitForAll()
    }
    await pools.close()
  }

  @Test func closingATenantEndsItsSessionsOnly() async throws {
    let database = try await roomDatabase()
    let pools = pools()
    let (first, second) = (try await tenant(1, in: database), try await tenant(2, in: database))
    for coordinates in [first, second] { try await pools.scope(for: coordinates).execute("SELECT 1") }
    await pools.closeAll(tenantID: 1)
    #expect(pools.connectionCount == 1)
    let observer = try await openConnection()
    try await eventually {
      try await observer.scalar(
        "SELECT count(1) FROM pg_catalog.pg_stat_activity WHERE usename = \(first.schema.description)") == 0
    }
    #expect(try await pools.scope(for: first).scalar("SELECT 1") == 1)
    await pools.close()
  }

  @Test func idleTenantsAreReaped() async throws {
    let coordinates = try await tenant(1, in: try await roomDatabase())
    let pools = TenantPools(limits: .init(idleTimeout: .milliseconds(50)), logger: .silent)
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { try await pools.run() }
      try await pools.scope(for: coordinates).execute("SELECT 1")
      #expect(pools.connectionCount == 1)
      try await eventually { pools.connectionCount == 0 }
      tasks.cancelAll()
    }
  }

  @Test func aTenantWhoseLoginFailsHarmsNoOther() async throws {
    let database = try await roomDatabase()
    let pools = pools()
    let good = try await tenant(1, in: database)
    let bad = TenantCoordinates(tenantID: 2, slug: "bad", schema: good.schema, dsn: good.dsn.with(password: "wrong"))
    #expect(await databaseError { try await pools.scope(for: bad).query("SELECT 1") }?.kind == .unreachable)
    #expect(try await pools.scope(for: good).scalar("SELECT 1") == 1)
    await pools.close()
  }
}
