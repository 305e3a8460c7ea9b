import Core
import Database

/// All SQL on the versions of landings.
struct LandingVersionStore: Sendable {
  /// Makes the HTML a version unless the newest is the same already. Gives its number.
  @discardableResult
  func add(
    _ html: String, _ origin: LandingVersion.Origin, restoring restored: Int? = nil, to landing: Int64,
    by author: String, at time: Timestamp, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws -> Int {
    // Two that save at once wait for each other here.
    _ = try await executor.query("SELECT id FROM \(scope.schema).landings WHERE id = \(landing) FOR UPDATE")
    let newest = try await executor.query(
      """
      SELECT version, html = \(html) AS same FROM \(scope.schema).landing_versions WHERE landing_id = \(landing)
      ORDER BY version DESC LIMIT 1
      """
    ).first
    let number = Int(try newest?.get("version", as: Int32.self) ?? 0)
    if let newest, try newest.get("same") { return number }
    try await executor.execute(
      """
      INSERT INTO \(scope.schema).landing_versions
        (landing_id, version, html, origin, restored_version, made_by, made_at)
      VALUES (\(landing), \(Int32(number + 1)), \(html), \(origin.rawValue), \(restored.map { Int32($0) }), \(author),
        \(time))
      """)
    return number + 1
  }

  /// Newest first, without their HTML; the cursor is the last number seen.
  func page(_ request: PageRequest, ofLanding id: Int64, of scope: TenantScope) async throws -> Page<LandingVersion> {
    let below = Int32(clamping: request.cursor.flatMap { Int64($0) } ?? Int64(Int32.max))
    let rows = try await scope.query(
      """
      SELECT version, '' AS html, origin, restored_version, made_by, made_at, octet_length(html) AS size
      FROM \(scope.schema).landing_versions WHERE landing_id = \(id) AND version < \(below)
      ORDER BY version DESC LIMIT \(request.limit + 1)
      """)
    return Page(fetched: try rows.map(Self.version), limit: request.limit) { "\($0.number)" }
  }

  func find(_ number: Int, ofLanding id: Int64, of scope: TenantScope) async throws -> LandingVersion? {
    try await scope.query(
      """
      SELECT version, html, origin, restored_version, made_by, made_at, octet_length(html) AS size
      FROM \(scope.schema).landing_versions WHERE landing_id = \(id) AND version = \(Int32(clamping: number))
      """
    ).first.map(Self.version)
  }

  private static func version(_ row: Row) throws -> LandingVersion {
    LandingVersion(
      number: Int(try row.get("version", as: Int32.self)), html: try row.get("html"),
      origin: LandingVersion.Origin(rawValue: try row.get("origin")) ?? .edit,
      restored: try row.get("restored_version", as: Int32?.self).map(Int.init), madeBy: try row.get("made_by"),
      madeAt: try row.get("made_at"), size: Int(try row.get("size", as: Int32.self)))
  }
}
