import Core
import Database
import Security

/// A tenant as one file, to be kept or to be moved to another installation: a gzipped tar of `manifest.json` and of
/// `data.sql`, what pg_dump says of the tenant's schema.
///
/// Left out are sessions, open invitations and idempotency keys, which are of one place and time, and how far journals
/// were drained, which is of one installation: its clicks that are still in the journal are not in the file.
struct TenantArchive: Sendable {
  static let format = "trackily-tenant"
  static let formatVersion: Int64 = 1
  static let manifestFile = "manifest.json"
  static let dataFile = "data.sql"
  /// Tables whose rows stay behind.
  static let tablesLeftOut = ["sessions", "invitations", "idempotency_keys", "journal_position"]

  let tracker: Tracker

  /// What is known of the tenant before its data is looked at.
  struct Manifest: Sendable {
    struct Version: Sendable {
      let number: Int
      let checksum: String
    }

    var slug: String
    var name: String
    var schema: SchemaName
    /// The migrations its schema has.
    var versions: [Version]
    var archivedAt: Timestamp
    var tenantCreatedAt: Timestamp
    /// Hosts the control API gave it; those its users added are verified again at the new place.
    var domains: [String]
    /// Sealed with SECRET_KEY: whoever can open it can open the tenant's secrets.
    var secretCheck: String
    /// The licence key as it is sealed in the data.
    var licenseKey: String?

    var schemaVersion: Int { versions.map(\.number).max() ?? 0 }
  }

  enum Failure: Error, CustomStringConvertible {
    case notAnArchive(String)
    case newer(schemaVersion: Int)
    case foreignMigration(Int)

    var description: String {
      switch self {
      case .notAnArchive(let why): "not a tenant's archive: \(why)"
      case .newer(let version):
        "the archive was made by a newer version of trackily (schema version \(version)); update this one first"
      case .foreignMigration(let version):
        "the archive's schema was made by another migration \(version) than this version of trackily has"
      }
    }
  }

  static func secretContext(_ schema: SchemaName) -> String { "tenant-archive:\(schema)" }
}

extension TenantArchive.Manifest {
  var json: JSONValue {
    [
      "format": .string(TenantArchive.format), "format_version": .int(TenantArchive.formatVersion),
      "trackily_version": .string(Configuration.version), "created_at": JSONValue(archivedAt), "slug": .string(slug),
      "name": .string(name), "schema": .string(schema.description), "schema_version": .int(schemaVersion),
      "migrations": .array(
        versions.map { ["version": .int($0.number), "checksum": .string($0.checksum)] }),
      "tenant_created_at": JSONValue(tenantCreatedAt), "domains": JSONValue(domains),
      "secret_check": .string(secretCheck), "license_key": JSONValue(licenseKey),
    ]
  }

  init(json: JSONValue) throws {
    guard json["format"]?.stringValue == TenantArchive.format else {
      throw TenantArchive.Failure.notAnArchive("its manifest is of another format")
    }
    guard json["format_version"]?.intValue == TenantArchive.formatVersion else {
      throw TenantArchive.Failure.notAnArchive("its format is newer than this version of trackily")
    }
    guard let slug = json["slug"]?.stringValue, let name = json["name"]?.stringValue,
      let schema = json["schema"]?.stringValue.flatMap({ SchemaName($0) }),
      let archivedAt = json["created_at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
      let created = json["tenant_created_at"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }),
      let migrations = json["migrations"]?.arrayValue, let domains = json["domains"]?.arrayValue,
      let secretCheck = json["secret_check"]?.stringValue
    else { throw TenantArchive.Failure.notAnArchive("its manifest is not complete") }
    self.slug = slug
    self.name = name
    self.schema = schema
    self.archivedAt = archivedAt
    tenantCreatedAt = created
    versions = migrations.compactMap { migration in
      guard let number = migration["version"]?.intValue, let checksum = migration["checksum"]?.stringValue else {
        return nil
      }
      return Version(number: Int(number), checksum: checksum)
    }
    guard versions.count == migrations.count else {
      throw TenantArchive.Failure.notAnArchive("its manifest is not complete")
    }
    self.domains = domains.compactMap(\.stringValue).filter { Hostname.isValid($0) }
    self.secretCheck = secretCheck
    licenseKey = json["license_key"]?.stringValue
  }
}
