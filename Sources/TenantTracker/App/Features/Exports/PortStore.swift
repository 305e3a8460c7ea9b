import Core
import Database

/// The SQL of exports and imports that is no single feature's.
struct PortStore: Sendable {
  /// How many of a kind there are.
  func count(_ type: PortType, of scope: TenantScope) async throws -> Int64 {
    let rows =
      type == .flows
      ? try await scope.query(
        """
        SELECT count(*) AS count FROM \(scope.schema).flows f JOIN \(scope.schema).campaigns c ON c.id = f.campaign_id
        WHERE c.archived_at IS NULL
        """)
      : try await scope.query(
        "SELECT count(*) AS count FROM \(scope.schema).\(identifier: type.rawValue) WHERE archived_at IS NULL")
    return try rows[0].get("count")
  }

  /// What these are called, archived ones too.
  func keys(_ noun: ReferenceNoun, _ ids: Set<Int64>, of scope: TenantScope) async throws -> [Int64: String] {
    guard !ids.isEmpty else { return [:] }
    let rows = try await scope.query(
      """
      SELECT id, \(identifier: noun.keyColumn) AS key FROM \(scope.schema).\(identifier: noun.rawValue)
      WHERE id = ANY (\(ids.sorted()))
      """)
    var keys: [Int64: String] = [:]
    for row in rows { keys[try row.get("id")] = try row.get("key", as: String.self) }
    return keys
  }

  /// All that are in use, by what they are called.
  func index(_ noun: ReferenceNoun, of scope: TenantScope) async throws -> [String: Int64] {
    let condition: SQL = noun.isArchived ? "archived_at IS NULL" : "TRUE"
    let rows = try await scope.query(
      """
      SELECT id, \(identifier: noun.keyColumn) AS key FROM \(scope.schema).\(identifier: noun.rawValue)
      WHERE \(condition)
      """)
    var index: [String: Int64] = [:]
    for row in rows { index[try row.get("key")] = try row.get("id", as: Int64.self) }
    return index
  }

  /// The flows of live campaigns: id, campaign and name.
  func flowKeys(of scope: TenantScope) async throws -> [(id: Int64, key: FlowKey)] {
    try await scope.query(
      """
      SELECT f.id, f.campaign_id, f.name FROM \(scope.schema).flows f
      JOIN \(scope.schema).campaigns c ON c.id = f.campaign_id WHERE c.archived_at IS NULL
      """
    ).map { row in
      (id: try row.get("id"), key: FlowKey(campaignID: try row.get("campaign_id"), name: try row.get("name")))
    }
  }
}

/// What tells a flow from the others; two may have the same.
struct FlowKey: Sendable, Hashable {
  let campaignID: Int64
  let name: String
}

extension FlowStore {
  /// The flows of live campaigns by id, after the cursor.
  func page(after cursor: Int64, limit: Int, of scope: TenantScope) async throws -> Page<Flow> {
    let rows = try await scope.query(
      """
      \(Self.selection(scope)) JOIN \(scope.schema).campaigns c ON c.id = f.campaign_id
      WHERE c.archived_at IS NULL AND f.id > \(cursor) ORDER BY f.id LIMIT \(limit + 1)
      """)
    return Page(fetched: try rows.map(Self.flow), limit: limit) { "\($0.id)" }
  }
}
