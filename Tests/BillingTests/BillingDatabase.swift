import Billing
import Core
import Database
import Foundation
import TestSupport
import Testing

/// A migrated database of its own for one test.
struct BillingDatabase {
  let database: TestDatabase
  let pool: ConnectionPool

  static func make() async throws -> BillingDatabase {
    let database = try await TestPostgres.database(template: "license") { dsn in
      let migrations = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../migrations")
      let pool = ConnectionPool(name: "migrator", dsn: dsn, logger: .silent)
      let files = try MigrationSet(directory: migrations.standardizedFileURL.path, group: .license)
      try await Migrator(files, dsn: dsn, catalog: pool).migrate().check()
      await pool.close()
    }
    return BillingDatabase(
      database: database, pool: database.pool(limits: PoolLimits(maxConnections: 8, acquireTimeout: .seconds(60))))
  }

  static let now = Timestamp(seconds: 1_795_255_200)  // 2026-11-21T10:00:00Z

  func order(
    _ plan: String = "pro", _ period: BillingPeriod = .month, _ currency: Currency = .usd,
    email: String = "buyer@example.com", coupon: String? = nil, at now: Timestamp = now
  ) async throws -> Order {
    let address = try #require(EmailAddress(email))
    return try await pool.transaction { connection in
      try await ManualBilling(connection).place(
        OrderRequest(plan: plan, period: period, currency: currency, email: address, coupon: coupon), at: now)
    }
  }

  func pay(
    _ invoice: Int64, _ reference: String = "transfer 1", at now: Timestamp = now
  ) async throws -> SettledInvoice {
    try await pool.transaction { connection in
      try await ManualBilling(connection).markPaid(invoice: invoice, reference: reference, at: now)
    }
  }
}
