import ClickPath
import Core
import Database

/// All SQL on flows.
struct FlowStore: Sendable {
  func all(ofCampaign campaign: Int64, of scope: TenantScope) async throws -> [Flow] {
    try await scope.query(
      "\(Self.selection(scope)) WHERE f.campaign_id = \(campaign) ORDER BY f.position, f.id LIMIT 1000"
    ).map(Self.flow)
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> Flow? {
    try await scope.query(
      """
      \(Self.selection(scope)) JOIN \(scope.schema).campaigns c ON c.id = f.campaign_id
      WHERE f.id = \(id) AND c.archived_at IS NULL
      """
    ).first.map(Self.flow)
  }

  func insert(
    _ draft: Flow.Draft, campaign: Int64, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64 {
    let row = try await executor.one(
      """
      INSERT INTO \(scope.schema).flows
        (campaign_id, name, type, position, weight, filters, binding, active, created_at, updated_at)
      VALUES (\(campaign), \(draft.name), \(draft.kind.rawValue),
        COALESCE(\(draft.position.map { Int32(clamping: $0) }), (SELECT COALESCE(max(position), 0) + 1
          FROM \(scope.schema).flows WHERE campaign_id = \(campaign))),
        \(Int32(clamping: draft.weight)), \(JSONValue.array(draft.filters.map(Flow.json))),
        \(draft.binding.rawValue), \(draft.isActive), \(time), \(time))
      RETURNING id
      """)
    let id = try row.get("id", as: Int64.self)
    try await setItems(draft, of: id, scope, executor)
    return id
  }

  func update(
    _ id: Int64, _ draft: Flow.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      """
      UPDATE \(scope.schema).flows SET name = \(draft.name), type = \(draft.kind.rawValue),
        position = COALESCE(\(draft.position.map { Int32(clamping: $0) }), position),
        weight = \(Int32(clamping: draft.weight)), filters = \(JSONValue.array(draft.filters.map(Flow.json))),
        binding = \(draft.binding.rawValue), active = \(draft.isActive), updated_at = \(time)
      WHERE id = \(id)
      """)
    try await executor.execute("DELETE FROM \(scope.schema).flow_landings WHERE flow_id = \(id)")
    try await executor.execute("DELETE FROM \(scope.schema).flow_offers WHERE flow_id = \(id)")
    try await setItems(draft, of: id, scope, executor)
  }

  private func setItems(
    _ draft: Flow.Draft, of id: Int64, _ scope: TenantScope, _ executor: any SQLExecutor
  ) async throws {
    for (position, item) in draft.landings.enumerated() {
      try await executor.execute(
        """
        INSERT INTO \(scope.schema).flow_landings (flow_id, landing_id, position, weight)
        VALUES (\(id), \(item.id), \(Int32(position)), \(Int32(clamping: item.weight)))
        """)
    }
    for (position, item) in draft.offers.enumerated() {
      try await executor.execute(
        """
        INSERT INTO \(scope.schema).flow_offers (flow_id, offer_id, position, weight)
        VALUES (\(id), \(item.id), \(Int32(position)), \(Int32(clamping: item.weight)))
        """)
    }
  }

  func delete(_ id: Int64, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("DELETE FROM \(scope.schema).flows WHERE id = \(id)")
  }

  /// Flows with their items as JSON lists of `[id, weight]`.
  static func selection(_ scope: TenantScope) -> SQL {
    """
    SELECT f.id, f.campaign_id, f.name, f.type, f.position, f.weight, f.filters, f.binding, f.active,
      f.created_at, f.updated_at,
      (SELECT jsonb_agg(jsonb_build_array(l.landing_id, l.weight) ORDER BY l.position)
        FROM \(scope.schema).flow_landings l WHERE l.flow_id = f.id) AS landings,
      (SELECT jsonb_agg(jsonb_build_array(o.offer_id, o.weight) ORDER BY o.position)
        FROM \(scope.schema).flow_offers o WHERE o.flow_id = f.id) AS offers
    FROM \(scope.schema).flows f
    """
  }

  static func flow(_ row: Row) throws -> Flow {
    Flow(
      id: try row.get("id"), campaignID: try row.get("campaign_id"),
      draft: Flow.Draft(
        name: try row.get("name"), kind: FlowKind(rawValue: try row.get("type")) ?? .regular,
        weight: Int64(try row.get("weight", as: Int32.self)), filters: filters(try row.get("filters")),
        landings: items(try row.get("landings")), offers: items(try row.get("offers")),
        isActive: try row.get("active"), binding: Binding(rawValue: try row.get("binding")) ?? .none,
        position: Int64(try row.get("position", as: Int32.self))),
      createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"))
  }

  private static func filters(_ json: JSONValue) -> [FilterRecord] {
    (json.arrayValue ?? []).compactMap { entry in
      guard let field = entry["field"]?.stringValue, let op = entry["op"]?.stringValue else { return nil }
      return FilterRecord(
        field: field, op: op, values: (entry["values"]?.arrayValue ?? []).compactMap(\.stringValue),
        zone: entry["zone"]?.stringValue)
    }
  }

  private static func items(_ json: JSONValue?) -> [WeightedID] {
    (json?.arrayValue ?? []).compactMap { pair in
      guard let pair = pair.arrayValue, let id = pair.first?.intValue, let weight = pair.last?.intValue else {
        return nil
      }
      return WeightedID(id: id, weight: Int(weight))
    }
  }
}
