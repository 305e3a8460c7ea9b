import Core
import Database
import Web

/// One import, under way or over.
struct LandingImport: Sendable {
  enum State: String, Sendable, CaseIterable { case running, done, failed }

  let id: UUIDv7
  /// The address, or the file's name.
  let source: String
  let name: String
  var state: State
  var filesDone: Int
  var filesTotal: Int
  /// What it became.
  var landingID: Int64?
  /// Why it failed, as a sentence.
  var problem: String?
  /// What could not be taken along.
  var notes: [String]
  let createdAt: Timestamp
  var updatedAt: Timestamp

  /// An import that nothing is heard of any more: its process has ended.
  static let silence = Duration.seconds(90)

  var json: JSONValue {
    [
      "id": .string(id.description), "source": .string(source), "state": .string(state.rawValue),
      "files_done": .int(filesDone), "files_total": .int(filesTotal), "landing_id": JSONValue(landingID),
      "problem": JSONValue(problem), "notes": JSONValue(notes), "created_at": JSONValue(createdAt),
      "updated_at": JSONValue(updatedAt),
    ]
  }

  static let schema = Schema.object([
    .required("id", .uuid), .required("source", .string), .required("state", .choice(State.allCases.map(\.rawValue))),
    .required("files_done", .integer), .required("files_total", .integer), .required("landing_id", .integer.nullable),
    .required("problem", .string.nullable),
    .required("notes", .array(.string).described("What could not be taken along.")),
    .required("created_at", .timestamp), .required("updated_at", .timestamp),
  ])
}

/// All SQL on imports.
struct LandingImportStore: Sendable {
  let clock: any WallClock

  func begin(_ source: String, name: String, by author: String, of scope: TenantScope) async throws -> LandingImport {
    let now = clock.now()
    let id = UUIDv7(at: now)
    try await scope.execute(
      """
      INSERT INTO \(scope.schema).landing_imports (id, source, name, state, made_by, created_at, updated_at)
      VALUES (\(id), \(source), \(name), 'running', \(author), \(now), \(now))
      """)
    return LandingImport(
      id: id, source: source, name: name, state: .running, filesDone: 0, filesTotal: 0, notes: [], createdAt: now,
      updatedAt: now)
  }

  func progress(_ id: UUIDv7, done: Int, total: Int, of scope: TenantScope) async throws {
    try await scope.execute(
      """
      UPDATE \(scope.schema).landing_imports
      SET files_done = \(Int32(clamping: done)), files_total = \(Int32(clamping: total)), updated_at = \(clock.now())
      WHERE id = \(id) AND state = 'running'
      """)
  }

  func finish(_ id: UUIDv7, landing: Int64, notes: [String], of scope: TenantScope, in executor: any SQLExecutor)
    async throws
  {
    try await executor.execute(
      """
      UPDATE \(scope.schema).landing_imports
      SET state = 'done', landing_id = \(landing), notes = \(notes), files_done = files_total, updated_at = \(clock.now())
      WHERE id = \(id)
      """)
  }

  func fail(_ id: UUIDv7, _ problem: String, of scope: TenantScope) async throws {
    try await scope.execute(
      """
      UPDATE \(scope.schema).landing_imports SET state = 'failed', problem = \(problem), updated_at = \(clock.now())
      WHERE id = \(id) AND state = 'running'
      """)
  }

  func find(_ id: UUIDv7, of scope: TenantScope) async throws -> LandingImport? {
    let row = try await scope.query(
      """
      SELECT id, source, name, state, files_done, files_total, landing_id, problem, notes, created_at, updated_at
      FROM \(scope.schema).landing_imports WHERE id = \(id)
      """
    ).first
    guard let row else { return nil }
    var found = LandingImport(
      id: try row.get("id"), source: try row.get("source"), name: try row.get("name"),
      state: LandingImport.State(rawValue: try row.get("state")) ?? .failed,
      filesDone: Int(try row.get("files_done", as: Int32.self)),
      filesTotal: Int(try row.get("files_total", as: Int32.self)), landingID: try row.get("landing_id"),
      problem: try row.get("problem"), notes: try row.get("notes"), createdAt: try row.get("created_at"),
      updatedAt: try row.get("updated_at"))
    if found.state == .running, found.updatedAt + LandingImport.silence < clock.now() {
      found.state = .failed
      found.problem = "The tracker ended while this was under way. Import it again."
    }
    return found
  }

  /// Forgets those of long ago.
  func removeOld(of scope: TenantScope) async throws {
    try await scope.execute(
      "DELETE FROM \(scope.schema).landing_imports WHERE created_at < \(clock.now() - .days(30))")
  }
}
