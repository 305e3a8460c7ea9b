import Conversions
import Core
import Database

/// All SQL on publishers.
struct PublisherStore: ResourceStore {
  static let list = ListColumns("publishers", texts: ["email", "status", "currency"])

  private static let columns: SQL = """
    id, name, email, status, currency, schedule, net_days, minimum_micros, notes, created_at, updated_at
    """

  func page(_ request: PageRequest, of scope: TenantScope) async throws -> Page<Publisher> {
    let rows = try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).publishers
      WHERE archived_at IS NULL AND \(request.condition(Self.list, of: scope)) AND name ILIKE \(request.pattern)
      ORDER BY \(request.order(Self.list)) LIMIT \(request.limit + 1)
      """)
    return Page(fetched: try rows.map(Self.publisher), limit: request.limit) { "\($0.id)" }
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> Publisher? {
    try await scope.query(
      "SELECT \(Self.columns) FROM \(scope.schema).publishers WHERE id = \(id) AND archived_at IS NULL"
    ).first.map(Self.publisher)
  }

  /// Waits for whoever else reckons up this publisher, and keeps others waiting until the transaction ends. What is
  /// earned meanwhile is written all the same. Archived ones are found, too: they are paid what is due.
  func lock(
    _ id: Int64, in connection: Connection, schema: SchemaName
  ) async throws -> Publisher? {
    try await connection.query(
      "SELECT \(Self.columns) FROM \(schema).publishers WHERE id = \(id) FOR NO KEY UPDATE"
    ).first.map(Self.publisher)
  }

  func insert(
    _ draft: Publisher.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int64 {
    let rows = try await executor.query(
      """
      INSERT INTO \(scope.schema).publishers
        (name, email, status, currency, schedule, net_days, minimum_micros, notes, created_at, updated_at)
      VALUES (\(draft.name), \(draft.email), \(draft.status.rawValue), \(draft.currency),
        \(draft.schedule.interval.rawValue), \(Int32(draft.schedule.netDays)), \(draft.minimum), \(draft.notes),
        \(time), \(time))
      RETURNING id
      """)
    return try rows[0].get("id")
  }

  func update(
    _ id: Int64, _ draft: Publisher.Draft, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws {
    try await executor.execute(
      """
      UPDATE \(scope.schema).publishers SET name = \(draft.name), email = \(draft.email),
        status = \(draft.status.rawValue), currency = \(draft.currency),
        schedule = \(draft.schedule.interval.rawValue), net_days = \(Int32(draft.schedule.netDays)),
        minimum_micros = \(draft.minimum), notes = \(draft.notes), updated_at = \(time)
      WHERE id = \(id)
      """)
  }

  func archive(_ id: Int64, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute("UPDATE \(scope.schema).publishers SET archived_at = \(time) WHERE id = \(id)")
  }

  func users(of id: Int64, of scope: TenantScope) async throws -> [String] {
    try await scope.query(
      """
      SELECT name FROM \(scope.schema).commission_rules WHERE publisher_id = \(id) AND archived_at IS NULL
      ORDER BY name LIMIT 6
      """
    ).map { try $0.get("name") }
  }

  private static func publisher(_ row: Row) throws -> Publisher {
    let interval = PayoutSchedule.Interval(rawValue: try row.get("schedule")) ?? .monthly
    return Publisher(
      id: try row.get("id"),
      draft: Publisher.Draft(
        name: try row.get("name"), email: try row.get("email"),
        status: Publisher.Status(rawValue: try row.get("status")) ?? .active, currency: try row.get("currency"),
        schedule: PayoutSchedule(interval, netDays: Int(try row.get("net_days", as: Int32.self))),
        minimum: try row.get("minimum_micros"), notes: try row.get("notes")),
      createdAt: try row.get("created_at"), updatedAt: try row.get("updated_at"))
  }
}
