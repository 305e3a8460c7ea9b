import ClickPath
import Core
import Database

/// All SQL on the blacklist. Of entries that have ended nothing is told, whether or not they were removed yet.
struct BlacklistStore: Sendable {
  let clock: any WallClock

  private static let columns: SQL = "id, abbrev(range) AS range, origin, reason, created_at, expires_at"

  /// What a list is asked for besides its page.
  struct Filter: Sendable {
    var origin: BlacklistEntry.Origin?
    /// An address or range finds what covers it and what it covers; other text is looked for in addresses and reasons.
    var text = ""
  }

  private func condition(_ filter: Filter, _ request: PageRequest) -> SQL {
    var condition: SQL = "(expires_at IS NULL OR expires_at > \(clock.now()))"
    if let origin = filter.origin { condition += " AND origin = \(origin.rawValue)" }
    let text = filter.text.trimmed
    if text.isEmpty { return condition }
    if let range = CIDR(text) { return condition + " AND range && \(range.description)::inet" }
    return condition + " AND (abbrev(range) ILIKE \(request.pattern) OR reason ILIKE \(request.pattern))"
  }

  func page(_ request: PageRequest, _ filter: Filter, of scope: TenantScope) async throws -> Page<BlacklistEntry> {
    let condition = condition(filter, request)
    let rows = try await scope.query(
      """
      SELECT \(Self.columns) FROM \(scope.schema).blacklist WHERE \(condition) AND \(request.following("id"))
      ORDER BY \(request.order("id")) LIMIT \(request.limit + 1)
      """)
    let total = try await scope.one("SELECT count(*) AS entries FROM \(scope.schema).blacklist WHERE \(condition)")
    return Page(
      fetched: try rows.map(Self.entry), limit: request.limit, total: Int(try total.get("entries", as: Int64.self))
    ) { "\($0.id)" }
  }

  func find(_ id: Int64, of scope: TenantScope) async throws -> BlacklistEntry? {
    try await scope.query("SELECT \(Self.columns) FROM \(scope.schema).blacklist WHERE id = \(id)").first
      .map(Self.entry)
  }

  /// As the click path has them.
  func records(of scope: TenantScope) async throws -> [BlacklistRecord] {
    try await scope.query(
      """
      SELECT abbrev(range) AS range, origin, expires_at FROM \(scope.schema).blacklist
      WHERE expires_at IS NULL OR expires_at > \(clock.now()) ORDER BY range
      """
    ).map { row in
      BlacklistRecord(
        range: try row.get("range"), isAutomatic: try row.get("origin", as: String.self) == "automatic",
        expiresAt: try row.get("expires_at"))
    }
  }

  func count(_ origin: BlacklistEntry.Origin, of scope: TenantScope, in executor: any SQLExecutor) async throws -> Int {
    let rows = try await executor.query(
      "SELECT count(*) AS entries FROM \(scope.schema).blacklist WHERE origin = \(origin.rawValue)")
    return Int(try rows[0].get("entries", as: Int64.self))
  }

  /// Adds entries by hand. What was on the list by itself, or has ended, becomes one of them; what is there by hand
  /// already stays as it is.
  /// - Parameter lines: each range once.
  /// - Returns: the ids of those that were added or became so.
  func add(
    _ lines: [BlacklistText.Line], reason: String, until end: Timestamp?, of scope: TenantScope,
    in executor: any SQLExecutor
  ) async throws -> [Int64] {
    let now = clock.now()
    return try await executor.query(
      """
      INSERT INTO \(scope.schema).blacklist AS b (range, origin, reason, created_at, expires_at)
      SELECT t.range::inet, 'manual', t.reason, \(now), \(end)
      FROM unnest(\(lines.map(\.range.description)), \(lines.map { $0.reason ?? reason })) AS t (range, reason)
      ON CONFLICT (range) DO UPDATE SET origin = EXCLUDED.origin, reason = EXCLUDED.reason,
        created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
      WHERE b.origin = 'automatic' OR b.expires_at <= EXCLUDED.created_at
      RETURNING b.id
      """
    ).map { try $0.get("id") }
  }

  /// Adds what the fraud score found. What is on the list already stays as it is.
  func add(
    automatic entries: [AutomaticEntries.Entry], until end: Timestamp, of scope: TenantScope,
    in executor: any SQLExecutor
  ) async throws {
    let now = clock.now()
    try await executor.execute(
      """
      INSERT INTO \(scope.schema).blacklist AS b (range, origin, reason, created_at, expires_at)
      SELECT t.range::inet, 'automatic', t.reason, \(now), \(end)
      FROM unnest(\(entries.map(\.address.description)), \(entries.map(\.reason))) AS t (range, reason)
      ON CONFLICT (range) DO UPDATE SET origin = EXCLUDED.origin, reason = EXCLUDED.reason,
        created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
      WHERE b.expires_at <= EXCLUDED.created_at
      """)
  }

  /// Of what the score found only the latest stay.
  func trimAutomatic(to limit: Int, of scope: TenantScope, in executor: any SQLExecutor) async throws {
    try await executor.execute(
      """
      DELETE FROM \(scope.schema).blacklist WHERE origin = 'automatic' AND id IN (
        SELECT id FROM \(scope.schema).blacklist WHERE origin = 'automatic' ORDER BY created_at DESC, id DESC
        OFFSET \(limit))
      """)
  }

  /// False when there is none.
  func remove(_ id: Int64, of scope: TenantScope, in executor: any SQLExecutor) async throws -> Bool {
    try await executor.execute("DELETE FROM \(scope.schema).blacklist WHERE id = \(id)") > 0
  }

  /// Removes what has ended: the click path has looked through it since.
  func removeExpired(of scope: TenantScope) async throws {
    try await scope.execute("DELETE FROM \(scope.schema).blacklist WHERE expires_at <= \(clock.now())")
  }

  private static func entry(_ row: Row) throws -> BlacklistEntry {
    BlacklistEntry(
      id: try row.get("id"), range: try row.get("range"),
      origin: BlacklistEntry.Origin(rawValue: try row.get("origin")) ?? .manual, reason: try row.get("reason"),
      createdAt: try row.get("created_at"), expiresAt: try row.get("expires_at"))
  }
}
