import ClickPath
import Core
import Database

/// All SQL on campaigns.
struct CampaignStore: ResourceStore {
  static let list = ListColumns(
    "campaigns", ids: ["source_id", "offer_id", "domain_id", "tracking_profile_id"],
    texts: ["slug", "status", "cost_model", "currency"])
  static let restores = true

  private static let columns: SQL = """
    id, name, slug, source_id, offer_id, domain_id, cost_model, cost_micros, currency, external_ids,
    append_click_param, status, \(guards), created_at, updated_at
    """

  private static let guards: SQL = """
    bot_filter, bot_redirect_url, cap_limit, cap_hours, cap_redirect_url, cap_key, tracking_profile_id, pixels
    """

  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<Campaign> {
    let rows = try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).campaigns
      WHERE archived_at IS NULL AND \(request.condition(Self.list, of: scope))
        AND (name ILIKE \(request.pattern) OR slug ILIKE \(request.pattern))
      ORDER BY \(request.order(Self.list)) LIMIT \(request.limit + 1)
      """)
    return Page(fetched: try rows.map(Self.campaign), limit: request.limit) { "\($0.id)" }
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> Campaign? {
    try await scope.query(
      "SELECT \(Self.columns) FROM \(scope.schema).campaigns WHERE id = \(id) AND archived_at IS NULL"
    ).first.map(Self.campaign)
  }

  func insert(
    _ draft: Campaign.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64 {
    let rows = try await executor.query(
      """
      INSERT INTO \(scope.schema).campaigns
        (name, slug, source_id, offer_id, domain_id, cost_model, cost_micros, currency, external_ids,
        append_click_param, status, \(Self.guards), created_at, updated_at)
      VALUES (\(draft.name), \(draft.slug), \(draft.sourceID), \(draft.offerID), \(draft.domainID),
        \(draft.costModel.rawValue), \(draft.cost), \(draft.currency), \(draft.externalIDs),
        \(draft.appendsClickParameter), \(draft.status.rawValue), \(draft.botFilter.isEnabled),
        \(draft.botFilter.redirectURL), \(draft.frequencyCap.map { Int32($0.limit) }),
        \(draft.frequencyCap.map { Int32($0.hours) }), \(draft.frequencyCap?.redirectURL),
        \((draft.frequencyCap?.key ?? .address).rawValue), \(draft.profileID), \(draft.pixels?.json), \(time),
        \(time))
      RETURNING id
      """)
    return try rows[0].get("id")
  }

  func update(
    _ id: Int64, _ draft: Campaign.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      """
      UPDATE \(scope.schema).campaigns SET name = \(draft.name), slug = \(draft.slug), source_id = \(draft.sourceID),
        offer_id = \(draft.offerID), domain_id = \(draft.domainID), cost_model = \(draft.costModel.rawValue),
        cost_micros = \(draft.cost), currency = \(draft.currency), external_ids = \(draft.externalIDs),
        append_click_param = \(draft.appendsClickParameter), status = \(draft.status.rawValue),
        bot_filter = \(draft.botFilter.isEnabled), bot_redirect_url = \(draft.botFilter.redirectURL),
        cap_limit = \(draft.frequencyCap.map { Int32($0.limit) }),
        cap_hours = \(draft.frequencyCap.map { Int32($0.hours) }),
        cap_redirect_url = \(draft.frequencyCap?.redirectURL),
        cap_key = \((draft.frequencyCap?.key ?? .address).rawValue), tracking_profile_id = \(draft.profileID),
        pixels = \(draft.pixels?.json), updated_at = \(time)
      WHERE id = \(id)
      """)
  }

  func archive(_ id: Int64, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("UPDATE \(scope.schema).campaigns SET archived_at = \(time) WHERE id = \(id)")
  }

  /// Domains whose bare host leads to it.
  func users(of id: Int64, of scope: TenantScope) async throws -> [String] {
    try await scope.query(
      "SELECT host FROM \(scope.schema).domains WHERE root_campaign_id = \(id) ORDER BY host LIMIT 6"
    ).map { try $0.get("host") }
  }

  func missing(for id: Int64, of scope: TenantScope) async throws -> [String] {
    let schema = scope.schema
    return try await scope.query(
      """
      SELECT s.name FROM \(schema).campaigns c JOIN \(schema).sources s ON s.id = c.source_id
      WHERE c.id = \(id) AND s.archived_at IS NOT NULL
      UNION SELECT p.name FROM \(schema).campaigns c JOIN \(schema).tracking_profiles p ON p.id = c.tracking_profile_id
      WHERE c.id = \(id) AND p.archived_at IS NOT NULL
      UNION SELECT o.name FROM \(schema).campaigns c LEFT JOIN \(schema).flows f ON f.campaign_id = c.id
      LEFT JOIN \(schema).flow_offers fo ON fo.flow_id = f.id
      JOIN \(schema).offers o ON o.id = c.offer_id OR o.id = fo.offer_id
      WHERE c.id = \(id) AND o.archived_at IS NOT NULL
      UNION SELECT l.name FROM \(schema).flows f JOIN \(schema).flow_landings fl ON fl.flow_id = f.id
      JOIN \(schema).landings l ON l.id = fl.landing_id
      WHERE f.campaign_id = \(id) AND l.archived_at IS NOT NULL
      ORDER BY name LIMIT 6
      """
    ).map { try $0.get("name") }
  }

  private static func campaign(_ row: Row) throws -> Campaign {
    Campaign(
      id: try row.get("id"),
      draft: Campaign.Draft(
        name: try row.get("name"), slug: try row.get("slug"), sourceID: try row.get("source_id"),
        offerID: try row.get("offer_id"), domainID: try row.get("domain_id"),
        costModel: Campaign.CostModel(rawValue: try row.get("cost_model")) ?? .none, cost: try row.get("cost_micros"),
        currency: try row.get("currency"), externalIDs: try row.get("external_ids"),
        appendsClickParameter: try row.get("append_click_param"),
        status: Campaign.Status(rawValue: try row.get("status")) ?? .active, botFilter: try botFilter(row),
        frequencyCap: try frequencyCap(row), profileID: try row.get("tracking_profile_id"), pixels: try pixels(row)),
      createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"))
  }

  // The click path's snapshot reads them by these as well.

  static func botFilter(_ row: Row) throws(DatabaseError) -> BotFilterRecord {
    var record = BotFilterRecord()
    record.isEnabled = try row.get("bot_filter")
    record.redirectURL = try row.get("bot_redirect_url")
    return record
  }

  static func frequencyCap(_ row: Row) throws(DatabaseError) -> FrequencyCapRecord? {
    guard let limit = try row.get("cap_limit", as: Int32?.self), let hours = try row.get("cap_hours", as: Int32?.self)
    else { return nil }
    var record = FrequencyCapRecord(limit: Int(limit), hours: Int(hours))
    record.redirectURL = try row.get("cap_redirect_url")
    record.key = FrequencyCapRecord.Key(rawValue: try row.get("cap_key")) ?? .address
    return record
  }

  static func pixels(_ row: Row) throws(DatabaseError) -> RetargetingRecord? {
    guard let json = try row.get("pixels", as: JSONValue?.self) else { return nil }
    var record = RetargetingRecord()
    record.facebook = json["facebook"]?.stringValue
    record.google = json["google"]?.stringValue
    record.tiktok = json["tiktok"]?.stringValue
    record.scripts = json["scripts"]?.stringValue
    return record
  }
}
