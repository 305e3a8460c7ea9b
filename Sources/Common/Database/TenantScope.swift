/// One tenant's part of the database, on that tenant's own login. Every store takes one; only ``TenantPools`` makes it,
/// so no code can reach a tenant's tables without having been given the tenant.
public struct TenantScope: SQLExecutor {
  private let coordinates: TenantCoordinates
  private let core: PoolCore<TenantCoordinates>

  init(coordinates: TenantCoordinates, core: PoolCore<TenantCoordinates>) {
    self.coordinates = coordinates
    self.core = core
  }

  public var tenantID: Int64 { coordinates.tenantID }
  public var slug: String { coordinates.slug }
  public var schema: SchemaName { coordinates.schema }

  public func query(_ sql: SQL) async throws(DatabaseError) -> [Row] {
    try await core.run(coordinates) { connection throws(DatabaseError) in try await connection.query(sql) }
  }

  /// - Parameter timeout: how long the statement may run, instead of the pool's limit.
  public func query(_ sql: SQL, timeout: Duration) async throws(DatabaseError) -> [Row] {
    try await core.run(coordinates) { connection throws(DatabaseError) in
      try await connection.query(sql, timeout: timeout)
    }
  }

  @discardableResult
  public func execute(_ sql: SQL) async throws(DatabaseError) -> Int {
    try await core.run(coordinates) { connection throws(DatabaseError) in try await connection.execute(sql) }
  }

  /// Lends one of the tenant's connections for the time of `body`.
  @discardableResult
  public func withConnection<T>(_ body: (Connection) async throws -> T) async throws -> T {
    try await core.withConnection(coordinates, body)
  }

  /// Runs `body` in a transaction: COMMIT when it returns, ROLLBACK when it throws.
  /// - Parameter retries: how often `body` is run again after a deadlock or serialization failure.
  @discardableResult
  public func transaction<T>(
    _ mode: TransactionMode = .readCommitted, retries: Int = 0, _ body: (Connection) async throws -> T
  ) async throws -> T {
    try await core.transaction(coordinates, mode, retries: retries, body)
  }
}
