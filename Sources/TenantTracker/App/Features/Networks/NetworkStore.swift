import Core
import Database

/// All SQL on affiliate networks.
struct NetworkStore: ResourceStore {
  static let list = ListColumns("networks")
  static let restores = true

  private static let columns: SQL = """
    id, name, postback_key, require_key, allowed_addresses, postback_secret_set_at, status_map, notes, created_at,
    updated_at
    """

  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<Network> {
    let rows = try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).networks
      WHERE archived_at IS NULL AND \(request.condition(Self.list, of: scope)) AND name ILIKE \(request.pattern)
      ORDER BY \(request.order(Self.list)) LIMIT \(request.limit + 1)
      """)
    return Page(fetched: try rows.map(Self.network), limit: request.limit) { "\($0.id)" }
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> Network? {
    try await scope.query(
      "SELECT \(Self.columns) FROM \(scope.schema).networks WHERE id = \(id) AND archived_at IS NULL"
    ).first.map(Self.network)
  }

  func insert(
    _ draft: Network.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64 {
    let key = RandomBytes.make(15).base32
    let rows = try await executor.query(
      """
      INSERT INTO \(scope.schema).networks
        (name, postback_key, require_key, allowed_addresses, status_map, notes, created_at, updated_at)
      VALUES (\(draft.name), \(key), \(draft.requiresKey), \(draft.allowedAddresses), \(Self.json(draft.statusMap)),
        \(draft.notes), \(time), \(time))
      RETURNING id
      """)
    return try rows[0].get("id")
  }

  func update(
    _ id: Int64, _ draft: Network.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      """
      UPDATE \(scope.schema).networks SET name = \(draft.name), require_key = \(draft.requiresKey),
        allowed_addresses = \(draft.allowedAddresses), status_map = \(Self.json(draft.statusMap)),
        notes = \(draft.notes), updated_at = \(time)
      WHERE id = \(id)
      """)
  }

  func archive(_ id: Int64, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("UPDATE \(scope.schema).networks SET archived_at = \(time) WHERE id = \(id)")
  }

  func users(of id: Int64, of scope: TenantScope) async throws -> [String] {
    try await scope.query(
      """
      SELECT name FROM \(scope.schema).offers WHERE network_id = \(id) AND archived_at IS NULL ORDER BY name LIMIT 6
      """
    ).map { try $0.get("name") }
  }

  private static func json(_ map: [String: String]) -> JSONValue {
    var object = JSONObject()
    for (word, status) in map { object[word] = .string(status) }
    return .object(object)
  }

  private static func network(_ row: Row) throws -> Network {
    var map: [String: String] = [:]
    for member in try row.get("status_map", as: JSONValue.self).objectValue?.members ?? [] {
      map[member.key] = member.value.stringValue
    }
    return Network(
      id: try row.get("id"),
      draft: Network.Draft(
        name: try row.get("name"), requiresKey: try row.get("require_key"),
        allowedAddresses: try row.get("allowed_addresses"), statusMap: map, notes: try row.get("notes")),
      postbackKey: try row.get("postback_key"), signsSince: try row.get("postback_secret_set_at"),
      createdAt: try row.get("created_at"),
      updatedAt: try row.get("updated_at"))
  }
}
