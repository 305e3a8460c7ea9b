internal import Core
internal import Synchronization

/// Which segments there are, how far each is durable, and who waits for more. The writer moves it, readers look.
final class SegmentTable: Sendable {
  struct Entry: Sendable {
    let number: Int64
    let firstSequence: UInt64
    let salt: UInt32
    /// What may be read: the durable end, or of a segment from before the start the end of its file.
    var end: Int
    /// Whether all of it up to `end` was durable once, so that what can't be read is damage. Else its last batch may
    /// have been cut short by a crash.
    var isExact: Bool
    /// When it was found that every consumer is past it.
    var drainedAt: Timestamp?
  }

  /// What a reader needs to know of one segment.
  struct View: Sendable {
    let entry: Entry
    /// Number of the segment after it; then `entry.end` is final.
    let next: Int64?
    /// Records from this sequence on are void: they were rewritten into the next segment.
    let voidFrom: UInt64
  }

  enum Lookup: Sendable {
    case here(View)
    /// There is no such segment; the next one is this.
    case goOn(Int64)
    /// Nothing at or after it yet.
    case nothingYet
    /// The journal has never come so far.
    case ahead
  }

  private struct State {
    var entries: [Entry]
    var end: JournalPosition
    /// The highest number a segment ever had, or was said to have.
    var highest: Int64
    var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    var nextWaiter = 0
    var isClosed = false
  }

  private let state: Mutex<State>

  /// - Parameter end: the end of what is durable.
  init(_ entries: [Entry], end: JournalPosition, highest: Int64) {
    state = Mutex(State(entries: entries, end: end, highest: highest))
  }

  var end: JournalPosition { state.withLock { $0.end } }

  var start: JournalPosition {
    state.withLock { state in
      state.entries.first.map { JournalPosition(segment: $0.number, offset: 0) } ?? state.end
    }
  }

  /// A batch of the segment has become durable.
  func advance(_ segment: OpenSegment) {
    let woken = state.withLock { state in
      if let last = state.entries.indices.last, state.entries[last].number == segment.number {
        state.entries[last].end = segment.end
      } else {
        state.entries.append(
          Entry(
            number: segment.number, firstSequence: segment.firstSequence, salt: segment.salt, end: segment.end,
            isExact: true))
      }
      state.end = JournalPosition(segment: segment.number, offset: Int64(segment.end))
      defer { state.waiters.removeAll(keepingCapacity: true) }
      return Array(state.waiters.values)
    }
    for waiter in woken { waiter.resume() }
  }

  /// Positions up to that segment are not ahead of this journal.
  func moveOn(past number: Int64) { state.withLock { $0.highest = max($0.highest, number) } }

  func close() {
    let woken = state.withLock { state in
      state.isClosed = true
      defer { state.waiters.removeAll() }
      return Array(state.waiters.values)
    }
    for waiter in woken { waiter.resume() }
  }

  func look(up number: Int64) -> Lookup {
    state.withLock { state in
      guard let index = state.entries.firstIndex(where: { $0.number >= number }) else {
        return number <= max(state.highest, state.end.segment) ? .nothingYet : .ahead
      }
      let entry = state.entries[index]
      guard entry.number == number else { return .goOn(entry.number) }
      let next = index + 1 < state.entries.count ? state.entries[index + 1] : nil
      return .here(View(entry: entry, next: next?.number, voidFrom: next?.firstSequence ?? .max))
    }
  }

  /// Waits until something lies beyond `position`; false when the journal closed or the task was cancelled instead.
  func waitForMore(after position: JournalPosition) async -> Bool {
    let waiter = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let mustWait = state.withLock { state in
          guard state.end <= position, !state.isClosed, !Task.isCancelled else { return false }
          state.waiters[waiter] = continuation
          return true
        }
        if !mustWait { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: waiter) }?.resume()
    }
    return end > position
  }

  /// Marks what lies wholly before `position` as drained and takes out what has been that for `keepFor`; then, while
  /// `excess` bytes are too many, the oldest of the other drained ones.
  /// - Returns: numbers of the segments whose files are to go.
  func retire(before position: JournalPosition, keepFor: Duration, now: Timestamp, excess: Int) -> [Int64] {
    state.withLock { state in
      var excess = excess
      var removed: [Int64] = []
      let drained = state.entries.prefix { $0.number < position.segment && $0.number < state.end.segment }.count
      for index in 0..<drained where state.entries[index].drainedAt == nil { state.entries[index].drainedAt = now }
      for entry in state.entries.prefix(drained) {
        let isDue = entry.drainedAt.map { now - $0 >= keepFor } ?? false
        guard isDue || excess > 0 else { break }
        excess -= entry.end
        removed.append(entry.number)
      }
      state.entries.removeFirst(removed.count)
      return removed
    }
  }
}
