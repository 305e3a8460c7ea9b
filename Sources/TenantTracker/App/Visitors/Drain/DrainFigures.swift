import Core

/// What the drain has done, for `/metrics`.
struct DrainFigures: Sendable {
  private let drainedCounter: Counter
  private let setAsideCounter: Counter
  private let orphanedCounter: Counter
  private let undecodableCounter: Counter
  private let refusedCounter: Counter

  init(_ metrics: MetricsRegistry) {
    drainedCounter = metrics.counter("trackily_journal_drained_total", "Journal records carried into Postgres.")
    setAsideCounter = metrics.counter(
      "trackily_journal_set_aside_total", "Journal records set aside for tenants that could not be written.")
    orphanedCounter = metrics.counter("trackily_journal_orphaned_total", "Journal records whose tenant is gone.")
    undecodableCounter = metrics.counter("trackily_journal_undecodable_total", "Journal records not understood.")
    refusedCounter = metrics.counter("trackily_journal_refused_total", "Journaled postbacks that can't be recorded.")
  }

  func drained(_ count: Int) { drainedCounter.increment(by: count) }
  func setAside(_ count: Int) { setAsideCounter.increment(by: count) }
  func orphaned(_ count: Int) { orphanedCounter.increment(by: count) }
  func undecodable(_ count: Int) { undecodableCounter.increment(by: count) }
  func refused(_ count: Int) { refusedCounter.increment(by: count) }
}

/// Waits between attempts: a quarter of a second at first, five at most.
struct RetryDelay: Sendable {
  private var milliseconds: Int64 = 250

  mutating func next() -> Duration {
    defer { milliseconds = min(milliseconds * 2, 5_000) }
    return .milliseconds(milliseconds)
  }

  mutating func reset() { milliseconds = 250 }
}
