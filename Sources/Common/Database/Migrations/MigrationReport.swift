import Synchronization

/// What a run of the migrator has done so far.
public struct MigrationReport: Sendable {
  public struct Failure: Sendable {
    public let target: SchemaName
    public let error: MigrationError
  }

  /// Targets that had something pending.
  public internal(set) var targets = 0
  /// Targets that are done, for better or worse.
  public internal(set) var finished = 0
  /// Migrations applied, over all targets.
  public internal(set) var applied = 0
  /// What is being or was last worked on.
  public internal(set) var latest: (target: SchemaName, file: String)?
  public internal(set) var failures: [Failure] = []

  public var isComplete: Bool { failures.isEmpty && finished == targets }

  /// For callers with one target: throws what went wrong.
  public func check() throws(MigrationError) {
    if let failure = failures.first { throw failure.error }
    guard isComplete else { throw .database(DatabaseError(.cancelled)) }
  }
}

/// One target and what it lacks.
struct MigrationWork: Sendable {
  let target: SchemaName
  let pending: [Migration]
}

/// The work that is left and the report, shared by the workers.
final class MigrationBoard: Sendable {
  private struct State {
    var left: ArraySlice<MigrationWork>
    var report = MigrationReport()
  }

  private let state: Mutex<State>
  private let progress: @Sendable (MigrationReport) -> Void

  init(_ work: [MigrationWork], progress: @escaping @Sendable (MigrationReport) -> Void) {
    var report = MigrationReport()
    report.targets = work.count
    state = Mutex(State(left: work[...], report: report))
    self.progress = progress
  }

  var report: MigrationReport { state.withLock { $0.report } }

  func next() -> MigrationWork? { state.withLock { $0.left.popFirst() } }

  func applied(_ migration: Migration, on target: SchemaName) {
    update { report in
      report.applied += 1
      report.latest = (target, migration.file)
    }
  }

  func finished(_ target: SchemaName, _ error: MigrationError?) {
    update { report in
      report.finished += 1
      if let error { report.failures.append(.init(target: target, error: error)) }
    }
  }

  private func update(_ change: (inout MigrationReport) -> Void) {
    let report = state.withLock { state in
      change(&state.report)
      return state.report
    }
    progress(report)
  }
}
