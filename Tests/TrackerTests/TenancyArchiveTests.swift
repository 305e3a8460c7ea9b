import Core
import Database
import Foundation
import Security
import TestSupport
import Testing

@testable import TenantTracker

/// What the acceptance test of `tenant export` and `import` can't play from outside.
@Suite(.serialized) struct TenancyArchiveTests {
  @Test func anOlderArchiveIsMigrated() async throws {
    try await Self.withDesk { tracker, folder in
      let older = try await Self.olderTenant(tracker, folder)
      let (archive, file) = (TenantArchive(tracker: tracker), folder.appending(path: "older"))
      #expect(try await archive.export(slug: "older", to: file).schemaVersion == 2)
      try await tracker.provisioner.purge(older)
      let made = try await archive.importTenant(from: file, slug: nil)
      #expect(made.warnings.isEmpty && made.tenant.schema == older.schema)
      #expect(try await tracker.migrations.behind([made.tenant.schema]).isEmpty)
      let scope = try tracker.scope(of: made.tenant)
      #expect(try await scope.query("SELECT id FROM \(scope.schema).clicks").isEmpty)
      #expect(try await scope.query("SELECT name FROM \(scope.schema).sources").map { try $0.get("name") } == ["Push"])
    }
  }

  @Test func anImportUnderAnotherNameLeavesTheFirstAsItWas() async throws {
    try await Self.withDesk { tracker, folder in
      let first = try await tracker.provisioner.provision(.init(slug: "first", name: "First")).tenant
      let source = try tracker.scope(of: first)
      let now = tracker.clock.now()
      try await source.execute(
        "INSERT INTO \(source.schema).sources (name, created_at, updated_at) VALUES ('Push', \(now), \(now))")
      let (archive, file) = (TenantArchive(tracker: tracker), folder.appending(path: "first"))
      _ = try await archive.export(slug: "first", to: file)
      // The tenant's own login works all the while.
      async let made = archive.importTenant(from: file, slug: "second")
      for _ in 0..<50 { #expect(try await source.query("SELECT name FROM \(source.schema).sources").count == 1) }
      let second = try tracker.scope(of: try await made.tenant)
      #expect(second.schema != source.schema)
      try await second.execute("DELETE FROM \(second.schema).sources")
      #expect(try await source.query("SELECT name FROM \(source.schema).sources").count == 1)
      let error = await #expect(throws: DatabaseError.self) {
        try await second.query("SELECT name FROM \(source.schema).sources")
      }
      #expect(error?.sqlState == "42501")
    }
  }

  @Test func aFailureAtTheVeryEndLeavesNothing() async throws {
    try await Self.withDesk { tracker, folder in
      _ = try await tracker.provisioner.provision(.init(slug: "first", name: "First"))
      let (archive, file) = (TenantArchive(tracker: tracker), folder.appending(path: "first"))
      _ = try await archive.export(slug: "first", to: file)
      // The tenant's entry is the script's last word, and this one can't be made.
      try await tracker.control.execute(
        "ALTER TABLE control.tenants ADD CONSTRAINT no_second CHECK (slug <> 'second') NOT VALID")
      await #expect(throws: SystemProgram.Failed.self) {
        try await archive.importTenant(from: file, slug: "second")
      }
      let schemas = try await tracker.control.query(
        "SELECT nspname::text AS name FROM pg_catalog.pg_namespace WHERE nspname LIKE 't\\_%'")
      #expect(schemas.count == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["first", "state"])
      try await tracker.control.execute("ALTER TABLE control.tenants DROP CONSTRAINT no_second")
      #expect(try await archive.importTenant(from: file, slug: "second").tenant.slug == "second")
    }
  }

  @Test func aMissingProgramIsNamedWithItsPackage() {
    let error = #expect(throws: SystemProgram.Missing.self) {
      try SystemProgram("pg_dump_that_nobody_has", package: "postgresql-client")
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("install the Debian package postgresql-client"))
  }

  /// A tracker that does not serve, and a folder to write to.
  private static func withDesk(_ body: (Tracker, URL) async throws -> Void) async throws {
    let database = try await TestPostgres.database(template: "tracker-control", migrate: TrackerDatabase.migrate)
    let folder = FileManager.default.temporaryDirectory.appending(path: "archive-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let tracker = try TrackerDatabase.tracker(
      on: database, state: folder.appending(path: "state").path, clock: TestClock())
    _ = try await tracker.migrate()
    try await body(tracker, folder)
    await tracker.pools.close()
    await tracker.control.close()
  }

  /// A tenant as the second migration left it.
  private static func olderTenant(_ tracker: Tracker, _ folder: URL) async throws -> Tenant {
    let files = folder.appending(path: "migrations/tenant")
    try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
    for file in ["0001_access.sql", "0002_campaigns.sql"] {
      try FileManager.default.copyItem(
        atPath: "\(TrackerDatabase.home)/migrations/tenant/\(file)", toPath: files.appending(path: file).path)
    }
    let schema = TenantRoles.newName()
    let password = TenantRoles.newPassword()
    try await tracker.control.transaction { connection in
      try await TenantRoles.createLogin(schema, password: password, connections: 5, in: connection)
      try await connection.execute("CREATE SCHEMA \(schema)")
    }
    let set = try MigrationSet(directory: folder.appending(path: "migrations").path, group: .tenant)
    try await Migrator(set, dsn: tracker.configuration.databaseURL, catalog: tracker.control).migrate([schema]).check()
    let now = tracker.clock.now()
    try await tracker.control.execute(
      "INSERT INTO \(schema).sources (name, created_at, updated_at) VALUES ('Push', \(now), \(now))")
    let sealed = try tracker.secrets.seal(password, for: TenantCoordinatesMaker.secretContext(schema))
    let tenant = try await tracker.catalog.insert(
      slug: "older", name: "Older", schema: schema, roleSecret: sealed, isDefault: false, at: now, in: tracker.control)
    try await tracker.catalog.setStatus(.active, of: tenant.id, at: now)
    return tenant
  }
}
