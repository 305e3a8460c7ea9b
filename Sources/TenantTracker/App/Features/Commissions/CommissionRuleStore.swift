import Conversions
import Core
import Database

/// All SQL on commission rules.
struct CommissionRuleStore: ResourceStore {
  static let list = ListColumns(
    "commission_rules", ids: ["publisher_id", "offer_id", "network_id"], texts: ["type", "status", "currency"])

  private static let columns: SQL = """
    id, name, publisher_id, offer_id, network_id, type, goal, status, currency, terms, notes, created_at, updated_at
    """

  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<CommissionRuleEntry> {
    let rows = try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).commission_rules
      WHERE archived_at IS NULL AND \(request.condition(Self.list, of: scope)) AND name ILIKE \(request.pattern)
      ORDER BY \(request.order(Self.list)) LIMIT \(request.limit + 1)
      """)
    return Page(fetched: try rows.map(Self.entry), limit: request.limit) { "\($0.id)" }
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> CommissionRuleEntry? {
    try await scope.query(
      "SELECT \(Self.columns) FROM \(scope.schema).commission_rules WHERE id = \(id) AND archived_at IS NULL"
    ).first.map(Self.entry)
  }

  /// Those in force that cover the event; there are few, for no two have the same scope.
  func rules(
    for event: CommissionScope.Event, in connection: Connection, schema: SchemaName
  ) async throws -> [CommissionRule] {
    try await connection.query(
      """
      SELECT \(Self.columns) FROM \(schema).commission_rules
      WHERE archived_at IS NULL AND status = 'active'
        AND (publisher_id IS NULL OR publisher_id = \(event.publisherID))
        AND (offer_id IS NULL OR offer_id = \(event.offerID))
        AND (network_id IS NULL OR network_id = \(event.networkID))
        AND (goal IS NULL OR goal = \(event.goal)) AND (type IS NULL OR type = \(event.type.rawValue))
      """
    ).map { try Self.entry($0).rule }
  }

  func insert(
    _ draft: CommissionRuleEntry.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64 {
    let place = draft.scope
    let rows = try await executor.query(
      """
      INSERT INTO \(scope.schema).commission_rules
        (name, publisher_id, offer_id, network_id, type, goal, status, currency, terms, notes, created_at, updated_at)
      VALUES (\(draft.name), \(place.publisherID), \(place.offerID), \(place.networkID), \(place.type?.rawValue),
        \(place.goal), \(draft.status.rawValue), \(draft.terms.currency), \(JSONValue.object(draft.terms.json)),
        \(draft.notes), \(time), \(time))
      RETURNING id
      """)
    return try rows[0].get("id")
  }

  func update(
    _ id: Int64, _ draft: CommissionRuleEntry.Draft, at time: Timestamp, of scope: TenantScope,
    in executor: any SQLExecutor
  ) async throws {
    let place = draft.scope
    try await executor.execute(
      """
      UPDATE \(scope.schema).commission_rules SET name = \(draft.name), publisher_id = \(place.publisherID),
        offer_id = \(place.offerID), network_id = \(place.networkID), type = \(place.type?.rawValue),
        goal = \(place.goal), status = \(draft.status.rawValue), currency = \(draft.terms.currency),
        terms = \(JSONValue.object(draft.terms.json)), notes = \(draft.notes), updated_at = \(time)
      WHERE id = \(id)
      """)
  }

  func archive(_ id: Int64, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("UPDATE \(scope.schema).commission_rules SET archived_at = \(time) WHERE id = \(id)")
  }

  /// What it made keeps its own copy of the rule.
  func users(of id: Int64, of scope: TenantScope) async throws -> [String] { [] }

  private static func entry(_ row: Row) throws -> CommissionRuleEntry {
    let currency: Currency = try row.get("currency")
    guard let terms = CommissionTerms(try row.get("terms", as: JSONValue.self), currency: currency) else {
      throw UnreadableAgreement()
    }
    return CommissionRuleEntry(
      id: try row.get("id"),
      draft: .init(
        name: try row.get("name"),
        scope: CommissionScope(
          publisherID: try row.get("publisher_id"), offerID: try row.get("offer_id"),
          networkID: try row.get("network_id"), goal: try row.get("goal"),
          type: try row.get("type", as: String?.self).map { ConversionType(rawValue: $0) }),
        status: Publisher.Status(rawValue: try row.get("status")) ?? .active, terms: terms,
        notes: try row.get("notes")),
      createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"))
  }
}
