import Core
import Database

/// All SQL on decisions about many conversions.
struct BulkDecisionStore: Sendable {
  let clock: any WallClock

  func begin(
    _ decision: ConversionDecision, note: String?, total: Int, by author: String, of scope: TenantScope,
    in executor: any SQLExecutor
  ) async throws(DatabaseError) -> BulkDecision {
    let now = clock.now()
    let entry = BulkDecision(
      id: UUIDv7(at: now), decision: decision.word, note: note ?? "", madeBy: author, state: .running, done: 0,
      total: total, results: .init(), createdAt: now, updatedAt: now)
    try await executor.execute(
      """
      INSERT INTO \(scope.schema).conversion_changes
        (id, decision, note, made_by, state, total, created_at, updated_at)
      VALUES (\(entry.id), \(entry.decision), \(entry.note), \(author), 'running', \(Int32(clamping: total)), \(now),
        \(now))
      """)
    return entry
  }

  func progress(_ id: UUIDv7, done: Int, of scope: TenantScope) async throws(DatabaseError) {
    try await scope.execute(
      """
      UPDATE \(scope.schema).conversion_changes SET done = \(Int32(clamping: done)), updated_at = \(clock.now())
      WHERE id = \(id) AND state = 'running'
      """)
  }

  func end(
    _ id: UUIDv7, _ state: BulkDecision.State, done: Int, _ results: BulkDecision.Results, of scope: TenantScope
  ) async throws(DatabaseError) {
    try await scope.execute(
      """
      UPDATE \(scope.schema).conversion_changes SET state = \(state.rawValue), done = \(Int32(clamping: done)),
        results = \(JSONValue.object(results.json)), updated_at = \(clock.now())
      WHERE id = \(id)
      """)
  }

  func find(_ id: UUIDv7, of scope: TenantScope) async throws(DatabaseError) -> BulkDecision? {
    let row = try await scope.first(
      """
      SELECT id, decision, note, made_by, state, done, total, results, created_at, updated_at
      FROM \(scope.schema).conversion_changes WHERE id = \(id)
      """)
    guard let row else { return nil }
    var found = BulkDecision(
      id: try row.get("id"), decision: try row.get("decision"), note: try row.get("note"),
      madeBy: try row.get("made_by"), state: BulkDecision.State(rawValue: try row.get("state")) ?? .failed,
      done: Int(try row.get("done", as: Int32.self)), total: Int(try row.get("total", as: Int32.self)),
      results: BulkDecision.Results(try row.get("results", as: JSONValue.self)), createdAt: try row.get("created_at"),
      updatedAt: try row.get("updated_at"))
    if found.state == .running, found.updatedAt + BulkDecision.silence < clock.now() {
      found.state = .failed
      found.results.problem = "The tracker ended while this was under way. Do it again for what is left."
    }
    return found
  }

  /// Forgets those of long ago; what they did is in each conversion's history.
  func removeOld(of scope: TenantScope) async throws(DatabaseError) {
    try await scope.execute(
      "DELETE FROM \(scope.schema).conversion_changes WHERE created_at < \(clock.now() - .days(30))")
  }
}
