import Core
import Database

extension SchemaBuilder {
  /// What a schema's comment begins with; the moment it was made follows.
  static let mark = "Schema of a Trackily tenant, made "

  /// Drops schemas, with their logins, that were made before `time` and became nobody's: the process that made them was
  /// killed. Only those that bear our mark.
  /// - Returns: which.
  func dropOrphans(madeBefore time: Timestamp) async throws -> [SchemaName] {
    var dropped: [SchemaName] = []
    for schema in try await orphans(in: control) where schema.madeAt < time {
      let isDropped = try await control.transaction { connection in
        // Somebody may have taken it meanwhile.
        guard try await orphans(in: connection).contains(where: { $0.name == schema.name }) else { return false }
        try await drop(schema.name, hasLogin: true, in: connection)
        return true
      }
      if isDropped { dropped.append(schema.name) }
    }
    return dropped
  }

  private func orphans(in executor: any SQLExecutor) async throws -> [(name: SchemaName, madeAt: Timestamp)] {
    let rows = try await executor.query(
      """
      SELECT n.nspname::text AS name, pg_catalog.obj_description(n.oid, 'pg_namespace') AS comment
      FROM pg_catalog.pg_namespace n
      WHERE n.nspname LIKE 't\\_%'
        AND NOT EXISTS (SELECT 1 FROM control.tenants t WHERE t.schema_name = n.nspname)
        AND NOT EXISTS (SELECT 1 FROM control.schema_pool p WHERE p.schema_name = n.nspname)
      ORDER BY n.nspname
      """)
    return try rows.compactMap { row in
      guard let comment = try row.get("comment", as: String?.self), comment.hasPrefix(Self.mark),
        let madeAt = Timestamp(rfc3339: comment.dropFirst(Self.mark.count)),
        let name = SchemaName(try row.get("name", as: String.self))
      else { return nil }
      return (name, madeAt)
    }
  }
}
