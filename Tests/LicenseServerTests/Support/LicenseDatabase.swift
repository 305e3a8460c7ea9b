import Core
import Database
import Foundation
import Security
import TestSupport
import Testing

@testable import LicenseServer

/// Databases as the server needs them, and servers on them that do not run.
enum LicenseDatabase {
  static let home = URL(filePath: #filePath)
    .deletingLastPathComponent().appending(path: "../../..").standardizedFileURL.path

  @Sendable static func migrate(_ dsn: DSN) async throws {
    let pool = ConnectionPool(name: "migrator", dsn: dsn, logger: .silent)
    let files = try MigrationSet(directory: "\(home)/migrations", group: .license)
    try await Migrator(files, dsn: dsn, catalog: pool).migrate().check()
    await pool.close()
  }

  static func plane(
    on database: TestDatabase, keys: String, _ environment: [String: String] = [:], clock: any WallClock,
    deliver: (@Sendable (MailMessage) async throws -> Void)? = nil
  ) throws -> ControlPlane {
    let dsn = database.dsn
    let place = "host=\(PercentCoding.encodeComponent(dsn.host ?? ""))&port=\(dsn.port ?? "5432")"
    var variables = [
      "DATABASE_URL": "postgresql://\(dsn.user ?? ""):\(dsn.password ?? "")@/\(database.name)?\(place)",
      "PORT": "0", "PUBLIC_URL": "https://license.example.com", "SIGNING_KEYS_DIR": keys,
      "SECRET_KEY": "a secret that is long enough for tests", "VENDOR_EMAIL": RunningServer.vendorEmail,
      "VENDOR_PASSWORD": RunningServer.vendorPassword, "VENDOR_PASSWORD_CHANGE": "never",
      "TRUSTED_PROXIES": "127.0.0.1/32",
    ]
    variables.merge(environment) { $1 }
    return ControlPlane(
      try Configuration(environment: variables), home: try #require(Home(environment: ["TRACKILY_HOME": home])),
      clock: clock, logger: .silent, passwordCosts: PasswordHasher.Parameters(memoryKiB: 64, iterations: 1),
      patience: .seconds(120),
      deliver: deliver)
  }
}
