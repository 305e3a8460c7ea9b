public import Core
public import Database
import Foundation

/// A tenant of its own for one test: a migrated schema with partitions for its clicks, in a database that others share.
public final class TestTenant: Sendable {
  public let scope: TenantScope
  private let pools: TenantPools
  private let database: TestDatabase

  /// - Parameters:
  ///   - days: the days clicks may have; there is a partition for each of their months.
  ///   - connections: how many statements can run at a time.
  public init(clicksOn days: ClosedRange<LocalDate>, connections: Int = 4) async throws {
    database = try await TestPostgres.shared("tenants")
    let number = Int64.random(in: 1 ... .max)
    guard let schema = SchemaName("t_\(UInt64(number))") else { throw TestTenantError() }
    let pool = database.pool()
    try await pool.execute("CREATE SCHEMA \(schema)")
    let files = try MigrationSet(directory: Self.migrations, group: .tenant)
    try await Migrator(files, dsn: database.dsn, catalog: pool).migrate([schema]).check()
    var month = days.lowerBound.firstOfMonth
    while month <= days.upperBound {
      let next = month.adding(days: 31).firstOfMonth
      try await pool.execute(
        """
        CREATE TABLE \(schema).\(identifier: "clicks_\(month.year)_\(month.month)") PARTITION OF \(schema).clicks
        FOR VALUES FROM (\(literal: month.utcMidnight.rfc3339)) TO (\(literal: next.utcMidnight.rfc3339))
        """)
      month = next
    }
    await pool.close()
    pools = TenantPools(
      limits: .init(maxTotal: connections, perTenant: connections, acquireTimeout: .seconds(60)), logger: .silent)
    scope = pools.scope(
      for: TenantCoordinates(tenantID: number, slug: "t-\(number)", schema: schema, dsn: database.dsn))
  }

  /// Closes its connections.
  public func close() async { await pools.close() }

  private static let migrations = URL(filePath: #filePath)
    .deletingLastPathComponent().appending(path: "../../migrations").standardizedFileURL.path
}

private struct TestTenantError: Error {}

extension LocalDate {
  fileprivate var firstOfMonth: LocalDate { adding(days: 1 - day) }
}
