import Core
import Database
import TestSupport
import Testing

@testable import Analytics
@testable import TenantTracker

/// A tenant whose clicks and conversions are written straight into its tables.
struct JourneyBench: Sendable {
  static let start = Timestamp(seconds: 1_793_491_200)  // 2026-11-01T00:00:00Z

  struct Click: Sendable {
    var id: ClickID
    var campaign: Int64 = 1
    var source: Int64? = 1
    var landing: Int64?
    var visitor: UUIDv7?
    var status = "ok"
  }

  struct Conversion: Sendable {
    var click: Click
    var at: Timestamp
    var revenue: Int64 = 10_000_000
    var type = "sale"
    var status = "sale"
    var email: [UInt8]?
    var visitor: UUIDv7?
  }

  let tenant: TestTenant
  let clock = TestClock(start + .seconds(30 * 86_400))

  init() async throws {
    tenant = try await TestTenant(
      clicksOn: LocalDate(daysSinceEpoch: 20_700)...LocalDate(daysSinceEpoch: 20_820))
  }

  var scope: TenantScope { tenant.scope }
  var engine: ReportEngine { ReportEngine(clock: clock) }

  var desk: AttributionDesk {
    AttributionDesk(store: AttributionStore(), settings: SettingsStore(), names: NameStore(), clock: clock)
  }

  static func day(_ day: Int, hour: Int = 12) -> Timestamp {
    start + .seconds(Int64(day - 1) * 86_400 + Int64(hour) * 3_600)
  }

  func insert(_ clicks: [Click]) async throws {
    var rows = CopyRows()
    for click in clicks {
      rows.beginRow()
      rows.append(click.id)
      rows.append(click.id.timestamp)
      rows.append(click.status)
      rows.append(click.campaign)
      rows.append(click.source)
      rows.append(click.landing)
      rows.append(click.visitor)
      rows.append("USD")
    }
    let all = rows
    try await scope.transaction { connection in
      try await connection.copyIn(
        "\(scope.schema).clicks (id, ts, status, campaign_id, source_id, landing_id, visitor_id, currency)", rows: all)
    }
  }

  @discardableResult
  func insert(_ conversion: Conversion) async throws -> ConversionID {
    let id = ConversionID(at: conversion.at)
    let click = conversion.click
    try await scope.execute(
      """
      INSERT INTO \(scope.schema).conversions (id, click_id, click_ts, type, status, txid, currency, revenue_micros,
        match, campaign_id, source_id, landing_id, visitor_id, email_hash, created_at, updated_at)
      VALUES (\(id), \(click.id), \(click.id.timestamp), \(conversion.type), \(conversion.status), \(id.description),
        'USD', \(conversion.revenue), 'click_id', \(click.campaign), \(click.source), \(click.landing),
        \(conversion.visitor ?? click.visitor), \(conversion.email), \(conversion.at), \(conversion.at))
      """)
    return id
  }
}
