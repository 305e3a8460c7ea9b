import Core
import Database

/// All SQL on notes and tags.
struct LicenseNoteStore: Sendable {
  private let database: any SQLExecutor

  init(_ database: any SQLExecutor) { self.database = database }

  func add(_ body: String, to license: Int64, by author: String, at now: Timestamp) async throws(DatabaseError) -> Int64
  {
    try await database.one(
      """
      INSERT INTO license.license_notes (license_id, author, body, created_at)
      VALUES (\(license), \(author), \(body), \(now)) RETURNING id
      """
    ).get("id")
  }

  /// - Returns: what it said; nil when there is no such note.
  func remove(_ id: Int64, of license: Int64) async throws(DatabaseError) -> LicenseNote? {
    let row = try await database.first(
      """
      DELETE FROM license.license_notes WHERE id = \(id) AND license_id = \(license)
      RETURNING id, author, body, created_at
      """)
    guard let row else { return nil }
    return try LicenseNote(row)
  }

  /// The newest first; the cursor is an id.
  func list(of license: Int64, _ page: PageRequest) async throws(DatabaseError) -> Page<LicenseNote> {
    let before = page.cursor.flatMap { Int64($0) }
    let rows = try await database.query(
      """
      SELECT id, author, body, created_at FROM license.license_notes
      WHERE license_id = \(license) AND (\(before)::bigint IS NULL OR id < \(before))
      ORDER BY id DESC LIMIT \(page.limit + 1)
      """)
    var notes: [LicenseNote] = []
    for row in rows { notes.append(try LicenseNote(row)) }
    return Page(fetched: notes, limit: page.limit) { String($0.id) }
  }

  /// - Returns: how many tags the licence has now.
  func add(_ tag: LicenseTag, to license: Int64) async throws(DatabaseError) -> Int {
    try await database.execute(
      """
      INSERT INTO license.license_tags (license_id, tag) VALUES (\(license), \(tag.text))
      ON CONFLICT (license_id, tag) DO NOTHING
      """)
    return try await database.one(
      "SELECT count(*) AS n FROM license.license_tags WHERE license_id = \(license)"
    ).get("n")
  }

  func remove(_ tag: LicenseTag, from license: Int64) async throws(DatabaseError) {
    try await database.execute(
      "DELETE FROM license.license_tags WHERE license_id = \(license) AND tag = \(tag.text)")
  }
}

extension LicenseNote {
  fileprivate init(_ row: Row) throws(DatabaseError) {
    self.init(
      id: try row.get("id"), author: try row.get("author"), body: try row.get("body"),
      createdAt: try row.get("created_at"))
  }
}
