import Core
import Database

/// All SQL on what people keep for themselves.
struct PersonalStore<Content: PersonalContent>: Sendable {
  typealias Item = PersonalItem<Content>

  /// The user's own and those that others share, newest first unless the request says otherwise.
  func page(_ request: PageRequest, for user: Int64, of scope: TenantScope) async throws -> Page<Item> {
    let items = try await items(
      """
      \(request.following("i.id")) AND (i.owner_id = \(user) OR i.shared) AND i.name ILIKE \(request.pattern)
      ORDER BY \(request.order("i.id")) LIMIT \(request.limit + 1)
      """, of: scope)
    return Page(fetched: items, limit: request.limit) { "\($0.id)" }
  }

  /// The first five hundred, by name.
  func all(for user: Int64, of scope: TenantScope) async throws -> [Item] {
    try await items(
      "(i.owner_id = \(user) OR i.shared) ORDER BY i.owner_id <> \(user), lower(i.name), i.id LIMIT 500", of: scope)
  }

  /// Nil when there is none, or it is somebody else's and not shared.
  func find(_ id: Int64, for user: Int64, of scope: TenantScope) async throws -> Item? {
    try await items("i.id = \(id) AND (i.owner_id = \(user) OR i.shared)", of: scope).first
  }

  /// What the user's page begins with.
  func standard(of user: Int64, of scope: TenantScope) async throws -> Item? {
    try await items("i.owner_id = \(user) AND i.standard", of: scope).first
  }

  private func items(_ condition: SQL, of scope: TenantScope) async throws -> [Item] {
    try await scope.query(
      """
      SELECT i.id, i.owner_id, u.email AS owner, i.name, i.\(identifier: Content.field) AS content, i.shared,
        i.standard, i.created_at, i.updated_at
      FROM \(scope.schema).\(identifier: Content.table) i JOIN \(scope.schema).users u ON u.id = i.owner_id
      WHERE \(condition)
      """
    ).map(Self.item)
  }

  private static func item(_ row: Row) throws -> Item {
    Item(
      id: try row.get("id"), ownerID: try row.get("owner_id"), owner: try row.get("owner"),
      draft: .init(
        name: try row.get("name"), content: Content(stored: try row.get("content")), isShared: try row.get("shared"),
        isStandard: try row.get("standard")),
      createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"))
  }

  func count(of user: Int64, of scope: TenantScope) async throws -> Int64 {
    try await scope.scalar(
      "SELECT count(*) AS items FROM \(scope.schema).\(identifier: Content.table) WHERE owner_id = \(user)",
      as: Int64.self) ?? 0
  }

  func insert(
    _ draft: Item.Draft, of user: Int64, at time: Timestamp, schema: SchemaName, in connection: Connection
  ) async throws -> Int64 {
    if draft.isStandard { try await clearStandard(of: user, schema: schema, in: connection) }
    return try await connection.one(
      """
      INSERT INTO \(schema).\(identifier: Content.table)
        (owner_id, name, \(identifier: Content.field), shared, standard, created_at, updated_at)
      VALUES (\(user), \(draft.name), \(draft.content.stored), \(draft.isShared), \(draft.isStandard), \(time), \(time))
      RETURNING id
      """
    ).get("id")
  }

  func update(
    _ item: Item, _ draft: Item.Draft, at time: Timestamp, schema: SchemaName, in connection: Connection
  ) async throws {
    if draft.isStandard { try await clearStandard(of: item.ownerID, schema: schema, in: connection) }
    try await connection.execute(
      """
      UPDATE \(schema).\(identifier: Content.table) SET name = \(draft.name),
        \(identifier: Content.field) = \(draft.content.stored), shared = \(draft.isShared),
        standard = \(draft.isStandard), updated_at = \(time)
      WHERE id = \(item.id)
      """)
  }

  private func clearStandard(of user: Int64, schema: SchemaName, in connection: Connection) async throws {
    try await connection.execute(
      "UPDATE \(schema).\(identifier: Content.table) SET standard = false WHERE owner_id = \(user) AND standard")
  }

  func delete(_ id: Int64, schema: SchemaName, in connection: Connection) async throws {
    try await connection.execute("DELETE FROM \(schema).\(identifier: Content.table) WHERE id = \(id)")
  }
}
