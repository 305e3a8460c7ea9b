import Core
import Database

/// All SQL on releases.
struct ReleaseStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  /// Nil when that version is there already.
  func insert(_ signed: SignedManifest, notes: String, at now: Timestamp) async throws -> Int64? {
    try await database.scalar(
      """
      INSERT INTO license.releases (version, channel, status, manifest, signature, key_fingerprint, notes, published_at,
        updated_at)
      VALUES (\(signed.manifest.version), \(signed.manifest.channel.rawValue), 'published', \(signed.manifest.text),
        \(signed.signature), \(signed.keyFingerprint), \(notes), \(now), \(now))
      ON CONFLICT (version) DO NOTHING RETURNING id
      """)
  }

  func find(_ id: Int64) async throws -> Release? { try await releases("WHERE id = \(id)").first }

  func find(version: String) async throws -> Release? { try await releases("WHERE version = \(version)").first }

  /// Takes the row for the rest of the transaction.
  func lock(_ id: Int64) async throws -> Release? { try await releases("WHERE id = \(id) FOR UPDATE").first }

  /// The highest version that is given out; on channel beta stable ones count, too.
  func latest(_ channel: ReleaseManifest.Channel) async throws -> Release? {
    try await releases(
      """
      WHERE status = 'published' AND (channel = 'stable' OR channel = \(channel.rawValue))
      ORDER BY pg_catalog.string_to_array(version, '.')::int[] DESC LIMIT 1
      """
    ).first
  }

  /// The releases a request asks for (`channel=`, `status=`, `q` in the version), the newest first; the cursor is an id.
  func list(_ page: PageRequest) async throws -> Page<Release> {
    let after = page.cursor.flatMap { Int64($0) }
    let text = page.q
    let matching: SQL = """
      (\(page.filters["channel"])::text IS NULL OR channel = \(page.filters["channel"]))
      AND (\(page.filters["status"])::text IS NULL OR status = \(page.filters["status"]))
      AND (\(text)::text IS NULL OR strpos(version, \(text)) > 0)
      """
    let found = try await releases(
      """
      WHERE \(matching) AND (\(after)::bigint IS NULL OR id < \(after)) ORDER BY id DESC LIMIT \(page.limit + 1)
      """)
    let total: Int? = try await database.scalar("SELECT count(*) FROM license.releases WHERE \(matching)")
    return Page(fetched: found, limit: page.limit, total: total) { String($0.id) }
  }

  /// Those of `versions` that have never been published.
  func unpublished(of versions: [String]) async throws -> [String] {
    let rows = try await database.query("SELECT version FROM license.releases WHERE version = ANY(\(versions))")
    var known: Set<String> = []
    for row in rows { known.insert(try row.get("version")) }
    return versions.filter { !known.contains($0) }
  }

  func set(_ id: Int64, notes: String, at now: Timestamp) async throws {
    try await database.execute(
      "UPDATE license.releases SET notes = \(notes), updated_at = \(now) WHERE id = \(id)")
  }

  func set(_ id: Int64, withdrawal: Release.Withdrawal?, at now: Timestamp) async throws {
    let status: Release.Status = withdrawal == nil ? .published : .withdrawn
    try await database.execute(
      """
      UPDATE license.releases SET status = \(status), withdrawn_at = \(withdrawal?.at),
        withdrawn_reason = \(withdrawal?.reason), updated_at = \(now)
      WHERE id = \(id)
      """)
  }

  private func releases(_ condition: SQL) async throws -> [Release] {
    let rows = try await database.query(
      """
      SELECT id, manifest, signature, key_fingerprint, notes, published_at, withdrawn_at, withdrawn_reason
      FROM license.releases \(condition)
      """)
    var releases: [Release] = []
    for row in rows { releases.append(try Release(row)) }
    return releases
  }
}

extension Release {
  fileprivate init(_ row: Row) throws {
    let withdrawnAt: Timestamp? = try row.get("withdrawn_at")
    let reason: String? = try row.get("withdrawn_reason")
    self.init(
      id: try row.get("id"),
      signed: SignedManifest(
        manifest: try ReleaseManifest(try row.get("manifest")), signature: try row.get("signature"),
        keyFingerprint: try row.get("key_fingerprint")),
      notes: try row.get("notes"), publishedAt: try row.get("published_at"),
      withdrawal: withdrawnAt.map { Withdrawal(at: $0, reason: reason ?? "") })
  }
}
