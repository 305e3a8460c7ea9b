import Core
import Database
import Foundation
import Security
import TestSupport

@testable import TenantTracker

/// Databases as the tracker needs them, and trackers on them that do not run.
enum TrackerDatabase {
  static let home = URL(filePath: #filePath)
    .deletingLastPathComponent().appending(path: "../../..").standardizedFileURL.path
  static let secretKey = "a secret that is long enough for tests"

  /// The control schema alone: logins belong to the cluster, so each copy makes its own installation.
  @Sendable static func migrate(_ dsn: DSN) async throws {
    let pool = ConnectionPool(name: "migrator", dsn: dsn, logger: .silent)
    try await TenantMigrations(home: Home(environment: ["TRACKILY_HOME": home]), dsn: dsn, pool: pool).migrateControl()
    await pool.close()
  }

  static func tracker(
    on database: TestDatabase, state: String, _ environment: [String: String] = [:], clock: any WallClock
  ) throws -> Tracker {
    var variables = [
      "DATABASE_URL": "postgresql://overwritten", "PORT": "0", "STATE_DIR": state, "SECRET_KEY": secretKey,
      "ADMIN_EMAIL": RunningTracker.adminEmail, "ADMIN_PASSWORD": RunningTracker.password,
      "ADMIN_PASSWORD_CHANGE": "never", "LICENSE_SERVER_URL": "http://127.0.0.1:1", "JOURNAL_SEGMENT_MB": "1",
      "TRUSTED_PROXIES": "127.0.0.1/32",
    ]
    variables.merge(environment) { $1 }
    var configuration = try Configuration(environment: variables)
    configuration.databaseURL = database.dsn
    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
    return try Tracker(
      configuration, home: Home(environment: ["TRACKILY_HOME": home]), clock: clock, logger: .silent,
      passwordCosts: RunningTracker.passwordCosts)
  }
}
