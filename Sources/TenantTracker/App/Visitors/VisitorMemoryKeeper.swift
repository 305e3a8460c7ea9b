import ClickPath
import Core
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Sees that the visitor memory outlives the process: a checkpoint on disk now and then, and at the start that and what
/// the journal has had since.
final class VisitorMemoryKeeper: Service {
  /// A start waits so long for the memory; then visitors are answered while the rest is made.
  private static let patience = Duration.seconds(20)
  /// How often it is seen whether a checkpoint is due.
  private static let lookInterval = Duration.seconds(15)
  private static let longestInterval = Duration.minutes(5)
  /// A journal of this size takes about a second to replay.
  private static let leastJournalBytes = 64 << 20

  let memory: VisitorMemory
  private let checkpoints: VisitorCheckpoints
  private let journal: Journal
  private let snapshot: @Sendable () -> Snapshot
  private let clock: any WallClock
  private let logger: Logger
  private let state: Mutex<State>

  private struct State {
    /// What the journal holds before it is in the checkpoint.
    var covered = JournalPosition.start
    var replay: Replay?
    /// When the last checkpoint was made, how large it was, and how much the journal had taken by then.
    var savedAt: Timestamp
    var savedBytes = 0
    var journalBytes = 0
  }

  /// A replay under way.
  private struct Replay {
    var reader: JournalReader
    let end: JournalPosition
    let history: ReplayHistory
    let began: Timestamp
    var clicks = 0
  }

  init(
    memory: VisitorMemory, checkpoints: VisitorCheckpoints, journal: Journal,
    snapshot: @escaping @Sendable () -> Snapshot, metrics: MetricsRegistry, clock: any WallClock, logger: Logger
  ) {
    self.memory = memory
    self.checkpoints = checkpoints
    self.journal = journal
    self.snapshot = snapshot
    self.clock = clock
    self.logger = logger
    state = Mutex(State(savedAt: clock.now()))
    Self.register(metrics, memory)
  }

  /// The journal must keep what follows this position: the memory can't be made again without it.
  var covered: JournalPosition { state.withLock { $0.covered } }

  /// Makes the memory again as it was when the last process ended. Needs the snapshot. Never fails: what can't be read
  /// is said once, and the memory begins with what the journal still has.
  func restore() async {
    let now = clock.now()
    var (position, history) = (JournalPosition.start, ReplayHistory.partial)
    switch await checkpoints.load(into: memory, for: journal.instance) {
    case .whole(let covered) where covered <= journal.durableEnd: (position, history) = (covered, .whole)
    case .whole: logger.warning("the visitor memory's checkpoint is ahead of the journal; replaying all of that")
    case .nothing: break
    case .unusable(let reason):
      logger.warning("the visitor memory's checkpoint is not used in full", metadata: ["reason": "\(reason)"])
    }
    let replay = Replay(
      reader: journal.reader(from: position), end: journal.durableEnd, history: history, began: now)
    state.withLock { state in
      state.covered = position
      state.replay = replay
    }
    await replayOn(until: now + Self.patience)
    if state.withLock({ $0.replay != nil }) {
      logger.warning("visitors are answered while the visitor memory is still being made")
    }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await self.replayOn(until: nil)
      while !Task.isCancelled {
        guard (try? await Task.sleep(for: Self.lookInterval)) != nil else { return }
        if self.isDue() { await self.save(grace: VisitorCheckpoints.grace) }
      }
    }
    await save(grace: .zero)
  }

  /// Replays what the journal held at the start, all of it or until it is late.
  private func replayOn(until deadline: Timestamp?) async {
    guard var replay = state.withLock({ $0.replay }) else { return }
    let snapshot = snapshot()
    while !Task.isCancelled, deadline.map({ clock.now() < $0 }) ?? true {
      let batch: JournalBatch
      do { batch = try await replay.reader.next(maxRecords: 2_000) } catch {
        logger.error("the visitor memory's replay ended early", metadata: ["error": "\(error)"])
        return finish(replay)
      }
      for record in batch.records where record.start < replay.end {
        replay.clicks += apply(record, snapshot, replay.history)
      }
      if batch.isEmpty || batch.end >= replay.end { return finish(replay) }
      await Task.yield()
    }
    state.withLock { $0.replay = replay }
  }

  /// One if it was a click.
  private func apply(_ record: JournalRecord, _ snapshot: Snapshot, _ history: ReplayHistory) -> Int {
    guard let tenant = snapshot.tenants[record.tenantID] else { return 0 }
    let event = record.payload.withUnsafeBytes { try? JournalEvent(decoding: $0) }
    guard case .click(let click)? = event else { return 0 }
    memory.replay(click, in: tenant, after: history)
    return 1
  }

  private func finish(_ replay: Replay) {
    state.withLock { state in
      state.replay = nil
      state.journalBytes = journal.figures.bytes
    }
    logger.notice(
      "visitor memory restored",
      metadata: [
        "replayed": "\(replay.clicks)", "milliseconds": "\((clock.now() - replay.began).wholeMicroseconds / 1_000)",
      ])
  }

  private func isDue() -> Bool {
    let (written, now) = (journal.figures.bytes, clock.now())
    return state.withLock { state in
      let fresh = written - state.journalBytes
      if fresh == 0 { return false }
      return fresh >= max(Self.leastJournalBytes, state.savedBytes) || now - state.savedAt >= Self.longestInterval
    }
  }

  /// A checkpoint of a memory that is not whole yet would hide what is missing.
  private func save(grace: Duration) async {
    guard state.withLock({ $0.replay == nil }) else { return }
    let (written, now) = (journal.figures.bytes, clock.now())
    do {
      let saved = try await checkpoints.save(memory, of: journal, at: now, grace: grace)
      state.withLock { state in
        (state.covered, state.savedAt) = (saved.position, now)
        (state.savedBytes, state.journalBytes) = (saved.bytes, written)
      }
      logger.debug("visitor memory saved", metadata: ["bytes": "\(saved.bytes)", "position": "\(saved.position)"])
    } catch {
      logger.error("no checkpoint of the visitor memory", metadata: ["error": "\(error)"])
    }
  }

  private static func register(_ metrics: MetricsRegistry, _ memory: VisitorMemory) {
    for (index, kind) in memory.figures.map(\.key).enumerated() {
      let figures = { @Sendable in memory.figures[index].value }
      metrics.gauge("trackily_visitor_memory_entries", "What is remembered of visitors.", labels: [("kind", kind)]) {
        Double(figures().entries)
      }
      metrics.gauge("trackily_visitor_memory_bytes", "Memory it takes.", labels: [("kind", kind)]) {
        Double(figures().bytes)
      }
    }
    metrics.counter("trackily_visitor_memory_evictions_total", "Entries that had to go before their time.") {
      memory.figures.reduce(0) { $0 + $1.value.evictions }
    }
  }
}
