import ClickPath
import Core
import Database

/// All SQL on what is kept about single clicks beside the click itself.
struct ClickLogStore: Sendable {
  /// More of a kind than these are not shown.
  private static let limit = 500

  /// What is known of the click, oldest first.
  func entries(of click: ClickEvent, in scope: TenantScope) async throws(DatabaseError) -> [ClickLogEntry] {
    var entries = Self.arrival(click)
    entries += try await steps(click.id, scope)
    entries += try await denials(click.id, scope)
    entries += try await offerVisits(click.id, scope)
    entries += try await postbacks(click.id, scope)
    entries += try await changes(click.id, scope)
    entries += try await deliveries(click.id, scope)
    // Stable: what happened at one moment stays in the order of the funnel.
    return entries.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
  }

  /// The hit and what its steps left.
  static func arrival(_ click: ClickEvent) -> [ClickLogEntry] {
    let first = ClickLogEntry(
      at: click.ts, kind: .arrival, code: click.status.rawValue,
      detail: [
        "campaign_id": .int(click.campaignID), "source_id": JSONValue(click.sourceID),
        "ip": .string(click.ip.description), "country": JSONValue(click.country), "referrer": JSONValue(click.referrer),
        "external_id": JSONValue(click.externalID), "unique": .bool(click.isUnique),
      ])
    return [first] + click.trace.map { ClickLogEntry(at: click.ts, kind: .decision, code: $0) }
  }

  private func steps(_ id: ClickID, _ scope: TenantScope) async throws(DatabaseError) -> [ClickLogEntry] {
    var entries: [ClickLogEntry] = []
    let rows = try await scope.query(
      "SELECT step, name, at FROM \(scope.schema).click_steps WHERE click_id = \(id) ORDER BY step LIMIT \(Self.limit)")
    for row in rows {
      let step = try row.get("step", as: Int32.self)
      entries.append(
        ClickLogEntry(
          at: try row.get("at"), kind: .step, code: "step:\(step)",
          detail: ["step": .int(step), "name": .string(try row.get("name"))]))
    }
    return entries
  }

  private func denials(_ id: ClickID, _ scope: TenantScope) async throws(DatabaseError) -> [ClickLogEntry] {
    var entries: [ClickLogEntry] = []
    let rows = try await scope.query(
      "SELECT sign, at FROM \(scope.schema).click_denials WHERE click_id = \(id) ORDER BY at LIMIT \(Self.limit)")
    for row in rows {
      entries.append(ClickLogEntry(at: try row.get("at"), kind: .denial, code: try row.get("sign")))
    }
    return entries
  }

  private func offerVisits(_ id: ClickID, _ scope: TenantScope) async throws(DatabaseError) -> [ClickLogEntry] {
    var entries: [ClickLogEntry] = []
    let rows = try await scope.query(
      "SELECT offer_id, at FROM \(scope.schema).offer_visits WHERE click_id = \(id) ORDER BY at LIMIT \(Self.limit)")
    for row in rows {
      let offer = try row.get("offer_id", as: Int64.self)
      entries.append(
        ClickLogEntry(
          at: try row.get("at"), kind: .offer, code: "offer:\(offer)", detail: ["offer_id": .int(offer)]))
    }
    return entries
  }

  private func postbacks(_ id: ClickID, _ scope: TenantScope) async throws(DatabaseError) -> [ClickLogEntry] {
    var entries: [ClickLogEntry] = []
    let rows = try await scope.query(
      """
      SELECT at, ip, method, query, outcome, detail, conversion_id FROM \(scope.schema).postback_log
      WHERE click_id = \(id) ORDER BY at LIMIT \(Self.limit)
      """)
    for row in rows {
      entries.append(
        ClickLogEntry(
          at: try row.get("at"), kind: .postback, code: try row.get("outcome"),
          detail: [
            "ip": JSONValue(try row.get("ip", as: IPAddress?.self)?.description),
            "method": .string(try row.get("method")), "query": .string(try row.get("query")),
            "explanation": JSONValue(try row.get("detail", as: String?.self)),
            "conversion_id": JSONValue(try row.get("conversion_id", as: ConversionID?.self)),
          ]))
    }
    return entries
  }

  private func deliveries(_ id: ClickID, _ scope: TenantScope) async throws(DatabaseError) -> [ClickLogEntry] {
    try await DeliveryStore().list(ofClick: id, limit: Self.limit, of: scope).map { delivery in
      ClickLogEntry(
        at: delivery.lastAttempt?.at ?? delivery.createdAt, kind: .delivery, code: delivery.state.rawValue,
        detail: [
          "delivery_id": JSONValue(delivery.id), "conversion_id": JSONValue(delivery.conversionID),
          "status": .string(delivery.status), "source_id": .int(delivery.sourceID),
          "host": .string(delivery.message.host), "attempts": .int(delivery.attempts),
          "response_status": JSONValue(delivery.lastAttempt?.status), "problem": JSONValue(delivery.problem),
        ])
    }
  }

  private func changes(_ id: ClickID, _ scope: TenantScope) async throws(DatabaseError) -> [ClickLogEntry] {
    var entries: [ClickLogEntry] = []
    let rows = try await scope.query(
      """
      SELECT h.at, h.actor, h.from_status, h.to_status, h.original_status, h.outcome, c.id AS conversion_id, c.type
      FROM \(scope.schema).conversions c JOIN \(scope.schema).conversion_history h ON h.conversion_id = c.id
      WHERE c.click_id = \(id) ORDER BY h.id LIMIT \(Self.limit)
      """)
    for row in rows {
      entries.append(
        ClickLogEntry(
          at: try row.get("at"), kind: .conversion, code: try row.get("outcome"),
          detail: [
            "conversion_id": JSONValue(try row.get("conversion_id", as: ConversionID.self)),
            "type": .string(try row.get("type")), "from": JSONValue(try row.get("from_status", as: String?.self)),
            "to": .string(try row.get("to_status")),
            "original_status": JSONValue(try row.get("original_status", as: String?.self)),
            "actor": .string(try row.get("actor")),
          ]))
    }
    return entries
  }
}
