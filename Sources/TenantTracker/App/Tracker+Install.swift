import Core
import Database
import Licensing
import Logging

extension Tracker {
  /// Brings the database up to date: control schema, installation, every tenant. What `trackily migrate` does.
  func migrate(progress: @escaping @Sendable (MigrationReport) -> Void = { _ in }) async throws -> MigrationReport {
    try await migrations.migrateControl()
    _ = try await Installation.establish(control, secrets: secrets, at: clock.now())
    let tenants = try await catalog.all()
    let report = try await migrations.report(on: tenants.map(\.schema), progress: progress)
    for tenant in tenants { try await partitions.ensure(around: clock.now(), schema: tenant.schema) }
    return report
  }

  /// Makes the default tenant with its first admin, once.
  /// - Throws: ``ConfigurationError`` when there is no tenant yet and ADMIN_PASSWORD is not set.
  func ensureDefaultTenant() async throws -> Tenant {
    if let existing = try await catalog.all().first(where: { $0.isDefault && $0.status != .building }) {
      return existing
    }
    guard let password = configuration.adminPassword else {
      throw ConfigurationError(problems: [
        "ADMIN_PASSWORD is missing: it must be a password of 12 to 256 characters at the first start"
      ])
    }
    do {
      return try await provisioner.provision(
        .init(
          slug: "default", name: "Default",
          admin: (configuration.adminEmail, password, configuration.adminMustChangePassword), isDefault: true)
      ).tenant
    } catch let problem as Problem {
      throw ConfigurationError(problems: ["ADMIN_PASSWORD is wrong: \(problem.detail ?? problem.title)"])
    }
  }

  /// Activates LICENSE_KEY for the default tenant unless it has that key already. Never stops the start.
  func activateConfiguredLicense(for tenant: Tenant) async {
    guard let key = configuration.licenseKey else { return }
    do {
      let scope = try scope(of: tenant)
      let record = try await licenses.record(of: scope)
      if record.keyLastFour == String(key.suffix(4)), record.state.lease != nil { return }
      try await licenses.adopt(key: key, for: scope)
    } catch {
      logger.warning("LICENSE_KEY not activated", metadata: ["error": "\(error)"])
    }
  }
}
