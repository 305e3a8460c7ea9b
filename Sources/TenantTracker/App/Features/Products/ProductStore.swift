import Core
import Database

/// All SQL on the product catalogue.
struct ProductStore: ResourceStore {
  static let list = ListColumns(
    "products", as: "p", texts: ["sku", "category", "external_id", "source", "currency"])

  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<Product> {
    let pattern = request.pattern
    let rows = try await scope.query(
      """
      \(Self.selection(scope))
      WHERE p.archived_at IS NULL AND \(request.condition(Self.list, of: scope))
        AND (p.name ILIKE \(pattern) OR p.sku ILIKE \(pattern) OR p.category ILIKE \(pattern))
      ORDER BY \(request.order(Self.list)) LIMIT \(request.limit + 1)
      """)
    return Page(fetched: try rows.map(Self.product), limit: request.limit) { "\($0.id)" }
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> Product? {
    try await scope.query("\(Self.selection(scope)) WHERE p.id = \(id) AND p.archived_at IS NULL").first
      .map(Self.product)
  }

  /// Those in use with these SKUs, by SKU.
  func products(skus: [String], of scope: TenantScope) async throws -> [String: Product] {
    let rows = try await scope.query("\(Self.selection(scope)) WHERE p.archived_at IS NULL AND p.sku = ANY (\(skus))")
    return Dictionary(try rows.map(Self.product).map { ($0.draft.sku, $0) }) { first, _ in first }
  }

  func insert(
    _ draft: Product.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64 {
    let rows = try await executor.query(
      """
      INSERT INTO \(scope.schema).products (
        name, sku, price_micros, currency, category, image_url, external_id, source, created_at, updated_at)
      VALUES (\(draft.name), \(draft.sku), \(draft.price), \(draft.currency), \(draft.category), \(draft.imageURL),
        \(draft.externalID), \(draft.source.rawValue), \(time), \(time))
      RETURNING id
      """)
    return try rows[0].get("id")
  }

  func update(
    _ id: Int64, _ draft: Product.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      """
      UPDATE \(scope.schema).products SET name = \(draft.name), sku = \(draft.sku), price_micros = \(draft.price),
        currency = \(draft.currency), category = \(draft.category), image_url = \(draft.imageURL),
        external_id = \(draft.externalID), source = \(draft.source.rawValue), updated_at = \(time)
      WHERE id = \(id)
      """)
  }

  func archive(_ id: Int64, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("UPDATE \(scope.schema).products SET archived_at = \(time) WHERE id = \(id)")
  }

  /// Nothing holds on to a product: reports match by SKU, id and name, archived ones too.
  func users(of id: Int64, of scope: TenantScope) async throws -> [String] { [] }

  // Many at once

  /// Adds all of these.
  func insert(
    _ drafts: [Product.Draft], at time: Timestamp, in connection: Connection, schema: SchemaName
  ) async throws(DatabaseError) {
    guard !drafts.isEmpty else { return }
    try await connection.execute(
      """
      INSERT INTO \(schema).products (
        name, sku, price_micros, currency, category, image_url, external_id, source, created_at, updated_at)
      SELECT d.name, d.sku, d.price, d.currency, d.category, d.image_url, d.external_id, d.source, \(time), \(time)
      FROM \(Self.records(drafts.map { (nil, $0) })) ORDER BY d.position
      """)
  }

  /// - Returns: how many of them were still in use.
  func update(
    _ drafts: [(id: Int64, draft: Product.Draft)], at time: Timestamp, in connection: Connection, schema: SchemaName
  ) async throws(DatabaseError) -> Int {
    guard !drafts.isEmpty else { return 0 }
    return try await connection.execute(
      """
      UPDATE \(schema).products AS p SET name = d.name, price_micros = d.price, currency = d.currency,
        category = d.category, image_url = d.image_url, external_id = d.external_id, source = d.source,
        updated_at = \(time)
      FROM \(Self.records(drafts.map { ($0.id, $0.draft) }))
      WHERE p.id = d.id AND p.archived_at IS NULL
      """)
  }

  private static func records(_ drafts: [(id: Int64?, draft: Product.Draft)]) -> SQL {
    let list = drafts.enumerated().map { position, item -> JSONValue in
      let draft = item.draft
      return [
        "position": .int(position), "id": JSONValue(item.id), "name": .string(draft.name), "sku": .string(draft.sku),
        "price": .int(draft.price.rawValue), "currency": JSONValue(draft.currency),
        "category": JSONValue(draft.category), "image_url": JSONValue(draft.imageURL),
        "external_id": JSONValue(draft.externalID), "source": .string(draft.source.rawValue),
      ]
    }
    return """
      jsonb_to_recordset(\(JSONValue.array(list))) AS d (position int, id bigint, name text, sku text, price bigint,
        currency text, category text, image_url text, external_id text, source text)
      """
  }

  private static func selection(_ scope: TenantScope) -> SQL {
    """
    SELECT p.id, p.name, p.sku, p.price_micros, p.currency, p.category, p.image_url, p.external_id, p.source,
      p.created_at, p.updated_at
    FROM \(scope.schema).products p
    """
  }

  private static func product(_ row: Row) throws -> Product {
    Product(
      id: try row.get("id"),
      draft: Product.Draft(
        name: try row.get("name"), sku: try row.get("sku"), price: try row.get("price_micros"),
        currency: try row.get("currency"), category: try row.get("category"), imageURL: try row.get("image_url"),
        externalID: try row.get("external_id"),
        source: Product.Source(rawValue: try row.get("source")) ?? .manual),
      createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"))
  }
}
