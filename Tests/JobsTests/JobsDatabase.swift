import Core
import Database
import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Jobs

/// A database with the queue's tables, and a clock that the tests move.
struct JobsDatabase {
  let database: TestDatabase
  let pool: ConnectionPool
  let clock = TestClock()
  let schema: SchemaName

  init() async throws {
    schema = try #require(SchemaName("license"))
    database = try await TestPostgres.database(template: "jobs") { dsn in
      let path = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../migrations/license/0002_jobs.sql").standardizedFileURL
      let migration = try Migration(file: "0001_jobs.sql", script: String(contentsOf: path, encoding: .utf8))
      let pool = ConnectionPool(name: "migrate", dsn: dsn, logger: .silent)
      let files = try MigrationSet(group: .license, migrations: [migration])
      try await Migrator(files, dsn: dsn, catalog: pool).migrate().check()
      try await pool.execute("CREATE TABLE license.effects (job uuid NOT NULL)")
      await pool.close()
    }
    pool = database.pool(limits: PoolLimits(maxConnections: 8, acquireTimeout: .seconds(30)))
  }

  var queue: JobQueue { JobQueue(schema: schema, clock: clock) }

  func runner(
    _ handlers: [JobHandler], schedules: [JobSchedule] = [], concurrency: Int = 4,
    pollInterval: Duration = .milliseconds(20), lease: Duration = .seconds(60), clock: (any WallClock)? = nil,
    logger: Logger = .silent
  ) -> JobRunner {
    JobRunner(
      queue: JobQueue(schema: schema, clock: clock ?? self.clock), database: pool, handlers: handlers,
      schedules: schedules, concurrency: concurrency, pollInterval: pollInterval, lease: lease, logger: logger)
  }

  func effects() async throws -> [UUIDv7] {
    try await pool.query("SELECT job FROM license.effects").map { try $0.get("job") }
  }
}

/// What handlers saw, in order.
final class Journal<Entry: Sendable>: Sendable {
  private let list = Mutex<[Entry]>([])
  var entries: [Entry] { list.withLock { $0 } }
  func add(_ entry: Entry) { list.withLock { $0.append(entry) } }
}

struct Trouble: Error, CustomStringConvertible {
  let description: String
}

/// Keeps the messages that were logged.
struct JournalLog: LogHandler {
  let journal: Journal<String>
  var logLevel = Logger.Level.debug
  var metadata: Logger.Metadata = [:]

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { journal.add("\(event.message)") }
}
