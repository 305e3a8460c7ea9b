import FoundationEssentials

/// All migrations of a group, numbered from 1 without a gap.
public struct MigrationSet: Sendable {
  public let group: MigrationGroup
  public let migrations: [Migration]

  /// - Parameter migrations: in any order.
  /// - Throws: ``MigrationError/duplicate(first:second:)`` or ``MigrationError/gap(group:version:)``.
  public init(group: MigrationGroup, migrations: [Migration]) throws(MigrationError) {
    let ordered = migrations.sorted { ($0.version, $0.file) < ($1.version, $1.file) }
    for (first, second) in zip(ordered, ordered.dropFirst()) where first.version == second.version {
      throw .duplicate(first: first.file, second: second.file)
    }
    for (index, migration) in ordered.enumerated() where migration.version != index + 1 {
      throw .gap(group: group, version: index + 1)
    }
    self.group = group
    self.migrations = ordered
  }

  /// Loads `<directory>/<group>/NNNN_name.sql`, where `directory` is the programs' `migrations` folder.
  public init(directory: String, group: MigrationGroup) throws(MigrationError) {
    let folder = "\(directory)/\(group.rawValue)"
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw .unreadable(path: folder)
    }
    var migrations: [Migration] = []
    for name in names where name.hasSuffix(".sql") {
      let path = "\(folder)/\(name)"
      guard let script = try? String(contentsOfFile: path, encoding: .utf8) else { throw .unreadable(path: path) }
      migrations.append(try Migration(file: name, script: script))
    }
    try self.init(group: group, migrations: migrations)
  }
}
