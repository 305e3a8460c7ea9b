import Core
import Database
import Foundation
import Security

extension TenantArchive {
  /// Writes a tenant to `file`, which must not be there yet and will be readable by its owner only. Manifest and data are
  /// of the same moment, while clicks go on.
  func export(slug: String, to file: URL) async throws -> Manifest {
    let dump = try SystemProgram("pg_dump", package: "postgresql-client")
    let tar = try SystemProgram("tar", package: "tar")
    guard !FileManager.default.fileExists(atPath: file.path) else {
      throw Problem.conflict("\(file.path) is there already.")
    }
    let folder = try WorkFolder(beside: file)
    defer { folder.remove() }
    let dsn = tracker.configuration.databaseURL.with(applicationName: "trackily-export")
    let connection = try await Connection.open(dsn, statementTimeout: nil)
    defer { connection.close() }
    // Never committed, only left: once pg_dump has taken over the snapshot this transaction has served its purpose, and
    // the server may end it for being idle.
    try await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    let manifest = try await describe(slug, in: connection)
    let snapshot = try await connection.query("SELECT pg_catalog.pg_export_snapshot() AS id").first
    guard let snapshot = try snapshot?.get("id", as: String.self) else { throw TenancyError.corruptCatalog }
    let schema = manifest.schema.description
    try await dump.run(
      [
        "--format=plain", "--file=\(Self.dataFile)", "--snapshot=\(snapshot)", "--schema=\(schema)", "--strict-names",
        "--no-owner", "--no-privileges", "--no-tablespaces", "--no-comments", "--encoding=UTF8", "--no-password",
      ] + Self.tablesLeftOut.map { "--exclude-table-data=\(schema).\($0)" },
      environment: dsn.environment, in: folder.url)
    try Data(manifest.json.utf8).write(to: folder.url.appending(path: Self.manifestFile))
    let packed = folder.url.appending(path: "archive")
    try await tar.run(["-czf", packed.lastPathComponent, Self.manifestFile, Self.dataFile], in: folder.url)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: packed.path)
    try FileManager.default.moveItem(at: packed, to: file)
    return manifest
  }

  private func describe(_ slug: String, in connection: Connection) async throws -> Manifest {
    guard let tenant = try await tracker.catalog.find(slug: slug, in: connection) else {
      throw Problem.notFound("tenant")
    }
    guard tenant.status != .building else { throw Problem.conflict("The tenant is being made.") }
    let versions = try await connection.query(
      """
      SELECT version, checksum FROM control.schema_version WHERE target = \(tenant.schema.description) ORDER BY version
      """)
    let domains = try await connection.query(
      "SELECT host FROM control.domains WHERE tenant_id = \(tenant.id) AND origin = 'control' ORDER BY host")
    let license = try await connection.query("SELECT license_key FROM \(tenant.schema).license WHERE id = 1").first
    return Manifest(
      slug: tenant.slug, name: tenant.name, schema: tenant.schema,
      versions: try versions.map {
        .init(number: Int(try $0.get("version", as: Int32.self)), checksum: try $0.get("checksum"))
      },
      archivedAt: tracker.clock.now(), tenantCreatedAt: tenant.createdAt,
      domains: try domains.map { try $0.get("host") },
      secretCheck: try tracker.secrets.seal(tenant.slug, for: Self.secretContext(tenant.schema)),
      licenseKey: try license?.get("license_key"))
  }
}
