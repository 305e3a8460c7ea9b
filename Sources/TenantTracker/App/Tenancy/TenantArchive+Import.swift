import Core
import Database
import Foundation
import Security

extension TenantArchive {
  struct Imported: Sendable {
    let tenant: Tenant
    /// What did not come along, and what to do about it.
    let warnings: [String]
  }

  /// Makes a tenant of an archive, under the archive's slug or another. All or nothing: one transaction holds the data,
  /// the login and the tenant's entry, so an import that fails, or is killed, leaves nothing.
  ///
  /// The archive is run as SQL by the login that owns all schemas: only one's own belong here.
  /// - Parameter domains: hosts it gets beside its own.
  func importTenant(from file: URL, slug newSlug: String?, domains: [String] = []) async throws -> Imported {
    let psql = try SystemProgram("psql", package: "postgresql-client")
    let tar = try SystemProgram("tar", package: "tar")
    guard FileManager.default.isReadableFile(atPath: file.path) else { throw Problem.notFound("file") }
    guard let installation = try await Installation.find(tracker.control) else { throw TenancyError.notInstalled }
    let folder = try WorkFolder(beside: file)
    defer { folder.remove() }
    do {
      try await tar.run(["-xzf", file.path, "--no-same-owner", Self.manifestFile, Self.dataFile], in: folder.url)
    } catch let error as SystemProgram.Failed {
      throw Failure.notAnArchive(error.message)
    }
    let text = try Data(contentsOf: folder.url.appending(path: Self.manifestFile))
    guard let json = try? JSONValue.parse(text) else { throw Failure.notAnArchive("its manifest is no JSON") }
    guard try isWhole(folder.url.appending(path: Self.dataFile)) else {
      throw Failure.notAnArchive("its data ends in the middle")
    }
    var manifest = try Manifest(json: json)
    try checkVersions(of: manifest)
    let slug = newSlug ?? manifest.slug
    try await checkFree(slug, installation)
    for host in domains {
      guard Hostname.isValid(host) else { throw Problem.invalid("domain", "invalid", "\(host) is no host name") }
      if let owner = try await tracker.catalog.owner(of: host) {
        throw Problem.conflict("\(host) belongs to the tenant \(owner).", field: "domain")
      }
    }
    manifest.domains += domains

    let plan = try await plan(for: manifest, slug: slug, installation)
    try Data(plan.script.utf8).write(to: folder.url.appending(path: "import.sql"))
    let dsn = tracker.configuration.databaseURL.with(applicationName: "trackily-import")
    try await psql.run(
      [
        "--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=terse",
        "--file=import.sql",
      ],
      environment: dsn.environment, in: folder.url)

    try await tracker.migrations.migrate(plan.schema)
    try await tracker.partitions.ensure(around: tracker.clock.now(), schema: plan.schema)
    try await tracker.catalog.announceChange()
    guard let tenant = try await tracker.catalog.find(slug: slug) else { throw Problem.notFound("tenant") }
    let mine = Set(try await tracker.catalog.domains(of: tenant.id))
    let lost = manifest.domains.filter { !mine.contains($0) }.map { "\($0) belongs to another tenant here" }
    return Imported(tenant: tenant, warnings: plan.warnings + lost + (await reactivate(plan.licenseKey, for: tenant)))
  }

  /// Whether pg_dump came to its end. What is cut off between two statements, psql takes for all there is.
  private func isWhole(_ data: URL) throws -> Bool {
    let handle = try FileHandle(forReadingFrom: data)
    defer { try? handle.close() }
    let end = try handle.seekToEnd()
    try handle.seek(toOffset: end - min(end, 512))
    let tail = String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
    return tail.contains("PostgreSQL database dump complete")
  }

  /// Takes the licence's slot again: it was given back when the tenant was purged.
  /// - Returns: a warning when that failed.
  private func reactivate(_ licenseKey: String?, for tenant: Tenant) async -> [String] {
    guard let licenseKey else { return [] }
    do {
      _ = try await tracker.licenses.activate(key: licenseKey, for: tracker.scope(of: tenant))
      return []
    } catch {
      return [
        "The licence could not be activated again (\((error as? Problem)?.detail ?? "\(error)")): do so in Settings"
      ]
    }
  }

  private func checkVersions(of manifest: Manifest) throws {
    let known = tracker.migrations.tenants.files.migrations
    for version in manifest.versions {
      guard let file = known.first(where: { $0.version == version.number }) else {
        throw Failure.newer(schemaVersion: manifest.schemaVersion)
      }
      guard file.checksum == version.checksum else { throw Failure.foreignMigration(version.number) }
    }
  }

  private func checkFree(_ slug: String, _ installation: Installation) async throws {
    guard Tenant.isValidSlug(slug) else {
      throw Problem.invalid("slug", "invalid", "must be lower-case letters, digits and hyphens, at most 63")
    }
    if let existing = try await tracker.catalog.find(slug: slug) {
      let advice =
        existing.status == .deleted
        ? "a deleted one, to be purged first with `trackily tenant delete \(slug) --purge`"
        : "import under another with --slug"
      throw Problem.conflict("There is a tenant with the slug \(slug): \(advice).", field: "slug")
    }
    if installation.isSingleTenant, try await !tracker.catalog.all().isEmpty {
      throw Problem.conflict("\(TenancyError.singleTenantOnly)")
    }
  }
}
