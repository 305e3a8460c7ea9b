public import Core
import Database

/// A job that comes round: once in every period, whatever the number of runners.
public struct JobSchedule: Sendable {
  public let kind: String
  /// Periods are counted from 1970 UTC, so that all nodes agree on them.
  public let period: Duration
  public let payload: JSONValue

  public init(kind: String, every period: Duration, payload: JSONValue = [:]) {
    self.kind = kind
    self.period = period
    self.payload = payload
  }

  /// The number of the period that `time` falls into.
  func slot(at time: Timestamp) -> Int64 { time.microseconds / max(period.wholeMicroseconds, 1) }
}

extension JobQueue {
  /// Adds the schedule's job if nobody has yet in this period. To be called in a transaction. Periods missed while
  /// nothing ran are not made up for.
  func enqueue(_ schedule: JobSchedule, in executor: some SQLExecutor) async throws(DatabaseError) -> Bool {
    let slot = schedule.slot(at: clock.now())
    let isFirst =
      try await executor.execute(
        """
        INSERT INTO \(schema).job_schedules AS known (kind, last_slot) VALUES (\(schedule.kind), \(slot))
        ON CONFLICT (kind) DO UPDATE SET last_slot = excluded.last_slot WHERE known.last_slot < excluded.last_slot
        """) == 1
    guard isFirst else { return false }
    return try await enqueue(
      NewJob(kind: schedule.kind, payload: schedule.payload, uniqueKey: "schedule"), in: executor)
  }
}
