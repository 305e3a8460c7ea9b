import Core
import Database

/// All SQL on events.
struct EventStore: Sendable {
  /// Does nothing when the same was told before.
  func insert(_ event: Event, of scope: TenantScope) async throws(DatabaseError) {
    try await scope.execute(
      """
      INSERT INTO \(scope.schema).events (id, at, kind, subject, occasion, detail)
      VALUES (\(event.id), \(event.at), \(event.kind.rawValue), \(event.subject), \(event.occasion), \(event.detail))
      ON CONFLICT (kind, subject, occasion) DO NOTHING
      """)
  }

  /// Newest first; the cursor is the last id seen.
  func page(
    kind: Event.Kind?, limit: Int, after cursor: UUIDv7?, of scope: TenantScope
  ) async throws -> Page<Event> {
    let rows = try await scope.query(
      """
      SELECT id, at, kind, subject, occasion, detail FROM \(scope.schema).events
      WHERE (\(kind?.rawValue)::text IS NULL OR kind = \(kind?.rawValue))
        AND (\(cursor)::uuid IS NULL OR id < \(cursor))
      ORDER BY id DESC LIMIT \(limit + 1)
      """)
    return Page(fetched: try rows.compactMap(Self.event), limit: limit) { $0.id.description }
  }

  private static func event(_ row: Row) throws(DatabaseError) -> Event? {
    guard let kind = Event.Kind(rawValue: try row.get("kind")) else { return nil }
    return Event(
      id: try row.get("id"), at: try row.get("at"), kind: kind, subject: try row.get("subject"),
      occasion: try row.get("occasion"), detail: try row.get("detail"))
  }
}
