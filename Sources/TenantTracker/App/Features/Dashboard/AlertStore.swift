import Core
import Database

/// All SQL of what only the dashboard warns of.
struct AlertStore: Sendable {
  /// Counting stops here.
  static let limit = 1_000
  /// Names of a kind that are looked up.
  private static let nameLimit = 50
  /// A macro that has not come since is put right.
  private static let macroAge = Duration.days(3)

  /// Macros that live sources sent unreplaced lately, the latest first.
  func macros(at now: Timestamp, of scope: TenantScope) async throws(DatabaseError) -> [AlertSigns.Macro] {
    let rows = try await scope.query(
      """
      SELECT s.id, s.name, w.macro FROM \(scope.schema).source_warnings w
      JOIN \(scope.schema).sources s ON s.id = w.source_id
      WHERE s.archived_at IS NULL AND w.last_seen_at >= \(now - Self.macroAge)
      ORDER BY w.last_seen_at DESC, w.source_id, w.macro LIMIT \(Self.nameLimit)
      """)
    var macros: [AlertSigns.Macro] = []
    for row in rows {
      macros.append(.init(source: try Self.name(row), macro: try row.get("macro")))
    }
    return macros
  }

  /// Active campaigns that no visitor comes further from.
  func deadEnds(of scope: TenantScope) async throws(DatabaseError) -> [NameStore.Name] {
    let rows = try await scope.query(
      """
      SELECT c.id, c.name FROM \(scope.schema).campaigns c
      WHERE c.archived_at IS NULL AND c.status = 'active' AND c.offer_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM \(scope.schema).flows f WHERE f.campaign_id = c.id AND f.active)
      ORDER BY c.id DESC LIMIT \(Self.nameLimit)
      """)
    var names: [NameStore.Name] = []
    for row in rows { names.append(try Self.name(row)) }
    return names
  }

  /// Postbacks out that were given up, at most ``limit``.
  func deadDeliveries(of scope: TenantScope) async throws(DatabaseError) -> Int {
    let row = try await scope.one(
      """
      SELECT count(*) AS dead
      FROM (SELECT 1 FROM \(scope.schema).deliveries WHERE state = 'dead' LIMIT \(Self.limit)) AS dead
      """)
    return Int(try row.get("dead", as: Int64.self))
  }

  private static func name(_ row: Row) throws(DatabaseError) -> NameStore.Name {
    NameStore.Name(id: try row.get("id"), name: try row.get("name"))
  }
}
