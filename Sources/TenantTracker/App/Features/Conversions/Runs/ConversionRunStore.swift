import Core
import Database

/// All SQL on runs.
struct ConversionRunStore: Sendable {
  let clock: any WallClock

  /// Nothing is heard of a run for this long: whoever worked on it is gone, and anybody may go on.
  static let silence = Duration.seconds(60)

  private static let columns: SQL = """
    id, kind, request, state, done, total, outcomes, last_id, problem, made_by, created_at, updated_at
    """

  func insert(
    _ task: ConversionRun.Task, total: Int, by author: String, of scope: TenantScope, in executor: any SQLExecutor
  ) async throws(DatabaseError) -> ConversionRun {
    let now = clock.now()
    let id = UUIDv7(at: now)
    try await executor.execute(
      """
      INSERT INTO \(scope.schema).conversion_runs
        (id, kind, request, state, total, made_by, claimed_until, created_at, updated_at)
      VALUES (\(id), \(task.kind.rawValue), \(task.request), 'running', \(Int64(total)), \(author), \(now), \(now), \(now))
      ON CONFLICT (id) DO NOTHING
      """)
    return ConversionRun(
      id: id, task: task, state: .running, done: 0, total: Int64(total), outcomes: [:], madeBy: author, createdAt: now,
      updatedAt: now)
  }

  func find(_ id: UUIDv7, of scope: TenantScope) async throws(DatabaseError) -> ConversionRun? {
    let row = try await scope.first(
      "SELECT \(Self.columns) FROM \(scope.schema).conversion_runs WHERE id = \(id)")
    guard let row else { return nil }
    return try Self.run(row)
  }

  /// The last run that a word's mapping began.
  func latestMapping(
    of word: String, network: Int64, of scope: TenantScope
  ) async throws(DatabaseError) -> ConversionRun? {
    let request = ConversionRun.Task.mapping(networkID: network, word: word).request
    let row = try await scope.first(
      """
      SELECT \(Self.columns) FROM \(scope.schema).conversion_runs WHERE kind = 'mapping' AND request = \(request)
      ORDER BY id DESC LIMIT 1
      """)
    guard let row else { return nil }
    return try Self.run(row)
  }

  /// Those that nobody works on.
  func open(of scope: TenantScope) async throws(DatabaseError) -> [UUIDv7] {
    let rows = try await scope.query(
      """
      SELECT id FROM \(scope.schema).conversion_runs WHERE state = 'running' AND claimed_until <= \(clock.now())
      ORDER BY id LIMIT 20
      """)
    var ids: [UUIDv7] = []
    for row in rows { ids.append(try row.get("id")) }
    return ids
  }

  /// Takes the run for ``silence``; nil when somebody else has it, or it is over.
  func claim(_ id: UUIDv7, of scope: TenantScope) async throws(DatabaseError) -> ConversionRun? {
    let now = clock.now()
    let row = try await scope.first(
      """
      UPDATE \(scope.schema).conversion_runs SET claimed_until = \(now + Self.silence), updated_at = \(now)
      WHERE id = \(id) AND state = 'running' AND claimed_until <= \(now) RETURNING \(Self.columns)
      """)
    guard let row else { return nil }
    return try Self.run(row)
  }

  /// Notes how far the run is.
  func progress(_ run: ConversionRun, of scope: TenantScope) async throws(DatabaseError) {
    let now = clock.now()
    try await scope.execute(
      """
      UPDATE \(scope.schema).conversion_runs SET done = \(run.done), outcomes = \(ConversionRun.json(run.outcomes)),
        last_id = \(run.lastID), claimed_until = \(now + Self.silence), updated_at = \(now)
      WHERE id = \(run.id) AND state = 'running'
      """)
  }

  func end(_ run: ConversionRun, of scope: TenantScope) async throws(DatabaseError) {
    try await scope.execute(
      """
      UPDATE \(scope.schema).conversion_runs SET state = \(run.state.rawValue), done = \(run.done),
        outcomes = \(ConversionRun.json(run.outcomes)), last_id = \(run.lastID), problem = \(run.problem),
        updated_at = \(clock.now())
      WHERE id = \(run.id)
      """)
  }

  /// Lets anybody go on with it at once.
  func release(_ id: UUIDv7, of scope: TenantScope) async throws(DatabaseError) {
    try await scope.execute(
      """
      UPDATE \(scope.schema).conversion_runs SET claimed_until = \(clock.now())
      WHERE id = \(id) AND state = 'running'
      """)
  }

  /// Forgets those of long ago.
  func removeOld(of scope: TenantScope) async throws(DatabaseError) {
    try await scope.execute(
      """
      DELETE FROM \(scope.schema).conversion_runs WHERE state <> 'running' AND created_at < \(clock.now() - .days(30))
      """)
  }

  private static func run(_ row: Row) throws(DatabaseError) -> ConversionRun {
    let kind = try row.get("kind", as: String.self)
    var outcomes: [String: Int64] = [:]
    for member in try row.get("outcomes", as: JSONValue.self).objectValue?.members ?? [] {
      outcomes[member.key] = member.value.intValue
    }
    return ConversionRun(
      id: try row.get("id"),
      task: ConversionRun.Task(kind, try row.get("request", as: JSONValue.self)) ?? .mapping(networkID: 0, word: ""),
      state: ConversionRun.State(rawValue: try row.get("state")) ?? .failed, done: try row.get("done"),
      total: try row.get("total"), outcomes: outcomes, lastID: try row.get("last_id"),
      problem: try row.get("problem"), madeBy: try row.get("made_by"), createdAt: try row.get("created_at"),
      updatedAt: try row.get("updated_at"))
  }
}
