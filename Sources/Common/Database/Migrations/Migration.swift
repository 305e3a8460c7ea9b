import Crypto

/// Which program's tables a migration makes.
public enum MigrationGroup: String, Hashable, Sendable, CaseIterable {
  /// The license server's.
  case license
  /// What a tracker installation knows of its tenants.
  case control
  /// One tenant's; its files write `{schema}` for the tenant's schema.
  case tenant

  /// The one schema the group is about; nil for tenants.
  public var schema: SchemaName? {
    switch self {
    case .license: .license
    case .control: .control
    case .tenant: nil
    }
  }

  /// Where the group's versions are kept: `<schema>.schema_version`.
  var versionSchema: SchemaName { schema ?? .control }
}

/// Which migrations a release may run while older processes still serve.
public enum MigrationPhase: Sendable {
  /// Only those that older code can live with.
  case expand
  /// Also the `.contract.sql` ones, which take away what only older code needs.
  case everything
}

/// One numbered SQL file.
public struct Migration: Hashable, Sendable {
  public let version: Int
  /// The file's name: `0003_traffic.sql`, or `0007_drop_legacy.contract.sql` for what must wait until no older process
  /// is left.
  public let file: String
  public let isContract: Bool
  /// SHA-256 of the script, hexadecimal.
  public let checksum: String
  let script: String

  /// - Throws: ``MigrationError/badName(file:)``.
  public init(file: String, script: String) throws(MigrationError) {
    let parts = file.split(separator: "_", maxSplits: 1)
    guard parts.count == 2, parts[0].utf8.count == 4, let version = Int(parts[0]), version > 0, file.hasSuffix(".sql")
    else { throw .badName(file: file) }
    self.version = version
    self.file = file
    self.script = script
    isContract = file.hasSuffix(".contract.sql")
    checksum = SHA256.hash(data: Array(script.utf8)).map { byte in
      let digits = String(byte, radix: 16)
      return digits.utf8.count == 1 ? "0" + digits : digits
    }.joined()
  }

  /// The script for one target.
  func script(for target: SchemaName) -> String { script.replacing("{schema}", with: target.description) }
}
