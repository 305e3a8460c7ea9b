import ClickPath
import Core
import Database

/// Shop events as rows of `shop_events`. Not by COPY like clicks: an event that the pixel sent again is there already,
/// and COPY can't pass over it.
struct ShopEventRows: Sendable {
  private let events: [ShopEvent]

  /// Of one statement.
  private static let atOnce = 1_000

  init(_ events: [ShopEvent]) { self.events = events }

  func insert(_ schema: SchemaName, in connection: Connection) async throws(DatabaseError) {
    var rest = events[...]
    while !rest.isEmpty {
      try await insert(Array(rest.prefix(Self.atOnce)), schema, connection)
      rest = rest.dropFirst(Self.atOnce)
    }
  }

  private func insert(
    _ events: [ShopEvent], _ schema: SchemaName, _ connection: Connection
  ) async throws(DatabaseError) {
    // No value is below zero, and no text that counts is empty.
    try await connection.execute(
      """
      INSERT INTO \(schema).shop_events
        (click_id, event_id, click_ts, kind, at, value_micros, currency, order_id, products, origin)
      SELECT e.click_id, e.event_id, e.click_ts, e.kind, e.at, NULLIF(e.value_micros, -1), NULLIF(e.currency, ''),
        NULLIF(e.order_id, ''), e.products::jsonb, NULLIF(e.origin, '')
      FROM unnest(
        \(events.map(\.clickID))::uuid[], \(events.map(\.eventID))::text[],
        \(events.map(\.clickID.timestamp))::timestamptz[], \(events.map(\.kind))::text[],
        \(events.map(\.at))::timestamptz[], \(events.map { $0.value?.rawValue ?? -1 })::bigint[],
        \(events.map { $0.currency?.code ?? "" })::text[], \(events.map { $0.orderID ?? "" })::text[],
        \(events.map { $0.products.map { String(decoding: $0, as: UTF8.self) } ?? "[]" })::text[],
        \(events.map { $0.origin ?? "" })::text[]
      ) AS e (click_id, event_id, click_ts, kind, at, value_micros, currency, order_id, products, origin)
      ON CONFLICT DO NOTHING
      """)
  }
}
