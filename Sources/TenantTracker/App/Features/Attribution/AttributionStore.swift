import Analytics
import Core
import Database

/// Finds journeys. Clicks have no index by visitor, as every click would pay for it; so the partitions of the look-back are
/// read once, joined with the visitors of the conversions that are asked for.
struct AttributionStore: Sendable {
  /// Journeys read at a time: what of them is in memory here.
  private static let batch: SQL = "FETCH 5000 FROM journeys"

  /// Gives every journey of a question to `take`, one after the other, in the order of ids.
  func journeys(
    _ question: AttributionQuestion, _ window: ReportWindow, of scope: TenantScope, take: (Journey) -> Void
  ) async throws {
    let sales = SQL.joined(question.conditions(window), separator: " AND ")
    try await scope.transaction(.readOnlySnapshot) { connection in
      guard let statement = try await statement(sales, question, scope.schema, in: connection) else { return }
      try await connection.execute("DECLARE journeys NO SCROLL CURSOR FOR \(statement)")
      var reader = JourneyReader()
      while true {
        let rows = try await connection.query(Self.batch)
        for row in rows { if let journey = try reader.read(row) { take(journey) } }
        if rows.isEmpty { break }
      }
      if let journey = reader.rest() { take(journey) }
    }
  }

  /// A page of a question's conversions with their clicks, the newest first. Those without a click that the question shows
  /// are left out, so that a page may have fewer than `limit` and still a next one.
  /// - Parameter cursor: the last one of the page before.
  func page(
    _ question: AttributionQuestion, _ window: ReportWindow, limit: Int, after cursor: ConversionID?,
    of scope: TenantScope
  ) async throws -> Page<Journey> {
    var conditions = question.conditions(window)
    if let cursor {
      conditions.append(
        "(created_at, id) < (SELECT c.created_at, c.id FROM \(scope.schema).conversions c WHERE c.id = \(cursor))")
    }
    let ids = try await scope.query(
      """
      SELECT id FROM \(scope.schema).conversions WHERE \(SQL.joined(conditions, separator: " AND "))
      ORDER BY created_at DESC, id DESC LIMIT \(limit + 1)
      """
    ).map { row throws(DatabaseError) in try row.get("id", as: ConversionID.self) }
    let wanted = Array(ids.prefix(limit))
    guard let statement = try await statement("id = ANY (\(wanted))", question, scope.schema, in: scope) else {
      return Page(items: [], nextCursor: nil)
    }
    var (reader, found) = (JourneyReader(), [ConversionID: Journey]())
    for row in try await scope.query(statement) {
      if let journey = try reader.read(row) { found[journey.conversion] = journey }
    }
    if let journey = reader.rest() { found[journey.conversion] = journey }
    return Page(
      items: wanted.compactMap { found[$0] }.filter { $0.touches.contains(where: question.shows) },
      nextCursor: ids.count > limit ? wanted.last?.description : nil)
  }

  /// The journeys of the conversions that a condition chooses, a row for each click. Nil when it chooses none.
  ///
  /// A conversion's own click always is one of them. Others are those of the same cookie, else those that led to
  /// conversions with the same e-mail address; each within the look-back.
  private func statement(
    _ sales: SQL, _ question: AttributionQuestion, _ schema: SchemaName, in executor: some SQLExecutor
  ) async throws -> SQL? {
    let bounds = try await executor.one(
      "SELECT min(created_at) AS earliest, max(created_at) AS latest FROM \(schema).conversions WHERE \(sales)")
    guard let earliest = try bounds.get("earliest", as: Timestamp?.self),
      let latest = try bounds.get("latest", as: Timestamp?.self)
    else { return nil }
    // Partitions are chosen by constants: when the first conversion's look-back begins, when the last conversion came.
    let first = earliest - .seconds(Int64(question.lookbackDays) * 86_400)
    let lookback: SQL = "\(Int64(question.lookbackDays) * 86_400) * interval '1 second'"
    let isBefore = { (time: SQL) -> SQL in
      "\(time) <= s.created_at AND \(time) > s.created_at - \(lookback)"
    }
    return """
      WITH sales AS (
        SELECT id, click_id, click_ts, created_at, type, visitor_id, email_hash, revenue_micros, campaign_id, source_id,
          landing_id, (\(CountedSale.condition(schema))) AS counts
        FROM \(schema).conversions WHERE \(sales)
      ),
      touches AS (
        SELECT id AS sale, click_id AS click, click_ts AS ts, campaign_id, source_id, landing_id FROM sales
        UNION
        SELECT s.id, c.id, c.ts, c.campaign_id, c.source_id, c.landing_id
        FROM sales s JOIN \(schema).clicks c ON c.visitor_id = s.visitor_id AND c.id <> s.click_id
        WHERE c.status = 'ok' AND c.ts >= \(first) AND c.ts <= \(latest) AND \(isBefore("c.ts"))
        UNION
        SELECT s.id, o.click_id, o.click_ts, o.campaign_id, o.source_id, o.landing_id
        FROM sales s JOIN \(schema).conversions o ON o.email_hash = s.email_hash AND o.click_id <> s.click_id
        WHERE s.visitor_id IS NULL AND \(isBefore("o.click_ts"))
      ),
      ranked AS (
        SELECT sale, click, ts, campaign_id, source_id, landing_id,
          row_number() OVER (PARTITION BY sale ORDER BY ts, click) AS place, count(*) OVER (PARTITION BY sale) AS length
        FROM touches
      )
      SELECT s.id, s.created_at, s.type, s.click_id, s.revenue_micros, s.counts, r.click, r.ts, r.campaign_id, r.source_id,
        r.landing_id, r.length
      FROM ranked r JOIN sales s ON s.id = r.sale
      WHERE r.place = 1 OR r.place > r.length - \(Int64(Journey.mostTouches - 1))
      ORDER BY s.id, r.ts, r.click
      """
  }
}

/// Puts a journey together from its rows, which come one after the other.
private struct JourneyReader {
  private var current: Journey?

  /// The journey before this row's, once it is whole.
  mutating func read(_ row: Row) throws(DatabaseError) -> Journey? {
    let touch = Journey.Touch(
      click: try row.get("click"), at: try row.get("ts"), campaign: try row.get("campaign_id"),
      source: try row.get("source_id"), landing: try row.get("landing_id"))
    let conversion = try row.get("id", as: ConversionID.self)
    guard current?.conversion != conversion else {
      current?.touches.append(touch)
      return nil
    }
    let whole = current
    current = Journey(
      conversion: conversion, at: try row.get("created_at"), type: try row.get("type"), click: try row.get("click_id"),
      revenue: try row.get("revenue_micros"), isCounted: try row.get("counts"), touches: [touch],
      length: try row.get("length"))
    return whole
  }

  mutating func rest() -> Journey? {
    defer { current = nil }
    return current
  }
}
