import Analytics
import ClickPath
import Core
import Database

/// The journal writer's SQL: clicks in, position forward, in one transaction of the tenant's schema.
struct DrainStore: Sendable {
  /// Clicks and postbacks of one journal are two streams: each has its own position.
  enum Stream: String, Sendable, CaseIterable { case clicks, postbacks }

  /// A schema knows less than it did: it was restored to an earlier point and has to be drained again from there.
  struct WentBack: Error {
    let schema: SchemaName
    let from: JournalPosition
    let to: JournalPosition
  }

  let writer: JournalWriter
  let instance: JournalInstance
  let clock: any WallClock

  /// How far a stream has been drained into a schema; `.start` when never.
  func position(_ stream: Stream, _ schema: SchemaName) async throws -> JournalPosition {
    let row = try await writer.pool().query(
      """
      SELECT segment, "offset" FROM \(schema).journal_position
      WHERE instance = \(instance.description) AND stream = \(stream.rawValue)
      """
    ).first
    guard let row else { return .start }
    return JournalPosition(segment: try row.get("segment"), offset: try row.get("offset"))
  }

  /// What visitors did, as it goes into one schema, with where each record ends in the journal.
  struct Visits: Sendable {
    var clicks: [(end: JournalPosition, event: ClickEvent)] = []
    var offerVisits: [(end: JournalPosition, event: OfferVisitEvent)] = []
    var shopEvents: [(end: JournalPosition, event: ShopEvent)] = []

    var isEmpty: Bool { clicks.isEmpty && offerVisits.isEmpty && shopEvents.isEmpty }
  }

  /// Copies what comes after the stored position and moves it to `end`. Whatever is killed when, each click is there
  /// once: a transaction that waits for another's position finds its records drained already and leaves them out.
  /// - Parameter known: what was stored when last looked at. Throws ``WentBack`` when it is less now.
  /// - Returns: how many clicks were new.
  @discardableResult
  func drain(
    _ visits: Visits, from known: JournalPosition, to end: JournalPosition, schema: SchemaName
  ) async throws -> Int {
    try await writer.pool().transaction(retries: 3) { connection in
      let stored = try await lockPosition(.clicks, from: known, schema, connection)
      let clicks = visits.clicks.filter { $0.end > stored }
      if !clicks.isEmpty {
        try await RollupMark.adding(clicksAt: clicks.lazy.map(\.event.ts), in: connection, schema: schema)
      }
      var rows = CopyRows(reservingBytes: clicks.count * 400)
      for click in clicks { ClickColumns.append(click.event, to: &rows) }
      if rows.rowCount > 0 { _ = try await connection.copyIn(ClickColumns.target(schema), rows: rows) }
      var offers = CopyRows(reservingBytes: visits.offerVisits.count * 48)
      for visit in visits.offerVisits where visit.end > stored {
        offers.beginRow()
        offers.append(visit.event.clickID)
        offers.append(visit.event.offerID)
        offers.append(visit.event.at)
      }
      if offers.rowCount > 0 {
        _ = try await connection.copyIn("\(schema).offer_visits (click_id, offer_id, at)", rows: offers)
      }
      try await ShopEventRows(visits.shopEvents.filter { $0.end > stored }.map(\.event)).insert(schema, in: connection)
      if end > stored { try await setPosition(.clicks, end, schema, connection) }
      return rows.rowCount
    }
  }

  /// Notes that everything up to `end` has been dealt with.
  /// - Parameter known: as in ``drain(_:from:to:schema:)``.
  /// - Returns: what is stored now.
  @discardableResult
  func advance(
    _ stream: Stream, from known: JournalPosition = .start, to end: JournalPosition, schema: SchemaName
  ) async throws -> JournalPosition {
    try await writer.pool().transaction(retries: 3) { connection in
      let stored = try await lockPosition(stream, from: known, schema, connection)
      if stored < end { try await setPosition(stream, end, schema, connection) }
      return max(stored, end)
    }
  }

  /// Whether the journal's writer gets through at all.
  func isReachable() async -> Bool { (try? await writer.pool().query("SELECT 1 AS one")) != nil }

  private func lockPosition(
    _ stream: Stream, from known: JournalPosition, _ schema: SchemaName, _ connection: Connection
  ) async throws -> JournalPosition {
    try await connection.execute(
      """
      INSERT INTO \(schema).journal_position (instance, stream, segment, "offset", updated_at)
      VALUES (\(instance.description), \(stream.rawValue), 0, 0, \(clock.now())) ON CONFLICT DO NOTHING
      """)
    let row = try await connection.one(
      """
      SELECT segment, "offset" FROM \(schema).journal_position
      WHERE instance = \(instance.description) AND stream = \(stream.rawValue) FOR UPDATE
      """)
    let stored = JournalPosition(segment: try row.get("segment"), offset: try row.get("offset"))
    guard stored >= known else { throw WentBack(schema: schema, from: known, to: stored) }
    return stored
  }

  private func setPosition(
    _ stream: Stream, _ end: JournalPosition, _ schema: SchemaName, _ connection: Connection
  ) async throws {
    try await connection.execute(
      """
      UPDATE \(schema).journal_position
      SET segment = \(end.segment), "offset" = \(end.offset), updated_at = \(clock.now())
      WHERE instance = \(instance.description) AND stream = \(stream.rawValue)
      """)
  }
}
