internal import Dispatch
internal import Synchronization

/// Hears what became of the records of one batch: the tokens they were appended with, in that order.
public typealias JournalCommitHandler = @Sendable (_ tokens: [UInt64], _ outcome: JournalOutcome) -> Void

/// What was appended since the writer last looked.
struct PendingBatch: ~Copyable, Sendable {
  var records = RecordBuffer()
  /// Per lane, in the order of its appends.
  var tokens: [[UInt64]] = []
}

/// Where event loops leave their records and the writer fetches them: one short lock, two buffers that change places.
final class JournalIntake: Sendable {
  private struct State: ~Copyable {
    var pending = PendingBatch()
    var handlers: [JournalCommitHandler] = []
    var accepted = 0
    var isWriterWaiting = false
    var isClosed = false
  }

  private let limit: Int
  private let tally: JournalTally
  private let state = Mutex(State())
  private let wake = DispatchSemaphore(value: 0)

  init(limit: Int, tally: JournalTally) {
    self.limit = limit
    self.tally = tally
  }

  var pendingBytes: Int { state.withLock { $0.pending.records.byteCount } }

  /// Records taken since the journal was opened.
  var accepted: Int { state.withLock { $0.accepted } }

  func addLane(_ handler: @escaping JournalCommitHandler) -> Int {
    state.withLock { state in
      state.handlers.append(handler)
      state.pending.tokens.append([])
      return state.handlers.count - 1
    }
  }

  func append(
    lane: Int, tenantID: Int64, kind: JournalKind, payload: UnsafeRawBufferPointer, token: UInt64
  ) throws(JournalRefusal) {
    let size = RecordHeader.recordSize(payload: payload.count)
    guard payload.count <= RecordHeader.largestPayload, size <= limit else { throw .tooLarge }
    let mustWake = try state.withLock { (state) throws(JournalRefusal) -> Bool in
      guard !state.isClosed else { throw .closed }
      guard state.pending.records.byteCount + size <= limit else {
        tally.overloaded.count()
        throw .overloaded
      }
      state.pending.records.append(tenantID: tenantID, kind: kind, payload: payload)
      state.pending.tokens[lane].append(token)
      state.accepted += 1
      defer { state.isWriterWaiting = false }
      return state.isWriterWaiting
    }
    if mustWake { wake.signal() }
  }

  /// Waits for records and puts them in the place of `batch`, which must be empty. False when the journal was closed
  /// and nothing is left.
  func take(_ batch: inout PendingBatch, handlers: inout [JournalCommitHandler]) -> Bool {
    while true {
      let isTaken: Bool? = state.withLock { state in
        if state.pending.records.byteCount > 0 {
          while batch.tokens.count < state.handlers.count { batch.tokens.append([]) }
          swap(&state.pending, &batch)
          if handlers.count < state.handlers.count { handlers = state.handlers }
          return true
        }
        if state.isClosed { return false }
        state.isWriterWaiting = true
        return nil
      }
      if let isTaken { return isTaken }
      wake.wait()
    }
  }

  func close() {
    state.withLock { $0.isClosed = true }
    wake.signal()
  }
}
