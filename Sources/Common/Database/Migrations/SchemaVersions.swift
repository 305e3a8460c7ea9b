import Core

/// What is known of one target: which migrations it has and which it lacks.
public struct MigrationStatus: Sendable {
  public let target: SchemaName
  /// Applied versions in order.
  public let applied: [Int]
  /// Migrations it lacks, in order.
  public let pending: [Migration]
  /// A newer release has been here: there are versions this one has no file for.
  public let isAhead: Bool
  let changed: [Int]

  /// It lacks something this release's code needs.
  public var isBehind: Bool { pending.contains { !$0.isContract } }

  func pending(in phase: MigrationPhase) -> [Migration] {
    switch phase {
    case .expand: pending.filter { !$0.isContract }
    case .everything: pending
    }
  }
}

/// The table of applied versions; all SQL on it.
struct SchemaVersions: Sendable {
  let files: MigrationSet

  private var schema: SchemaName { files.group.versionSchema }

  /// One query, whatever the number of targets. A missing table means that nothing was ever applied.
  func statuses(of targets: [SchemaName], in executor: any SQLExecutor) async throws(DatabaseError) -> [MigrationStatus]
  {
    let versions = files.migrations.map { Int32($0.version) }
    let checksums = files.migrations.map(\.checksum)
    let rows: [Row]
    do {
      rows = try await executor.query(
        """
        SELECT applied.target, array_agg(applied.version ORDER BY applied.version) AS versions,
               coalesce(array_agg(applied.version) FILTER (WHERE file.checksum <> applied.checksum), '{}') AS changed
        FROM \(schema).schema_version AS applied
        LEFT JOIN unnest(\(versions), \(checksums)) AS file (version, checksum) ON file.version = applied.version
        WHERE applied.target = ANY(\(targets.map(\.description)))
        GROUP BY applied.target
        """)
    } catch  where error.isUndefinedTable {
      rows = []
    }
    var known: [SchemaName: MigrationStatus] = [:]
    for row in rows {
      let target: SchemaName = try row.get("target")
      known[target] = status(target, applied: try row.get("versions"), changed: try row.get("changed"))
    }
    return targets.map { known[$0] ?? status($0, applied: [], changed: []) }
  }

  func makeTable(in executor: any SQLExecutor) async throws(DatabaseError) {
    try await executor.execute("CREATE SCHEMA IF NOT EXISTS \(schema)")
    try await executor.execute(
      """
      CREATE TABLE IF NOT EXISTS \(schema).schema_version (
        target text NOT NULL,
        version integer NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL,
        PRIMARY KEY (target, version)
      )
      """)
  }

  func record(
    _ migration: Migration, on target: SchemaName, at time: Timestamp, in executor: any SQLExecutor
  ) async throws(DatabaseError) {
    try await executor.execute(
      """
      INSERT INTO \(schema).schema_version (target, version, checksum, applied_at)
      VALUES (\(target.description), \(Int32(migration.version)), \(migration.checksum), \(time))
      """)
  }

  func forget(_ target: SchemaName, in executor: any SQLExecutor) async throws(DatabaseError) {
    try await executor.execute("DELETE FROM \(schema).schema_version WHERE target = \(target.description)")
  }

  private func status(_ target: SchemaName, applied: [Int], changed: [Int]) -> MigrationStatus {
    let done = Set(applied)
    return MigrationStatus(
      target: target, applied: applied, pending: files.migrations.filter { !done.contains($0.version) },
      isAhead: applied.contains { $0 > files.migrations.count }, changed: changed)
  }
}
