import Core
import Database
import Security

extension TenantArchive {
  /// How an archive becomes a tenant: the one script that does it.
  struct ImportPlan: Sendable {
    let schema: SchemaName
    let script: String
    /// Of the licence that comes along.
    let licenseKey: String?
    var warnings: [String]
  }

  /// Which of the archive's names are taken here.
  private struct Names {
    /// Where the data goes: under its own name if that is free.
    let schema: SchemaName
    /// The tenant the archive was made of is still here.
    let originIsHere: Bool
  }

  /// A script for psql: it reads the data in under the archive's own schema name, gives it the free one, and makes login
  /// and tenant.
  func plan(for manifest: Manifest, slug: String, _ installation: Installation) async throws -> ImportPlan {
    let names = try await names(for: manifest)
    var warnings: [String] = []
    var lines: [String] = ["BEGIN;"]
    lines += try renames(manifest.schema, to: names)
    var statements: [SQL] = []
    let licenseKey = licenseKey(of: manifest, names)
    statements += secrets(of: manifest, names, licenseKey, &warnings)
    statements += domains(names.schema)
    var roleSecret: String?
    if let journalRole = installation.journalRole {
      let password = TenantRoles.newPassword()
      roleSecret = try tracker.secrets.seal(password, for: TenantCoordinatesMaker.secretContext(names.schema))
      statements += try await TenantRoles.loginStatements(
        names.schema, password: password, connections: SchemaBuilder.connectionsPerTenant, in: tracker.control)
      // An older schema may lack what is granted on; its migration grants it.
      if try await !isOlder(manifest) {
        statements += TenantRoles.grants(schema: names.schema, role: names.schema, journalRole: journalRole)
      }
    }
    statements += entries(of: manifest, slug: slug, names.schema, roleSecret, isDefault: installation.isSingleTenant)
    lines += statements.map { "\($0.text);" } + ["COMMIT;", ""]
    return ImportPlan(
      schema: names.schema, script: lines.joined(separator: "\n"), licenseKey: licenseKey, warnings: warnings)
  }

  private func names(for manifest: Manifest) async throws -> Names {
    let name = manifest.schema.description
    let rows = try await tracker.control.query(
      """
      SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = \(name)) AS schema_taken,
        EXISTS (SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = \(name)) AS role_taken
      """)
    let schemaTaken: Bool = try rows[0].get("schema_taken")
    let roleTaken: Bool = try rows[0].get("role_taken")
    return Names(
      schema: schemaTaken || roleTaken ? TenantRoles.newName() : manifest.schema, originIsHere: schemaTaken)
  }

  /// The data names its schema, so it has to be read in under that name. A tenant that has it steps aside meanwhile:
  /// nobody sees that, for both are back in place when the transaction ends. Only a migration of that tenant would wait.
  private func renames(_ origin: SchemaName, to names: Names) throws -> [String] {
    let read = "\\ir \(Self.dataFile)"
    guard names.schema != origin else { return [read] }
    let (aside, target) = (TenantRoles.newName(), names.schema)
    func rename(_ from: SchemaName, _ to: SchemaName) -> String {
      ("ALTER SCHEMA \(from) RENAME TO \(to);" as SQL).text
    }
    return names.originIsHere
      ? [rename(origin, aside), read, rename(origin, target), rename(aside, origin)] : [read, rename(origin, target)]
  }

  /// The key, if it can be read here and nobody else goes on with it.
  private func licenseKey(of manifest: Manifest, _ names: Names) -> String? {
    guard !names.originIsHere else { return nil }
    let former = LicenseKeeper.keyContext(manifest.schema)
    return manifest.licenseKey.flatMap { try? tracker.secrets.openText($0, for: former) }
  }

  /// Secrets that can't be opened here are taken out, and so is the licence when the tenant it belongs to is still here.
  private func secrets(
    of manifest: Manifest, _ names: Names, _ licenseKey: String?, _ warnings: inout [String]
  ) -> [SQL] {
    let check = try? tracker.secrets.openText(manifest.secretCheck, for: Self.secretContext(manifest.schema))
    var statements: [SQL] = []
    if check == nil {
      statements.append(
        "UPDATE \(names.schema).users SET totp_secret = NULL, totp_last_step = NULL, recovery_hashes = '{}'")
      warnings.append("SECRET_KEY is another one here: two-factor sign-in is off, users can set it up again")
    }
    if licenseKey == nil, names.originIsHere || manifest.licenseKey != nil {
      statements.append("DELETE FROM \(names.schema).license")
      if manifest.licenseKey != nil {
        warnings.append(
          names.originIsHere
            ? "The licence stays with the tenant it was activated for: activate one for this tenant"
            : "SECRET_KEY is another one here, so the licence key can't be read: activate it again")
      }
    } else if names.schema != manifest.schema, let licenseKey,
      let sealed = try? tracker.secrets.seal(licenseKey, for: LicenseKeeper.keyContext(names.schema))
    {
      statements.append("UPDATE \(names.schema).license SET license_key = \(literal: sealed)")
    }
    return statements
  }

  /// What users had verified is verified again: DNS points elsewhere now, or will.
  private func domains(_ schema: SchemaName) -> [SQL] {
    ["UPDATE \(schema).domains SET status = 'pending', checked_at = NULL, problem = NULL"]
  }

  private func isOlder(_ manifest: Manifest) async throws -> Bool {
    let known = tracker.migrations.tenants.files.migrations.map(\.version)
    return manifest.schemaVersion < known.max() ?? 0
  }

  /// The control schema's entries: versions, tenant, hosts that nobody else has.
  private func entries(
    of manifest: Manifest, slug: String, _ schema: SchemaName, _ roleSecret: String?, isDefault: Bool
  ) -> [SQL] {
    let now: SQL = "\(literal: tracker.clock.now().rfc3339)::timestamptz"
    let name: SQL = "\(literal: schema.description)"
    let secret: SQL = roleSecret.map { "\(literal: $0)" } ?? "NULL"
    var statements: [SQL] = manifest.versions.map {
      """
      INSERT INTO control.schema_version (target, version, checksum, applied_at)
      VALUES (\(name), \(unescaped: String($0.number)), \(literal: $0.checksum), \(now))
      """
    }
    statements.append(
      """
      INSERT INTO control.tenants (slug, name, schema_name, role_secret, status, is_default, created_at, status_changed_at)
      VALUES (\(literal: slug), \(literal: manifest.name), \(name), \(secret), 'active', \(unescaped: String(isDefault)),
        \(literal: manifest.tenantCreatedAt.rfc3339)::timestamptz, \(now))
      """)
    statements += manifest.domains.map {
      """
      INSERT INTO control.domains (host, tenant_id, origin, created_at)
      SELECT \(literal: $0), id, 'control', \(now) FROM control.tenants WHERE slug = \(literal: slug)
      ON CONFLICT (host) DO NOTHING
      """
    }
    return statements
  }
}
