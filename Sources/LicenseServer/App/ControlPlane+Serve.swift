import Core
import Database
import Logging
import ServiceLifecycle
import UnixSignals

/// The database lacks migrations that this program needs.
struct DatabaseBehind: Error, CustomStringConvertible {
  var description: String { "the database is behind this program: run `license-server migrate` first" }
}

extension ControlPlane {
  /// Serves until SIGTERM or SIGINT, then finishes what runs and returns.
  func serve(
    gracefulShutdownSignals: [UnixSignal] = [.sigterm, .sigint],
    onListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) async throws {
    let keys = try await prepare()
    if deliver == nil {
      logger.warning("SMTP_URL is not set: customers get no mail, and so no sign-in links")
    }
    let web = application(keys: keys, onListening: onListening)
    // Shut down in reverse: no more requests, then no more jobs, then the pool.
    var group = ServiceGroupConfiguration(
      services: [
        .init(service: database), .init(service: keys), .init(service: makeJobRunner()),
        .init(service: makeWebhookRunner()), .init(service: requestLog), .init(service: web),
      ],
      gracefulShutdownSignals: gracefulShutdownSignals, logger: logger)
    group.maximumGracefulShutdownDuration = .seconds(30)
    try await ServiceGroup(configuration: group).run()
  }

  /// What must hold before the first request: schema, keys, somebody who can sign in.
  func prepare() async throws -> SigningKeys {
    guard try await !migrator.status().contains(where: \.isBehind) else { throw DatabaseBehind() }
    let keys = try await SigningKeys.open(
      path: configuration.signingKeysDirectory, database: database, clock: clock, logger: logger)
    try await entrance.makeFirstAccount(
      email: configuration.vendorEmail, password: configuration.vendorPassword,
      mustChangePassword: configuration.vendorMustChangePassword, logger: logger)
    return keys
  }
}
