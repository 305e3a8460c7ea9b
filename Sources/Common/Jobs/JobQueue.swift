public import Core
public import Database

/// A durable queue: the table `jobs` of one schema. Each job runs at least once; whose effect is in the same database
/// gets exactly once by calling ``complete(_:in:)`` in the effect's transaction.
public struct JobQueue: Sendable {
  let schema: SchemaName
  let clock: any WallClock
  private let channel: String?

  /// - Parameter channel: where a NOTIFY tells of new jobs; its listener calls ``JobRunner/wake()``.
  public init(schema: SchemaName, clock: any WallClock = SystemClock(), channel: String? = nil) {
    self.schema = schema
    self.clock = clock
    self.channel = channel
  }

  /// Adds the job, for good when the caller's transaction commits. False when a job of that kind and unique key is
  /// waiting or running, or the very same job was added before.
  @discardableResult
  public func enqueue(_ job: NewJob, in executor: some SQLExecutor) async throws(DatabaseError) -> Bool {
    let now = clock.now()
    let added = try await executor.execute(
      """
      INSERT INTO \(schema).jobs
        (id, kind, tenant_id, unique_key, payload, available_at, attempts, max_attempts, created_at)
      VALUES (\(job.id), \(job.kind), \(job.tenantID), \(job.uniqueKey), \(job.payload),
        \(max(job.notBefore ?? now, now)), 0, \(max(job.maxAttempts, 1)), \(now))
      ON CONFLICT DO NOTHING
      """)
    if added > 0, let channel { try await executor.execute("SELECT pg_notify(\(channel), \(job.kind))") }
    return added > 0
  }

  /// Takes up to `limit` due jobs of these kinds for the time of `lease`. Jobs whose lease ran out are due again.
  func claim(
    kinds: [String], limit: Int, lease: Duration, in executor: some SQLExecutor
  ) async throws(DatabaseError) -> [Job] {
    let now = clock.now()
    let proof = UUIDv7(at: now)
    let rows = try await executor.query(
      """
      WITH due AS (
        SELECT id FROM \(schema).jobs
        WHERE died_at IS NULL AND available_at <= \(now) AND kind = ANY(\(kinds))
        ORDER BY available_at, id LIMIT \(limit) FOR UPDATE SKIP LOCKED)
      UPDATE \(schema).jobs AS job
      SET lease = \(proof), available_at = \(now + lease), attempts = job.attempts + 1
      FROM due WHERE job.id = due.id
      RETURNING job.id, job.kind, job.payload, job.tenant_id, job.attempts, job.max_attempts
      """)
    var jobs: [Job] = []
    for row in rows {
      jobs.append(
        Job(
          id: try row.get("id"), kind: try row.get("kind"), payload: try row.get("payload"),
          tenantID: try row.get("tenant_id"), attempt: try row.get("attempts"),
          maxAttempts: try row.get("max_attempts"), lease: proof))
    }
    return jobs.sorted { $0.id < $1.id }
  }

  /// Takes the job off the queue. In the transaction of the job's own effect it makes the two one.
  public func complete(_ job: Job, in executor: some SQLExecutor) async throws {
    let removed = try await executor.execute(
      "DELETE FROM \(schema).jobs WHERE id = \(job.id) AND lease = \(job.lease)")
    guard removed == 1 else { throw JobLeaseLost() }
  }

  /// Keeps the claim for another `lease` from now. False when it is lost.
  func renew(_ job: Job, lease: Duration, in executor: some SQLExecutor) async throws(DatabaseError) -> Bool {
    try await executor.execute(
      """
      UPDATE \(schema).jobs SET available_at = \(clock.now() + lease)
      WHERE id = \(job.id) AND lease = \(job.lease)
      """) == 1
  }

  /// Puts the job back, to be tried after `delay`.
  func retry(
    _ job: Job, after delay: Duration, error: String, in executor: some SQLExecutor
  ) async throws(DatabaseError) {
    try await executor.execute(
      """
      UPDATE \(schema).jobs
      SET lease = NULL, available_at = \(clock.now() + delay), last_error = \(error)
      WHERE id = \(job.id) AND lease = \(job.lease)
      """)
  }

  /// Puts the job back as if it had not been claimed.
  func release(_ job: Job, in executor: some SQLExecutor) async throws(DatabaseError) {
    try await executor.execute(
      """
      UPDATE \(schema).jobs SET lease = NULL, available_at = \(clock.now()), attempts = attempts - 1
      WHERE id = \(job.id) AND lease = \(job.lease)
      """)
  }

  /// Gives the job up; it stays in the table until someone revives or discards it.
  func bury(_ job: Job, error: String, in executor: some SQLExecutor) async throws(DatabaseError) {
    try await executor.execute(
      """
      UPDATE \(schema).jobs SET lease = NULL, died_at = \(clock.now()), last_error = \(error)
      WHERE id = \(job.id) AND lease = \(job.lease)
      """)
  }
}
