import Conversions
import Core
import Database
import Foundation

/// An order as it stands after all reports so far.
struct WebhookOrder: Sendable {
  let id: UUIDv7
  let facts: OrderFacts
  /// Counts the changes of the facts.
  let revision: Int64
  /// Once it is found.
  let clickID: ClickID?
}

/// Another report has added to the order, or found its click: what is to be recorded has to be asked again.
struct OrderMoved: Error {}

/// All SQL on the orders that shops report.
struct WebhookOrderStore: Sendable {
  /// How long an order is kept after its last report. Banks take disputes up to a year and a half late.
  static let age: Duration = .hours(24 * 550)

  /// Adds what a report says. Reports that name the same order, by whichever of its ids, end as one order.
  /// - Parameter time: when the report came.
  func add(
    _ facts: OrderFacts, keys: [String], from channel: InboundChannel, at time: Timestamp, in scope: TenantScope
  ) async throws -> WebhookOrder {
    try await scope.transaction(retries: 5) { connection in
      let schema = scope.schema
      // Two reports may turn out to be about one order, so whoever adds is alone.
      _ = try await connection.query("SELECT name FROM \(schema).locks WHERE name = 'webhooks' FOR UPDATE")
      let known = try await orders(of: keys, channel, in: connection, schema)
      let order = try await join(known, with: facts, channel, at: time, in: connection, schema)
      for key in keys {
        try await connection.execute(
          """
          INSERT INTO \(schema).webhook_order_keys (channel, key, order_id)
          VALUES (\(channel.rawValue), \(key), \(order.id)) ON CONFLICT (channel, key) DO NOTHING
          """)
      }
      return order
    }
  }

  private func orders(
    of keys: [String], _ channel: InboundChannel, in connection: Connection, _ schema: SchemaName
  ) async throws -> [WebhookOrder] {
    let rows = try await connection.query(
      """
      SELECT o.id, o.facts, o.revision, o.click_id FROM \(schema).webhook_orders o
      WHERE o.id IN (SELECT k.order_id FROM \(schema).webhook_order_keys k
        WHERE k.channel = \(channel.rawValue) AND k.key = ANY(\(keys)))
      ORDER BY o.id FOR UPDATE
      """)
    return try rows.map { row in
      WebhookOrder(
        id: try row.get("id"), facts: try Self.facts(row.get("facts")), revision: try row.get("revision"),
        clickID: try row.get("click_id"))
    }
  }

  private func join(
    _ known: [WebhookOrder], with new: OrderFacts, _ channel: InboundChannel, at time: Timestamp,
    in connection: Connection, _ schema: SchemaName
  ) async throws -> WebhookOrder {
    var facts = new
    for order in known { facts.add(order.facts) }
    guard let first = known.first else {
      let order = WebhookOrder(id: UUIDv7(at: time), facts: facts, revision: 1, clickID: nil)
      try await connection.execute(
        """
        INSERT INTO \(schema).webhook_orders (id, channel, facts, revision, click_id, updated_at)
        VALUES (\(order.id), \(channel.rawValue), \(try Self.json(facts)), \(order.revision), NULL, \(time))
        ON CONFLICT (id) DO NOTHING
        """)
      return order
    }
    if known.count == 1, facts == first.facts { return first }
    let others = known.dropFirst().map(\.id)
    if !others.isEmpty {
      try await connection.execute(
        "UPDATE \(schema).webhook_order_keys SET order_id = \(first.id) WHERE order_id = ANY(\(others))")
      try await connection.execute("DELETE FROM \(schema).webhook_orders WHERE id = ANY(\(others))")
    }
    let order = WebhookOrder(
      id: first.id, facts: facts, revision: (known.map(\.revision).max() ?? 0) + 1,
      clickID: known.compactMap(\.clickID).first)
    try await connection.execute(
      """
      UPDATE \(schema).webhook_orders SET facts = \(try Self.json(facts)), revision = \(order.revision),
        click_id = \(order.clickID), updated_at = \(time)
      WHERE id = \(order.id)
      """)
    return order
  }

  /// Makes sure, in the transaction that records one of its conversions, that the order is still as it was when they were
  /// asked for, and that all of them go to one click. Until that transaction ends, nobody adds to the order.
  func confirm(_ order: WebhookOrder, _ recording: Recording, in connection: Connection, schema: SchemaName)
    async throws
  {
    let row = try await connection.query(
      """
      SELECT o.revision, o.click_id,
        (SELECT c.click_id FROM \(schema).conversions c WHERE c.id = \(recording.conversionID)) AS found_id
      FROM \(schema).webhook_orders o WHERE o.id = \(order.id) FOR UPDATE OF o
      """
    ).first
    guard let row, try row.get("revision") == order.revision else { throw OrderMoved() }
    let found = try row.get("found_id", as: ClickID?.self)
    switch try row.get("click_id", as: ClickID?.self) {
    case nil:
      try await connection.execute(
        "UPDATE \(schema).webhook_orders SET click_id = \(found) WHERE id = \(order.id)")
    case found: return
    default: throw OrderMoved()
    }
  }

  /// Those of an order's conversions that are not recorded as they stand.
  func unsettled(_ conversions: [OrderConversion], of order: WebhookOrder, in scope: TenantScope) async throws
    -> [OrderConversion]
  {
    guard let clickID = order.clickID else { return conversions }
    let rows = try await scope.query(
      """
      SELECT type, txid, status, scheme_status, payout_micros, currency FROM \(scope.schema).conversions
      WHERE click_id = \(clickID) AND txid = ANY(\(conversions.map(\.transactionID)))
      """)
    var recorded: Set<[String]> = []
    for row in rows {
      let payout = Money(try row.get("payout_micros"), try row.get("currency"))
      recorded.insert(
        Self.key(
          try row.get("type"), try row.get("txid"), try row.get("status"),
          try row.get("scheme_status", as: String?.self) ?? "", payout))
    }
    return conversions.filter {
      !recorded.contains(
        Self.key($0.type.rawValue, $0.transactionID, $0.status.rawValue, $0.scheme.rawValue, $0.payout))
    }
  }

  private static func key(_ type: String, _ txid: String, _ status: String, _ scheme: String, _ payout: Money)
    -> [String]
  {
    [type, txid, status, scheme, "\(payout.amount)", payout.currency.code]
  }

  func removeOld(before time: Timestamp, of scope: TenantScope) async throws(DatabaseError) {
    try await scope.execute("DELETE FROM \(scope.schema).webhook_orders WHERE updated_at < \(time)")
  }

  private static func json(_ facts: OrderFacts) throws -> JSONValue {
    try JSONValue.parse(JSONEncoder().encode(facts))
  }

  private static func facts(_ json: JSONValue) throws -> OrderFacts {
    try JSONDecoder().decode(OrderFacts.self, from: Data(json.utf8))
  }
}
