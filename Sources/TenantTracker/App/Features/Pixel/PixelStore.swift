import Core
import Database

/// All SQL on what the pixel tells of, but for the journal's ``ShopEventRows``.
struct PixelStore: Sendable {
  /// As long as clicks are kept.
  private static let retention = Duration.seconds(180 * 86_400)

  /// The conversion that an event became; nil when it did not yet.
  func conversion(ofEvent id: String, click: ClickID, in scope: TenantScope) async throws(DatabaseError)
    -> ConversionID?
  {
    try await scope.first(
      "SELECT conversion_id FROM \(scope.schema).pixel_conversions WHERE click_id = \(click) AND event_id = \(id)"
    ).map { row throws(DatabaseError) in try row.get("conversion_id") }
  }

  /// - Returns: false when the event has become a conversion meanwhile.
  func note(
    _ conversion: ConversionID, ofEvent id: String, click: ClickID, in executor: any SQLExecutor, schema: SchemaName
  ) async throws(DatabaseError) -> Bool {
    try await executor.execute(
      """
      INSERT INTO \(schema).pixel_conversions (click_id, event_id, conversion_id)
      VALUES (\(click), \(id), \(conversion)) ON CONFLICT DO NOTHING
      """) == 1
  }

  /// A page on which the pixel runs.
  struct Site: Sendable {
    /// Nil for pages that say not where they are from.
    let origin: String?
    /// In the last day.
    let events: Int64
    let lastKind: String
    let lastAt: Timestamp
  }

  /// Those heard of in the last day, the latest first; else the one that was heard of last.
  func sites(now: Timestamp, of scope: TenantScope) async throws(DatabaseError) -> [Site] {
    let recent = try await list(
      """
      SELECT origin, count(*) AS events, max(at) AS at, (array_agg(kind ORDER BY at DESC))[1] AS kind
      FROM \(scope.schema).shop_events WHERE at >= \(now - .hours(24)) GROUP BY origin ORDER BY max(at) DESC LIMIT 20
      """, of: scope)
    guard recent.isEmpty else { return recent }
    return try await list(
      "SELECT origin, 0::bigint AS events, at, kind FROM \(scope.schema).shop_events ORDER BY at DESC LIMIT 1",
      of: scope)
  }

  private func list(_ sql: SQL, of scope: TenantScope) async throws(DatabaseError) -> [Site] {
    var sites: [Site] = []
    for row in try await scope.query(sql) {
      sites.append(
        Site(
          origin: try row.get("origin"), events: try row.get("events"), lastKind: try row.get("kind"),
          lastAt: try row.get("at")))
    }
    return sites
  }

  /// What belongs to clicks that are no longer kept.
  func removeOld(now: Timestamp, of scope: TenantScope) async throws(DatabaseError) {
    let first = ClickID.first(at: now - Self.retention)
    for table in ["shop_events", "pixel_conversions"] {
      try await scope.execute("DELETE FROM \(scope.schema).\(identifier: table) WHERE click_id < \(first)")
    }
    try await scope.execute("DELETE FROM \(scope.schema).leads WHERE at < \(now - Self.retention)")
  }
}
