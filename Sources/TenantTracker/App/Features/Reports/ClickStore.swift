import ClickPath
import Core
import Database

/// All SQL on clicks that reads. They are written by the journal's drainer alone.
struct ClickStore: Sendable {
  private static let columns = SQL(
    unescaped: """
      id, status, campaign_id, flow_id, landing_id, offer_id, source_id, network_id, country, region, city, isp, os,
      browser, device, language, referrer_domain, external_id, visitor_id, ip, referrer, user_agent, cost_micros,
      currency, is_unique, is_unique_flow, is_unique_global, connection, fraud_score, publisher_id, trace, \(SubIDs.numbers.map { "sub\($0)" }.joined(separator: ", "))
      """)

  /// Goes straight to the one partition that can hold the id.
  func find(_ id: ClickID, of scope: TenantScope) async throws(DatabaseError) -> ClickEvent? {
    guard id.isVersion7 else { return nil }
    let row = try await scope.first(
      "SELECT \(Self.columns) FROM \(scope.schema).clicks WHERE id = \(id) AND ts = \(id.timestamp)")
    guard let row else { return nil }
    return try Self.click(row, scope.tenantID)
  }

  /// Newest first unless the filter says otherwise; the cursor is the last id seen. Ids sort by time, so the primary
  /// keys of the outermost partitions serve.
  func page(
    _ filter: ClickFilter, limit: Int, after cursor: ClickID?, of scope: TenantScope
  ) async throws(DatabaseError) -> Page<ClickEvent> {
    var conditions = filter.conditions
    if let cursor {
      conditions.append(
        filter.isOldestFirst
          ? "id > \(cursor) AND ts >= \(cursor.timestamp)" : "id < \(cursor) AND ts <= \(cursor.timestamp)")
    }
    if conditions.isEmpty { conditions.append("true") }
    let direction: SQL = filter.isOldestFirst ? "ASC" : "DESC"
    let rows = try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).clicks
      WHERE \(SQL.joined(conditions, separator: " AND ")) ORDER BY id \(direction) LIMIT \(limit + 1)
      """)
    var clicks: [ClickEvent] = []
    for row in rows { clicks.append(try Self.click(row, scope.tenantID)) }
    return Page(fetched: clicks, limit: limit) { $0.id.description }
  }

  private static func click(_ row: Row, _ tenantID: Int64) throws(DatabaseError) -> ClickEvent {
    var click = ClickEvent(
      id: try row.get("id"), tenantID: tenantID, status: ClickStatus(rawValue: try row.get("status")) ?? .ok,
      campaignID: try row.get("campaign_id"), ip: try row.get("ip"), currency: try row.get("currency"))
    click.flowID = try row.get("flow_id")
    click.landingID = try row.get("landing_id")
    click.offerID = try row.get("offer_id")
    click.sourceID = try row.get("source_id")
    click.networkID = try row.get("network_id")
    click.country = try row.get("country")
    click.region = try row.get("region")
    click.city = try row.get("city")
    click.isp = try row.get("isp")
    click.os = try row.get("os")
    click.browser = try row.get("browser")
    click.device = try row.get("device")
    click.language = try row.get("language")
    click.referrerDomain = try row.get("referrer_domain")
    click.externalID = try row.get("external_id")
    click.visitorID = try row.get("visitor_id")
    click.referrer = try row.get("referrer")
    click.userAgent = try row.get("user_agent")
    click.cost = try row.get("cost_micros")
    click.isUnique = try row.get("is_unique")
    click.isUniqueInFlow = try row.get("is_unique_flow")
    click.isUniqueGlobally = try row.get("is_unique_global")
    click.connection = try row.get("connection")
    click.fraudScore = try row.get("fraud_score", as: Int16?.self).map { UInt8(clamping: $0) }
    click.publisherID = try row.get("publisher_id")
    click.trace = try row.get("trace")
    for number in SubIDs.numbers { click.subs[number] = try row.get("sub\(number)") }
    return click
  }
}
