import ClickPath
import Conversions
import Core
import Database

/// Queues a postback out for each status that a conversion gets, in the transaction that gives it.
struct DeliveryFollower: ConversionFollower {
  let queue: DeliveryQueue

  func concerns(_ conversion: Conversion, _ terms: ConversionTerms) -> Bool { terms.tellsSource }

  func follow(_ written: WrittenConversion, in connection: Connection, of scope: TenantScope) async throws {
    guard written.isNew || written.statusChanged else { return }
    // A click that came from no source has nobody to tell.
    if let click = written.click, click.sourceID == nil { return }
    let conversion = written.conversion
    let rows = try await connection.query(
      """
      SELECT \(DeliveryFacts.columns), \(DeliveryRenewal.postbackColumns)
      FROM \(scope.schema).conversions c
      JOIN \(scope.schema).source_postbacks p ON p.source_id = c.source_id AND p.active
      JOIN \(scope.schema).sources s ON s.id = p.source_id AND s.archived_at IS NULL
      LEFT JOIN \(scope.schema).campaigns k ON k.id = c.campaign_id
      WHERE c.id = \(conversion.id) AND c.status = ANY(p.statuses) AND (p.types = '{}' OR c.type = ANY(p.types))
      ORDER BY p.id
      """)
    var isWaiting = false
    for row in rows {
      let delivery = try delivery(row, written)
      let isNew = try await queue.insert(delivery, in: connection, schema: scope.schema)
      isWaiting = isWaiting || isNew && delivery.state == .waiting
    }
    if isWaiting { DeliveryQueue.notify(scope, in: connection) }
  }

  private func delivery(_ row: Row, _ written: WrittenConversion) throws(DatabaseError) -> Delivery {
    let now = queue.clock.now()
    let id = UUIDv7(at: now)
    let facts = try DeliveryFacts(row, click: written.click)
    let postback = try DeliveryRenewal.postback(row)
    let status = written.conversion.status.rawValue
    let obstacle = facts.obstacle(postback)
    return Delivery(
      id: id, conversionID: facts.conversionID, clickID: facts.clickID, status: status,
      postbackID: try row.get("postback_id"), sourceID: facts.sourceID,
      message: facts.message(postback, status: status, id: id, at: now), state: obstacle == nil ? .waiting : .skipped,
      attempts: 0, dueAt: now, problem: obstacle, createdAt: now, endedAt: obstacle == nil ? nil : now)
  }
}

/// What a delivery would send now: the postback may have been put right since.
struct DeliveryRenewal: Sendable {
  /// Of `source_postbacks p`, told apart from the conversion's.
  static let postbackColumns: SQL = """
    p.id AS postback_id, p.name AS postback_name, p.url, p.method, p.body, p.content_type, p.success_rule
    """

  static func postback(_ row: Row) throws(DatabaseError) -> SourcePostback.Draft {
    SourcePostback.Draft(
      name: try row.get("postback_name"), url: try row.get("url"),
      method: SourcePostback.Method(rawValue: try row.get("method")) ?? .get, body: try row.get("body"),
      contentType: try row.get("content_type"), success: SuccessRule(try row.get("success_rule", as: JSONValue?.self)))
  }

  /// Nil when postback or conversion is gone: then what was to be sent still is.
  func message(
    of delivery: Delivery, at now: Timestamp, in scope: TenantScope
  ) async throws(DatabaseError) -> Delivery.Message? {
    let row = try await scope.first(
      """
      SELECT \(DeliveryFacts.columns), \(Self.postbackColumns)
      FROM \(scope.schema).conversions c
      JOIN \(scope.schema).source_postbacks p ON p.id = \(delivery.postbackID)
      LEFT JOIN \(scope.schema).campaigns k ON k.id = c.campaign_id
      WHERE c.id = \(delivery.conversionID) AND c.source_id IS NOT NULL
      """)
    guard let row else { return nil }
    let click = try await ClickStore().find(delivery.clickID, of: scope)
    let facts = try DeliveryFacts(row, click: click)
    return facts.message(try Self.postback(row), status: delivery.status, id: delivery.id, at: now)
  }
}
