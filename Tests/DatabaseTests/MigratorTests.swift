import Core
import Synchronization
import TestSupport
import Testing

@testable import Database

@Suite struct MigratorTests {
  /// Counts the statements that pass.
  private final class CountingExecutor: SQLExecutor {
    private let inner: ConnectionPool
    private let statements = Atomic(0)

    init(_ inner: ConnectionPool) { self.inner = inner }

    var count: Int { statements.load(ordering: .relaxed) }

    func query(_ sql: SQL) async throws(DatabaseError) -> [Row] {
      statements.add(1, ordering: .relaxed)
      return try await inner.query(sql)
    }

    func execute(_ sql: SQL) async throws(DatabaseError) -> Int {
      statements.add(1, ordering: .relaxed)
      return try await inner.execute(sql)
    }
  }

  private struct Interrupted: Error {}

  private static let users = """
    -- Two statements and a body with semicolons.
    CREATE TABLE {schema}.users (id bigint PRIMARY KEY, name text NOT NULL DEFAULT 'a;b');
    CREATE FUNCTION {schema}.one() RETURNS bigint LANGUAGE sql AS $$ SELECT 1; SELECT 1 $$;
    """
  private static let orders = """
    CREATE TABLE {schema}.orders (id bigint PRIMARY KEY);
    INSERT INTO {schema}.orders (id) VALUES (1);
    """
  private static let files = ["0001_users.sql": users, "0002_orders.sql": orders]

  private struct Bench {
    let database: TestDatabase
    let pool: ConnectionPool
    let catalog: CountingExecutor
    let targets: [SchemaName]

    init(targets count: Int = 1) async throws {
      database = try await TestPostgres.database()
      pool = database.pool()
      catalog = CountingExecutor(pool)
      targets = (0..<count).map { _ in uniqueName("t") }
    }

    func migrator(
      _ files: [String: String] = MigratorTests.files, group: MigrationGroup = .tenant,
      _ configure: (inout Migrator.Options) -> Void = { _ in }
    ) throws -> Migrator {
      var options = Migrator.Options()
      options.lockPause = .milliseconds(50)
      configure(&options)
      let migrations = try files.map { try Migration(file: $0.key, script: $0.value) }
      let set = try MigrationSet(group: group, migrations: migrations)
      return Migrator(set, dsn: database.dsn, catalog: catalog, options: options, clock: TestClock())
    }

    func orders(_ target: SchemaName) async throws -> Int? {
      try await pool.scalar("SELECT count(1) FROM \(target).orders")
    }
  }

  @Test func freshTargetsGetEverything() async throws {
    let bench = try await Bench(targets: 3)
    let migrator = try bench.migrator()
    #expect(try await migrator.status(of: bench.targets).allSatisfy { $0.isBehind && $0.applied.isEmpty })
    let report = try await migrator.migrate(bench.targets)
    try report.check()
    #expect(report.applied == 6)
    #expect(report.finished == 3)
    for target in bench.targets { #expect(try await bench.orders(target) == 1) }
    for status in try await migrator.status(of: bench.targets) {
      #expect(status.applied == [1, 2])
      #expect(!status.isBehind)
      #expect(!status.isAhead)
    }
    let recorded: Timestamp? = try await bench.pool.scalar("SELECT max(applied_at) FROM control.schema_version")
    #expect(recorded == TestClock().now())
  }

  @Test func theGroupsWithOneSchemaMakeIt() async throws {
    let bench = try await Bench()
    for group in [MigrationGroup.control, .license] {
      let migrator = try bench.migrator(
        ["0001_things.sql": "CREATE TABLE \(group.rawValue).things (id bigint PRIMARY KEY);"], group: group)
      try await migrator.migrate().check()
      let name: SQL = group == .control ? "control" : "license"
      #expect(try await bench.pool.scalar("SELECT count(1) FROM \(name).things") == 0)
      #expect(try await migrator.status().map(\.isBehind) == [false])
    }
  }

  @Test func nothingToDoIsOneQuery() async throws {
    let bench = try await Bench(targets: 20)
    let migrator = try bench.migrator()
    try await migrator.migrate(bench.targets).check()
    let before = bench.catalog.count
    let report = try await migrator.migrate(bench.targets)
    #expect(report.targets == 0)
    #expect(bench.catalog.count == before + 1)
    _ = try await migrator.status(of: bench.targets)
    #expect(bench.catalog.count == before + 2)
  }

  @Test func laterFilesAreAddedToWhatIsThere() async throws {
    let bench = try await Bench(targets: 2)
    try await bench.migrator(Self.files.filter { $0.key.hasPrefix("0001") }).migrate(bench.targets).check()
    let report = try await bench.migrator().migrate(bench.targets)
    #expect(report.applied == 2)
    #expect(try await bench.orders(bench.targets[1]) == 1)
  }

  @Test func oneThatBreaksOffIsUndoneAndResumed() async throws {
    let bench = try await Bench(targets: 3)
    let broken = bench.targets[1]
    let report = try await bench.migrator().migrate(bench.targets) { _, target in
      if target == broken { throw Interrupted() }
    }
    #expect(report.failures.map(\.target) == [broken])
    #expect(!report.isComplete)
    #expect(throws: MigrationError.self) { try report.check() }
    let statuses = try await bench.migrator().status(of: bench.targets)
    #expect(statuses.map(\.applied) == [[1, 2], [1], [1, 2]])
    #expect(await databaseError { try await bench.orders(broken) }?.isUndefinedTable == true)
    let resumed = try await bench.migrator().migrate(bench.targets)
    #expect(resumed.applied == 1)
    #expect(try await bench.orders(broken) == 1)
  }

  @Test func cancellingStopsCleanlyAndCanBeResumed() async throws {
    let bench = try await Bench(targets: 8)
    await withTaskGroup { tasks in
      tasks.addTask {
        _ = try? await bench.migrator { $0.parallelism = 2 }.migrate(bench.targets) { connection, _ in
          try await connection.execute("SELECT pg_sleep(0.2)")
        }
      }
      try? await eventually {
        (try? await bench.pool.scalar("SELECT count(1) > 1 FROM control.schema_version")) == true
      }
      tasks.cancelAll()
    }
    try await bench.migrator().migrate(bench.targets).check()
    for target in bench.targets { #expect(try await bench.orders(target) == 1) }
  }

  @Test func theFollowUpRunsInTheLastTransactionOnly() async throws {
    let bench = try await Bench()
    let calls = Shared<[Bool]>([])
    try await bench.migrator().migrate(bench.targets) { connection, target in
      let rows = try await connection.query("SELECT id FROM \(target).orders")
      let isRight = connection.isInTransaction && rows.count == 1
      calls.update { $0.append(isRight) }
    }.check()
    #expect(calls.value == [true])
  }

  @Test func aChangedFileStopsEverythingAndIsNamed() async throws {
    let bench = try await Bench(targets: 2)
    try await bench.migrator().migrate([bench.targets[0]]).check()
    var files = Self.files
    files["0001_users.sql"]? += " "
    let migrator = try bench.migrator(files)
    await #expect(throws: MigrationError.changed(file: "0001_users.sql", target: bench.targets[0])) {
      try await migrator.migrate(bench.targets)
    }
    #expect(try await migrator.status(of: [bench.targets[1]])[0].applied.isEmpty)
  }

  @Test func anOlderReleaseLeavesANewerSchemaAlone() async throws {
    let bench = try await Bench()
    try await bench.migrator().migrate(bench.targets).check()
    let older = try bench.migrator(Self.files.filter { $0.key.hasPrefix("0001") })
    #expect(try await older.migrate(bench.targets).targets == 0)
    let status = try await older.status(of: bench.targets)[0]
    #expect(status.isAhead)
    #expect(!status.isBehind)
  }

  @Test func contractingWaitsUntilAskedFor() async throws {
    let bench = try await Bench()
    var files = Self.files
    files["0003_drop_users.contract.sql"] = "DROP TABLE {schema}.users;"
    files["0004_more.sql"] = "CREATE TABLE {schema}.more (id bigint PRIMARY KEY);"
    let migrator = try bench.migrator(files)
    try await migrator.migrate(bench.targets).check()
    var status = try await migrator.status(of: bench.targets)[0]
    #expect(status.applied == [1, 2, 4])
    #expect(!status.isBehind)
    try await migrator.migrate(bench.targets, phase: .everything).check()
    status = try await migrator.status(of: bench.targets)[0]
    #expect(status.applied == [1, 2, 3, 4])
    #expect(status.pending.isEmpty)
  }

  @Test func aRefusedScriptNamesFileLineAndReason() async throws {
    let bench = try await Bench()
    var files = Self.files
    files["0003_bad.sql"] = "-- ü\nSELECT 1;\nSELECT nonsense;\n"
    let report = try await bench.migrator(files).migrate(bench.targets)
    guard case .refused(let file, _, let line, let sqlState, let message)? = report.failures.first?.error else {
      Issue.record("expected a refusal, got \(report.failures)")
      return
    }
    #expect(file == "0003_bad.sql")
    #expect(line == 3)
    #expect(sqlState == "42703")
    #expect(message.contains("nonsense"))
    #expect(try await bench.migrator().status(of: bench.targets)[0].applied == [1, 2])
  }

  @Test func aScriptMayNotEndItsTransaction() async throws {
    let bench = try await Bench()
    let report = try await bench.migrator(["0001_bad.sql": "COMMIT;"]).migrate(bench.targets)
    #expect(report.failures.first?.error == .leftTransaction(file: "0001_bad.sql", target: bench.targets[0]))
  }

  @Test func noMoreThanTheBoundAreWorkedOnAtATime() async throws {
    let bench = try await Bench(targets: 9)
    let crowd = Shared(Crowd())
    try await bench.migrator { $0.parallelism = 3 }.migrate(bench.targets) { connection, _ in
      crowd.update { $0.enter() }
      // Nobody leaves before three are in, however slow the machine; a fourth would have the time to show.
      try await eventually("three are in") { crowd.value.most >= 3 }
      try await connection.execute("SELECT pg_sleep(0.05)")
      crowd.update { $0.leave() }
    }.check()
    #expect(crowd.value.most == 3)
  }

  @Test func aLockedTableIsGivenUpAfterTheTimeOut() async throws {
    let bench = try await Bench(targets: 2)
    try await bench.migrator().migrate(bench.targets).check()
    var files = Self.files
    files["0003_alter.sql"] = "ALTER TABLE {schema}.users ADD COLUMN email text;"
    let migrator = try bench.migrator(files) {
      $0.lockTimeout = .milliseconds(100)
      $0.lockAttempts = 2
    }
    let locked = bench.targets[0]
    let report = try await bench.pool.transaction { connection in
      try await connection.execute("SELECT id FROM \(locked).users")
      return try await migrator.migrate(bench.targets)
    }
    #expect(report.failures.map(\.target) == [locked])
    guard case .refused(_, _, _, "55P03", _)? = report.failures.first?.error else {
      Issue.record("expected a lock time-out, got \(report.failures)")
      return
    }
    #expect(try await migrator.migrate(bench.targets).applied == 1)
  }

  @Test func aLockThatGoesAwayIsWaitedFor() async throws {
    let bench = try await Bench()
    try await bench.migrator().migrate(bench.targets).check()
    var files = Self.files
    files["0003_alter.sql"] = "ALTER TABLE {schema}.users ADD COLUMN email text;"
    let migrator = try bench.migrator(files) {
      $0.lockTimeout = .milliseconds(100)
      $0.lockAttempts = 100
    }
    try await withThrowingTaskGroup { tasks in
      try await bench.pool.transaction { connection in
        try await connection.execute("SELECT id FROM \(bench.targets[0]).users")
        tasks.addTask { try await migrator.migrate(bench.targets).check() }
        try await connection.execute("SELECT pg_sleep(0.5)")
      }
      try await tasks.waitForAll()
    }
    #expect(try await migrator.status(of: bench.targets)[0].applied == [1, 2, 3])
  }

  @Test func migratorsAtTheSameTimeTakeTurns() async throws {
    let bench = try await Bench(targets: 4)
    let applied = try await withThrowingTaskGroup(of: Int.self) { tasks in
      for _ in 0..<4 {
        tasks.addTask {
          let report = try await bench.migrator().migrate(bench.targets)
          try report.check()
          return report.applied
        }
      }
      return try await tasks.reduce(0, +)
    }
    #expect(applied == 8)
  }

  @Test func aForgottenTargetStartsAfresh() async throws {
    let bench = try await Bench()
    let migrator = try bench.migrator()
    try await migrator.migrate(bench.targets).check()
    try await bench.pool.execute("DROP SCHEMA \(bench.targets[0]) CASCADE")
    try await migrator.forget(bench.targets[0], in: bench.pool)
    #expect(try await migrator.migrate(bench.targets).applied == 2)
  }
}
