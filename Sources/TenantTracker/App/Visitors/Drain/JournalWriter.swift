import Core
import Database
import Logging
import Security
import ServiceLifecycle

/// Connections on the journal writer's own login: INSERT on clicks, the journal positions, and nothing else. Which login
/// that is stands in the control schema, so it is looked up when the database is first reached.
actor JournalWriter: Service {
  private let control: ConnectionPool
  private let base: DSN
  private let secrets: SecretBox
  private let logger: Logger
  private var opened: ConnectionPool?

  init(control: ConnectionPool, base: DSN, secrets: SecretBox, logger: Logger) {
    self.control = control
    self.base = base
    self.secrets = secrets
    self.logger = logger
  }

  func pool() async throws -> ConnectionPool {
    if let opened { return opened }
    guard let installation = try await Installation.find(control) else { throw TenancyError.notInstalled }
    if let opened { return opened }
    let pool = ConnectionPool(
      name: "journal", dsn: try installation.journalDSN(base, secrets: secrets), limits: PoolLimits(maxConnections: 4),
      logger: logger)
    opened = pool
    return pool
  }

  func close() async { await opened?.close() }

  /// Closes the connections once those who use them have ended.
  nonisolated func run() async throws {
    try? await gracefulShutdown()
    await close()
  }
}
