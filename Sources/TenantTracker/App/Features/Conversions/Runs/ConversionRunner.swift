import Conversions
import Core
import Database
import Logging
import ServiceLifecycle

/// Does the work of runs: those begun here at once, and on a worker those of nodes that are gone.
struct ConversionRunner: Service {
  let postbacks: PostbackService
  let runs: ConversionRunStore
  /// The tenants where it looks for what others left; nil: it does not look.
  let looksAround: (@Sendable () -> [TenantScope])?
  let logger: Logger

  let words = UnmappedStatusStore()
  private let work = BoundedWork(limit: 2, queue: 256)
  private static let interval = Duration.seconds(10)
  /// Between two notes of how far a run is.
  static let batch = 50

  init(
    postbacks: PostbackService, looksAround: (@Sendable () -> [TenantScope])?, clock: any WallClock, logger: Logger
  ) {
    self.postbacks = postbacks
    runs = ConversionRunStore(clock: clock)
    self.looksAround = looksAround
    self.logger = logger
  }

  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await work.run() }
      if let looksAround { tasks.addTask { await look(at: looksAround) } }
      try await tasks.waitForAll()
    }
  }

  private func look(at scopes: @escaping @Sendable () -> [TenantScope]) async {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do { try await Task.sleep(for: Self.interval) } catch { return }
        for scope in scopes() {
          do { try await wake(scope) } catch {
            logger.debug("runs not looked for", metadata: ["tenant": "\(scope.slug)", "error": "\(error)"])
          }
        }
      }
    }
  }

  /// Goes on with the tenant's open runs, soon.
  func wake(_ scope: TenantScope) async throws {
    // What is refused here is found again later.
    for id in try await runs.open(of: scope) { _ = work.submit { await bring(id, of: scope) } }
  }

  /// Brings the tenant's open runs to their end.
  func bringAll(of scope: TenantScope) async throws {
    for id in try await runs.open(of: scope) { await bring(id, of: scope) }
  }

  /// Brings a run to its end, unless somebody else does.
  func bring(_ id: UUIDv7, of scope: TenantScope) async {
    do {
      guard var run = try await runs.claim(id, of: scope) else { return }
      do {
        try await proceed(&run, of: scope)
      } catch {
        try await give(up: run, error, of: scope)
      }
    } catch {
      // Its claim runs out, and it is gone on with where it is.
      logger.warning("run interrupted", metadata: ["run": "\(id)", "error": "\(error)"])
    }
  }

  private func proceed(_ run: inout ConversionRun, of scope: TenantScope) async throws {
    while true {
      try Task.checkCancellation()
      if Task.isShuttingDownGracefully { throw CancellationError() }
      let isOver =
        switch run.task {
        case .mapping(let network, let word): try await map(word, ofNetwork: network, &run, of: scope)
        case .replay(let filter, let end): try await replay(filter, through: end, &run, of: scope)
        }
      if isOver { break }
      try await runs.progress(run, of: scope)
    }
    run.state = .done
    try await runs.end(run, of: scope)
  }

  /// What may succeed later is left for later.
  private func give(up run: ConversionRun, _ error: any Error, of scope: TenantScope) async throws {
    if error is CancellationError || (error as? DatabaseError).map(PostbackService.isTemporary) ?? false {
      return try await runs.release(run.id, of: scope)
    }
    logger.error("run failed", metadata: ["run": "\(run.id)", "error": "\(error)"])
    var failed = run
    failed.state = .failed
    failed.problem = "Something went wrong here; what was done stays done."
    try await runs.end(failed, of: scope)
  }

  /// A batch of hits. True when there are no more.
  private func replay(
    _ filter: PostbackFilter, through end: UUIDv7, _ run: inout ConversionRun, of scope: TenantScope
  ) async throws -> Bool {
    let entries = try await postbacks.log.fruitless(
      filter, after: run.lastID, through: end, limit: Self.batch, of: scope)
    for entry in entries {
      run.note(try await code(of: entry, in: scope), entry.hit.id)
    }
    return entries.count < Self.batch
  }

  private func code(of entry: PostbackLogEntry, in scope: TenantScope) async throws -> String {
    do { return try await postbacks.again(entry, in: scope).code } catch {
      guard PostbackService.isHopeless(error) else { throw error }
      return "failed"
    }
  }
}

extension ConversionRun {
  mutating func note(_ code: String, _ id: UUIDv7) {
    outcomes[code, default: 0] += 1
    done += 1
    lastID = id
  }
}

extension TenantDirectory {
  /// The data of the tenants that are live at the time it is asked.
  func liveScopes(_ scope: @escaping @Sendable (Tenant) throws -> TenantScope) -> @Sendable () -> [TenantScope] {
    {
      self.all.filter { $0.status != .deleted && !self.isBehind($0.id) }.compactMap { tenant in try? scope(tenant) }
    }
  }
}
