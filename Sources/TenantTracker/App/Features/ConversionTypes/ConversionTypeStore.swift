import Conversions
import Core
import Database
import Web

/// All SQL on the kinds of conversions.
struct ConversionTypeStore: ResourceStore {
  static let list = ListColumns("conversion_types")

  private static let columns: SQL = "id, name, title, counts, earns, is_predefined, created_at, updated_at"

  /// All of them as one JSON object, for ``ConversionTypeCatalog/init(_:)``.
  static func catalog(_ schema: SchemaName) -> SQL {
    """
    (SELECT jsonb_object_agg(t.name, jsonb_build_array(t.counts, t.earns)) FROM \(schema).conversion_types t
      WHERE t.archived_at IS NULL)
    """
  }

  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<ConversionTypeEntry> {
    let rows = try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).conversion_types
      WHERE archived_at IS NULL AND \(request.condition(Self.list, of: scope))
        AND (name ILIKE \(request.pattern) OR title ILIKE \(request.pattern))
      ORDER BY \(request.order(Self.list)) LIMIT \(request.limit + 1)
      """)
    return Page(fetched: try rows.map(Self.entry), limit: request.limit) { "\($0.id)" }
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> ConversionTypeEntry? {
    try await scope.query(
      "SELECT \(Self.columns) FROM \(scope.schema).conversion_types WHERE id = \(id) AND archived_at IS NULL"
    ).first.map(Self.entry)
  }

  func insert(
    _ draft: ConversionTypeEntry.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64 {
    let rows = try await executor.query(
      """
      INSERT INTO \(scope.schema).conversion_types (name, title, counts, earns, created_at, updated_at)
      VALUES (\(draft.type.rawValue), \(draft.title), \(draft.traits.counts), \(draft.traits.earns), \(time), \(time))
      RETURNING id
      """)
    return try rows[0].get("id")
  }

  func update(
    _ id: Int64, _ draft: ConversionTypeEntry.Draft, at time: Timestamp, of scope: TenantScope,
    in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      """
      UPDATE \(scope.schema).conversion_types SET title = \(draft.title), counts = \(draft.traits.counts),
        earns = \(draft.traits.earns), updated_at = \(time)
      WHERE id = \(id)
      """)
  }

  func archive(_ id: Int64, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("UPDATE \(scope.schema).conversion_types SET archived_at = \(time) WHERE id = \(id)")
  }

  func users(of id: Int64, of scope: TenantScope) async throws -> [String] {
    try await scope.query(
      """
      SELECT r.name FROM \(scope.schema).commission_rules r
      JOIN \(scope.schema).conversion_types t ON t.name = r.type
      WHERE t.id = \(id) AND r.archived_at IS NULL ORDER BY r.name LIMIT 6
      """
    ).map { try $0.get("name") }
  }

  /// Those that come with every tenant stay.
  static func refusePredefined(_ entry: ConversionTypeEntry) throws(Problem) {
    guard entry.isPredefined else { return }
    throw .conflict("\(entry.draft.title) comes with every tenant and stays.")
  }

  private static func entry(_ row: Row) throws -> ConversionTypeEntry {
    ConversionTypeEntry(
      id: try row.get("id"),
      draft: .init(
        type: ConversionType(rawValue: try row.get("name")), title: try row.get("title"),
        traits: .init(counts: try row.get("counts"), earns: try row.get("earns"))),
      isPredefined: try row.get("is_predefined"), createdAt: try row.get("created_at"),
      updatedAt: try row.get("updated_at"))
  }
}

extension ConversionTypeCatalog {
  /// From what ``ConversionTypeStore/catalog(_:)`` gives.
  init(_ json: JSONValue) {
    var traits: [String: ConversionTypeTraits] = [:]
    for member in json.objectValue?.members ?? [] {
      guard let flags = member.value.arrayValue?.map({ $0.boolValue ?? false }), flags.count == 2 else { continue }
      traits[member.key] = ConversionTypeTraits(counts: flags[0], earns: flags[1])
    }
    self.init(traits)
  }
}
