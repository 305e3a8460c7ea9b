import Core
import Database
import Jobs

/// Once an hour: notes which active instances have not been heard of. They are told nothing and lose nothing; whoever
/// looks at the licence sees it. Those on a lease file are expected to be silent.
struct SilenceWatch: Sendable {
  let database: ConnectionPool
  let clock: any WallClock

  /// Eight heartbeats.
  static let patience = Duration.hours(48)
  private static let kind = "instances.silence"
  private static let batch = 500

  var schedule: JobSchedule { JobSchedule(kind: Self.kind, every: .hours(1)) }
  var handler: JobHandler { JobHandler(kind: Self.kind, timeLimit: .minutes(30)) { _ in try await run() } }

  func run() async throws { while try await noteBatch() == Self.batch {} }

  /// - Returns: how many there were.
  private func noteBatch() async throws -> Int {
    try await database.transaction { connection in
      let now = clock.now()
      let rows = try await connection.query(
        """
        UPDATE license.instances SET lost_at = \(now)
        WHERE id IN (SELECT i.id FROM license.instances i
          WHERE i.state = 'active' AND i.lost_at IS NULL AND i.last_seen_at < \(now - Self.patience)
            AND (i.offline_until IS NULL OR i.offline_until < \(now))
          ORDER BY i.id LIMIT \(Self.batch) FOR UPDATE SKIP LOCKED)
        RETURNING id, license_id, hostname, last_seen_at
        """)
      let history = LicenseHistory(connection)
      for row in rows {
        let (hostname, lastSeen): (String, Timestamp) = (try row.get("hostname"), try row.get("last_seen_at"))
        try await history.record(
          .heartbeatLost, of: try row.get("license_id"), instance: try row.get("id"), by: .server,
          data: ["hostname": .string(hostname), "last_seen_at": JSONValue(lastSeen)], at: now)
      }
      return rows.count
    }
  }
}
