import Core
import Database

/// A click and a conversion as far as reports care, for filling a tenant and for computing what a report must say.
struct TestClick: Sendable {
  var id: ClickID
  var status = "ok"
  var isUnique = false
  var cost: Int64 = 0
  var currency = "USD"
  var entities: [String: Int64] = ["campaign_id": 1]
  var texts: [String: String] = [:]

  var time: Timestamp { id.timestamp }

  init(at time: Timestamp, using random: inout SeededGenerator) { id = ClickID(at: time, using: &random) }
}

struct TestConversion: Sendable {
  var click: TestClick
  var type = "sale"
  var status = "sale"
  var revenue: Int64 = 0
  var cost: Int64 = 0
  var isRateMissing = false
  var createdAt: Timestamp
}

struct Traffic: Sendable {
  static let entityColumns = ["campaign_id", "landing_id", "offer_id", "flow_id", "source_id", "network_id"]
  static let textColumns = [
    "country", "region", "city", "os", "browser", "device", "language", "isp", "referrer_domain", "sub1", "sub2",
    "sub3",
    "sub4", "sub5",
  ]

  var clicks: [TestClick] = []
  var conversions: [TestConversion] = []

  func insert(into scope: TenantScope) async throws {
    var clickRows = CopyRows()
    for click in clicks {
      clickRows.beginRow()
      clickRows.append(click.id)
      clickRows.append(click.time)
      clickRows.append(click.status)
      clickRows.append(click.isUnique)
      clickRows.append(click.cost)
      clickRows.append(click.currency)
      for column in Self.entityColumns { clickRows.append(click.entities[column]) }
      for column in Self.textColumns { clickRows.append(click.texts[column]) }
    }
    var conversionRows = CopyRows()
    for (index, conversion) in conversions.enumerated() {
      conversionRows.beginRow()
      conversionRows.append(ConversionID(high: conversion.click.id.high, low: UInt64(index)))
      conversionRows.append(conversion.click.id)
      conversionRows.append(conversion.click.time)
      conversionRows.append(conversion.type)
      conversionRows.append(conversion.status)
      conversionRows.append("tx-\(index)")
      conversionRows.append("USD")
      conversionRows.append(conversion.revenue)
      conversionRows.append(conversion.cost)
      conversionRows.append(conversion.isRateMissing)
      conversionRows.append("click_id")
      conversionRows.append(conversion.createdAt)
      conversionRows.append(conversion.createdAt)
      for column in Self.entityColumns { conversionRows.append(conversion.click.entities[column]) }
      for column in Self.textColumns { conversionRows.append(conversion.click.texts[column]) }
    }
    let dimensions = SQL(unescaped: (Self.entityColumns + Self.textColumns).joined(separator: ", "))
    let (rows, moreRows) = (clickRows, conversionRows)
    try await scope.transaction { connection in
      try await connection.copyIn(
        "\(scope.schema).clicks (id, ts, status, is_unique, cost_micros, currency, \(dimensions))", rows: rows)
      try await connection.copyIn(
        """
        \(scope.schema).conversions (id, click_id, click_ts, type, status, txid, currency, revenue_micros, cost_micros,
        rate_missing, match, created_at, updated_at, \(dimensions))
        """, rows: moreRows)
    }
  }
}

/// The same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }
}
