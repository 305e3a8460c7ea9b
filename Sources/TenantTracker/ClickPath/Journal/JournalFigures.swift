internal import Synchronization

/// Counts since the journal was opened, and where it stands.
public struct JournalFigures: Hashable, Sendable {
  /// Records that became durable.
  public var appended: Int
  /// Records whose batch failed.
  public var failed: Int
  /// Records refused because too much was waiting.
  public var overloaded: Int
  /// Batches written; each is one write and one fdatasync.
  public var batches: Int
  public var syncs: Int
  /// Bytes of the batches written.
  public var bytes: Int
  /// Segments given up because a write or fdatasync failed.
  public var failedSegments: Int
  /// Faults that mean a loss.
  public var losses: Int
  /// Bytes waiting for the writer now.
  public var pendingBytes: Int
  /// The end of what is durable.
  public var durableEnd: JournalPosition
}

/// The counters behind ``JournalFigures``.
final class JournalTally: Sendable {
  let appended = Atomic<Int>(0)
  let failed = Atomic<Int>(0)
  let overloaded = Atomic<Int>(0)
  let batches = Atomic<Int>(0)
  let syncs = Atomic<Int>(0)
  let bytes = Atomic<Int>(0)
  let failedSegments = Atomic<Int>(0)
  let losses = Atomic<Int>(0)
}

extension Atomic<Int> {
  func count(_ amount: Int = 1) { add(amount, ordering: .relaxed) }
  var now: Int { load(ordering: .relaxed) }
}
