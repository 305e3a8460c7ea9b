import Conversions
import Core
import Database

/// All SQL on offers.
struct OfferStore: ResourceStore {
  static let list = ListColumns("offers", as: "o", ids: ["network_id"], texts: ["status", "currency"])
  static let restores = true

  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<Offer> {
    let rows = try await scope.query(
      """
      \(Self.selection(scope))
      WHERE o.archived_at IS NULL AND \(request.condition(Self.list, of: scope)) AND o.name ILIKE \(request.pattern)
      ORDER BY \(request.order(Self.list)) LIMIT \(request.limit + 1)
      """)
    return Page(fetched: try rows.map(Self.offer), limit: request.limit) { "\($0.id)" }
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> Offer? {
    try await scope.query("\(Self.selection(scope)) WHERE o.id = \(id) AND o.archived_at IS NULL").first.map(Self.offer)
  }

  func insert(
    _ draft: Offer.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64 {
    let rows = try await executor.query(
      """
      INSERT INTO \(scope.schema).offers
        (name, url, network_id, payout_micros, currency, duplicate_mode, cap_daily, cap_total, status, notes,
        created_at, updated_at)
      VALUES (\(draft.name), \(draft.url), \(draft.networkID), \(draft.payout), \(draft.currency),
        \(draft.duplicates.rawValue), \(draft.capDaily), \(draft.capTotal), \(draft.status.rawValue), \(draft.notes), \(time), \(time))
      RETURNING id
      """)
    let id = try rows[0].get("id", as: Int64.self)
    try await setPayouts(draft.payouts, of: id, scope, executor)
    try await OfferGoalStore().set(draft.goals, of: id, scope, in: executor)
    return id
  }

  func update(
    _ id: Int64, _ draft: Offer.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      """
      UPDATE \(scope.schema).offers SET name = \(draft.name), url = \(draft.url), network_id = \(draft.networkID),
        payout_micros = \(draft.payout), currency = \(draft.currency),
        duplicate_mode = \(draft.duplicates.rawValue), cap_daily = \(draft.capDaily),
        cap_total = \(draft.capTotal), status = \(draft.status.rawValue), notes = \(draft.notes), updated_at = \(time)
      WHERE id = \(id)
      """)
    try await executor.execute("DELETE FROM \(scope.schema).offer_payouts WHERE offer_id = \(id)")
    try await setPayouts(draft.payouts, of: id, scope, executor)
    try await OfferGoalStore().set(draft.goals, of: id, scope, in: executor)
  }

  private func setPayouts(
    _ payouts: [Offer.GeoPayout], of id: Int64, _ scope: TenantScope, _ executor: any SQLExecutor
  ) async throws {
    for payout in payouts {
      try await executor.execute(
        """
        INSERT INTO \(scope.schema).offer_payouts (offer_id, country, payout_micros)
        VALUES (\(id), \(payout.country), \(payout.payout))
        """)
    }
  }

  func archive(_ id: Int64, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("UPDATE \(scope.schema).offers SET archived_at = \(time) WHERE id = \(id)")
  }

  func users(of id: Int64, of scope: TenantScope) async throws -> [String] {
    try await scope.query(
      """
      SELECT DISTINCT c.name FROM \(scope.schema).campaigns c
      LEFT JOIN \(scope.schema).flows f ON f.campaign_id = c.id
      LEFT JOIN \(scope.schema).flow_offers fo ON fo.flow_id = f.id
      WHERE c.archived_at IS NULL AND (c.offer_id = \(id) OR fo.offer_id = \(id)) ORDER BY c.name LIMIT 6
      """
    ).map { try $0.get("name") }
  }

  func missing(for id: Int64, of scope: TenantScope) async throws -> [String] {
    try await scope.query(
      """
      SELECT n.name FROM \(scope.schema).offers o JOIN \(scope.schema).networks n ON n.id = o.network_id
      WHERE o.id = \(id) AND n.archived_at IS NOT NULL
      """
    ).map { try $0.get("name") }
  }

  private static func selection(_ scope: TenantScope) -> SQL {
    """
    SELECT o.id, o.name, o.url, o.network_id, o.payout_micros, o.currency, o.duplicate_mode, o.cap_daily, o.cap_total,
      o.status, o.notes, o.created_at, o.updated_at, \(OfferGoalStore.list(scope.schema)) AS goals,
      (SELECT jsonb_agg(jsonb_build_array(p.country, p.payout_micros) ORDER BY p.country)
        FROM \(scope.schema).offer_payouts p WHERE p.offer_id = o.id) AS payouts
    FROM \(scope.schema).offers o
    """
  }

  private static func offer(_ row: Row) throws -> Offer {
    let payouts = try row.get("payouts", as: JSONValue?.self)?.arrayValue ?? []
    return Offer(
      id: try row.get("id"),
      draft: Offer.Draft(
        name: try row.get("name"), url: try row.get("url"), networkID: try row.get("network_id"),
        payout: try row.get("payout_micros"), currency: try row.get("currency"),
        payouts: payouts.compactMap { pair in
          guard let pair = pair.arrayValue, let country = pair.first?.stringValue, let micros = pair.last?.intValue
          else { return nil }
          return Offer.GeoPayout(country: country, payout: Micros(rawValue: micros))
        },
        goals: OfferGoalStore.goals(try row.get("goals", as: JSONValue?.self)),
        duplicates: DuplicateMode(rawValue: try row.get("duplicate_mode")) ?? .update,
        capDaily: try row.get("cap_daily"), capTotal: try row.get("cap_total"),
        status: Offer.Status(rawValue: try row.get("status")) ?? .active, notes: try row.get("notes")),
      createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"))
  }
}
