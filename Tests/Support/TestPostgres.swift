public import Database
import Foundation
import Logging
import Synchronization

/// Lends databases on a throw-away cluster: the one `TRACKILY_TEST_DATABASE_URL` names, else one started on first use.
public enum TestPostgres {
  /// A new database, a copy of the template that `migrate` built once in this process for `key`. It is dropped some time
  /// after the ``TestDatabase`` is let go of. Its login owns it and may create databases and roles, but is no superuser.
  ///
  /// Only so many are lent at a time; others wait.
  public static func database(
    template key: String = "empty", migrate: @escaping @Sendable (DSN) async throws -> Void = { _ in }
  ) async throws -> TestDatabase {
    await slots.take()
    do {
      return try await clone(template: key, holdsSlot: true, migrate: migrate)
    } catch {
      slots.giveBack()
      throw error
    }
  }

  /// One database for all who name the same `key`, kept until the process ends; tests in it keep out of each other's
  /// way by making tenants and rows of their own.
  public static func shared(
    _ key: String, migrate: @escaping @Sendable (DSN) async throws -> Void = { _ in }
  ) async throws -> TestDatabase {
    try await sharedDatabases.value(for: key) {
      try await clone(template: key, holdsSlot: false, migrate: migrate)
    }
  }

  private static func clone(
    template key: String, holdsSlot: Bool, migrate: @escaping @Sendable (DSN) async throws -> Void
  ) async throws -> TestDatabase {
    let server = try await servers.value(for: "server") { try await TestServer.find() }
    let template = try await templates.value(for: key) {
      let name = server.newName()
      try await server.execute("CREATE DATABASE \(identifier: name)")
      try await migrate(server.dsn.with(database: name))
      return name
    }
    await server.dropReleased()
    let name = server.newName()
    try await eventually("the template is free") { try await server.copy(template, to: name) }
    return TestDatabase(name: name, server: server, holdsSlot: holdsSlot)
  }

  private static let servers = Memo<String, TestServer>()
  private static let templates = Memo<String, String>()
  private static let sharedDatabases = Memo<String, TestDatabase>()
  fileprivate static let slots = Slots(count: 16)
}

/// A database lent to a test.
public final class TestDatabase: Sendable {
  public let name: String
  /// The login that owns the database.
  public let dsn: DSN

  private let server: TestServer
  private let holdsSlot: Bool

  fileprivate init(name: String, server: TestServer, holdsSlot: Bool) {
    self.name = name
    self.server = server
    self.holdsSlot = holdsSlot
    dsn = server.dsn.with(database: name)
  }

  deinit {
    server.release(name)
    if holdsSlot { TestPostgres.slots.giveBack() }
  }

  /// A pool on the owner's login.
  public func pool(limits: PoolLimits = PoolLimits(maxConnections: 4, acquireTimeout: .seconds(30))) -> ConnectionPool {
    ConnectionPool(name: name, dsn: dsn, limits: limits, logger: .silent)
  }
}

/// The cluster, seen from a login that may create databases.
private final class TestServer: Sendable {
  private static let fallbackPassword = "trackily_test"

  let dsn: DSN
  private let cluster: TestCluster?
  private let pool: ConnectionPool
  private let prefix = "test_\(ProcessInfo.processInfo.processIdentifier)_\(UInt32.random(in: .min ... .max))"
  private let counter = Mutex(0)
  private let released = Mutex<[String]>([])

  private init(dsn: DSN, cluster: TestCluster?) {
    self.dsn = dsn
    self.cluster = cluster
    let limits = PoolLimits(maxConnections: 2, acquireTimeout: .seconds(120), statementTimeout: .seconds(120))
    pool = ConnectionPool(name: "test-databases", dsn: dsn, limits: limits, logger: .silent)
  }

  static func find() async throws -> TestServer {
    guard let url = ProcessInfo.processInfo.environment["TRACKILY_TEST_DATABASE_URL"] else {
      let cluster = try await TestCluster()
      return TestServer(dsn: cluster.dsn, cluster: cluster)
    }
    let given = try DSN(parsing: url)
    let connection = try await Connection.open(given)
    let isSuperuser = "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user" as SQL
    guard try await connection.scalar(isSuperuser, as: Bool.self) == true else {
      return TestServer(dsn: given, cluster: nil)
    }
    try await connection.makeRole("trackily_test", password: fallbackPassword)
    return TestServer(
      dsn: given.with(user: "trackily_test", password: fallbackPassword, database: "postgres"), cluster: nil)
  }

  func newName() -> String {
    counter.withLock { count in
      count += 1
      return "\(prefix)_\(count)"
    }
  }

  func execute(_ sql: SQL) async throws(DatabaseError) { try await pool.execute(sql) }

  /// False while the server side of a connection to the template is still going.
  func copy(_ template: String, to name: String) async throws(DatabaseError) -> Bool {
    do {
      try await execute("CREATE DATABASE \(identifier: name) TEMPLATE \(identifier: template)")
      return true
    } catch  where error.sqlState == "55006" {
      return false
    }
  }

  func release(_ name: String) { released.withLock { $0.append(name) } }

  /// A database somebody still has a connection to is left for the next time.
  func dropReleased() async {
    let names = released.withLock { released in
      defer { released = [] }
      return released
    }
    for name in names {
      do { try await execute("DROP DATABASE \(identifier: name) WITH (FORCE)") } catch { release(name) }
    }
  }
}

extension Connection {
  fileprivate func makeRole(_ name: String, password: String) async throws(DatabaseError) {
    do {
      try await execute("CREATE ROLE \(identifier: name) LOGIN CREATEDB CREATEROLE PASSWORD \(literal: password)")
    } catch  where error.sqlState == "42710" || error.isUniqueViolation {
      return  // another process was first
    }
  }
}
