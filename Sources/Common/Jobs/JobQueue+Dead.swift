public import Core
public import Database

extension JobQueue {
  /// The jobs given up, latest first.
  public func dead(limit: Int = 100, in executor: some SQLExecutor) async throws(DatabaseError) -> [DeadJob] {
    let rows = try await executor.query(
      """
      SELECT id, kind, payload, tenant_id, attempts, last_error, created_at, died_at FROM \(schema).jobs
      WHERE died_at IS NOT NULL ORDER BY died_at DESC, id LIMIT \(limit)
      """)
    var jobs: [DeadJob] = []
    for row in rows {
      jobs.append(
        DeadJob(
          id: try row.get("id"), kind: try row.get("kind"), payload: try row.get("payload"),
          tenantID: try row.get("tenant_id"), attempts: try row.get("attempts"), lastError: try row.get("last_error"),
          createdAt: try row.get("created_at"), diedAt: try row.get("died_at")))
    }
    return jobs
  }

  /// Gives a dead job all its attempts again. False when there is no such job, or one like it is waiting.
  public func revive(_ id: UUIDv7, in executor: some SQLExecutor) async throws(DatabaseError) -> Bool {
    do throws(DatabaseError) {
      return try await executor.execute(
        """
        UPDATE \(schema).jobs SET died_at = NULL, attempts = 0, available_at = \(clock.now())
        WHERE id = \(id) AND died_at IS NOT NULL
        """) == 1
    } catch  where error.isUniqueViolation {
      return false
    }
  }

  /// Deletes a dead job. False when there is none.
  public func discard(_ id: UUIDv7, in executor: some SQLExecutor) async throws(DatabaseError) -> Bool {
    try await executor.execute("DELETE FROM \(schema).jobs WHERE id = \(id) AND died_at IS NOT NULL") == 1
  }

  /// How many jobs there are, for the metrics page and the doctor.
  public func depth(in executor: some SQLExecutor) async throws(DatabaseError) -> JobQueueDepth {
    let now = clock.now()
    let rows = try await executor.query(
      """
      SELECT count(*) FILTER (WHERE died_at IS NULL AND available_at <= \(now)) AS due,
        count(*) FILTER (WHERE died_at IS NULL AND lease IS NULL AND available_at > \(now)) AS scheduled,
        count(*) FILTER (WHERE died_at IS NULL AND lease IS NOT NULL AND available_at > \(now)) AS running,
        count(*) FILTER (WHERE died_at IS NOT NULL) AS dead
      FROM \(schema).jobs
      """)
    guard let row = rows.first else { return JobQueueDepth(due: 0, scheduled: 0, running: 0, dead: 0) }
    return JobQueueDepth(
      due: try row.get("due"), scheduled: try row.get("scheduled"), running: try row.get("running"),
      dead: try row.get("dead"))
  }
}
