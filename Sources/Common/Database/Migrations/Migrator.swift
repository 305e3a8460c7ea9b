public import Core
import Synchronization

/// Brings schemas of one database up to date: one transaction for each target and version, several targets at a time.
///
/// It may be killed at any point and run again; two at once take turns. With nothing to do it makes one query, whatever
/// the number of targets.
public struct Migrator: Sendable {
  public struct Options: Sendable {
    /// How many targets are worked on at a time.
    public var parallelism = 4
    /// How long a statement may wait for a lock, and so hold up the statements queued behind it.
    public var lockTimeout: Duration = .seconds(3)
    /// How often a migration that met a lock is tried, with `lockPause` in between.
    public var lockAttempts = 5
    public var lockPause: Duration = .seconds(1)
    /// How long to wait for another migrator to finish.
    public var patience: Duration = .minutes(10)

    public init() {}
  }

  /// Runs in the transaction of a target's last pending migration, after it: for grants.
  public typealias FollowUp = @Sendable (Connection, SchemaName) async throws -> Void

  public let files: MigrationSet
  private let dsn: DSN
  private let catalog: any SQLExecutor
  private let options: Options
  private let clock: any WallClock
  private var versions: SchemaVersions { SchemaVersions(files: files) }

  /// - Parameters:
  ///   - dsn: the login that owns the schemas; the migrator opens connections of its own with it.
  ///   - catalog: where versions are looked up; the same database.
  public init(
    _ files: MigrationSet, dsn: DSN, catalog: any SQLExecutor, options: Options = Options(),
    clock: any WallClock = SystemClock()
  ) {
    self.files = files
    self.dsn = dsn.with(applicationName: "trackily-migrator")
    self.catalog = catalog
    self.options = options
    self.clock = clock
  }

  /// How far each target is. The groups `license` and `control` have one target, their own schema.
  public func status(of targets: [SchemaName] = []) async throws(MigrationError) -> [MigrationStatus] {
    do {
      return try await versions.statuses(of: files.group.schema.map { [$0] } ?? targets, in: catalog)
    } catch {
      throw .database(error)
    }
  }

  /// Applies what is pending. A target that fails keeps what it had and doesn't hold up the others; see the report.
  /// - Throws: ``MigrationError`` before anything is done: a file that was changed after it was applied, no connection.
  public func migrate(
    _ targets: [SchemaName] = [], phase: MigrationPhase = .expand, followUp: @escaping FollowUp = { _, _ in },
    progress: @escaping @Sendable (MigrationReport) -> Void = { _ in }
  ) async throws(MigrationError) -> MigrationReport {
    guard try await !work(for: targets, phase).isEmpty else { return MigrationReport() }
    let lock: AdvisoryLock
    do {
      let key = AdvisoryLock.Key("trackily.migrate.\(files.group.rawValue)")
      lock = try await AdvisoryLock.hold(dsn, key, patience: options.patience)
      try await versions.makeTable(in: catalog)
    } catch {
      throw .database(error)
    }
    // Another migrator may have done it while we waited for the lock.
    let work: [MigrationWork]
    do {
      work = try await self.work(for: targets, phase)
    } catch {
      await lock.release()
      throw error
    }
    let report = await run(work, followUp: followUp, progress: progress)
    await lock.release()
    return report
  }

  /// Takes a dropped schema off the books.
  public func forget(_ target: SchemaName, in executor: any SQLExecutor) async throws(DatabaseError) {
    try await versions.forget(target, in: executor)
  }

  private func work(for targets: [SchemaName], _ phase: MigrationPhase) async throws(MigrationError) -> [MigrationWork]
  {
    let statuses = try await status(of: targets)
    for status in statuses {
      guard let version = status.changed.min() else { continue }
      throw .changed(file: files.migrations[version - 1].file, target: status.target)
    }
    return statuses.compactMap { status in
      let pending = status.pending(in: phase)
      return pending.isEmpty ? nil : MigrationWork(target: status.target, pending: pending)
    }
  }

  private func run(
    _ work: [MigrationWork], followUp: @escaping FollowUp, progress: @escaping @Sendable (MigrationReport) -> Void
  ) async -> MigrationReport {
    let board = MigrationBoard(work, progress: progress)
    await withTaskGroup { workers in
      for _ in 0..<min(options.parallelism, work.count) {
        workers.addTask {
          let worker = MigrationWorker(
            versions: versions, dsn: dsn, options: options, clock: clock, followUp: followUp)
          await worker.run(board)
        }
      }
    }
    return board.report
  }
}
