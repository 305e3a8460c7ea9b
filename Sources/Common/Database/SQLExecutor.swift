/// Runs statements: a connection, a pool of them, or a tenant's part of one.
public protocol SQLExecutor: Sendable {
  /// The rows the statement answers with.
  func query(_ sql: SQL) async throws(DatabaseError) -> [Row]
  /// Runs the statement and gives the number of rows it touched.
  @discardableResult func execute(_ sql: SQL) async throws(DatabaseError) -> Int
}

extension SQLExecutor {
  /// The first row, or nil for an empty answer.
  public func first(_ sql: SQL) async throws(DatabaseError) -> Row? { try await query(sql).first }

  /// The first row of an answer that cannot be empty, such as that of `INSERT .. RETURNING`.
  /// - Throws: ``DatabaseError/Kind/decoding`` when it is.
  public func one(_ sql: SQL) async throws(DatabaseError) -> Row {
    guard let row = try await query(sql).first else { throw DatabaseError(.decoding, detail: "no row") }
    return row
  }

  /// The first column of the first row, or nil for an empty answer.
  public func scalar<T: SQLDecodable>(_ sql: SQL, as type: T.Type = T.self) async throws(DatabaseError) -> T? {
    guard let row = try await query(sql).first else { return nil }
    return try row.get(at: 0)
  }
}
