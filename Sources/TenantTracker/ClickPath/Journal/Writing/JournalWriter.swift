internal import Glibc

/// The one thread that writes: takes what has gathered, makes it durable with one write and one fdatasync, tells each
/// lane once. While it waits for the disk the next batch gathers; the slower the disk, the larger the batches.
///
/// On a fast disk under load it lets the next batch gather a little longer: each commit costs some CPU that visitors
/// would otherwise have, be it of one record or of fifty. Whoever comes alone never waits for others.
struct JournalWriter: Sendable {
  let intake: JournalIntake
  let supply: SegmentSupply
  let segments: SegmentTable
  let tally: JournalTally
  let onFault: @Sendable (JournalFault) -> Void

  /// A segment that fails is followed by one fresh one; a disk that refuses that too is failing.
  private static let attempts = 2

  /// A batch of so many records says that more are on their way.
  private static let crowd = 4
  /// In microseconds, how long a batch may be kept waiting for others.
  private static let longestGathering: UInt32 = 1_000

  private struct Position {
    var segment: OpenSegment?
    var nextSequence: UInt64
  }

  func run(nextSequence: UInt64) {
    var position = Position(segment: nil, nextSequence: nextSequence)
    var batch = PendingBatch()
    var handlers: [JournalCommitHandler] = []
    while intake.take(&batch, handlers: &handlers) {
      let outcome = commit(&batch.records, &position)
      deliver(&batch, outcome, to: handlers)
      if batch.records.recordCount >= Self.crowd { usleep(Self.longestGathering) }
      batch.records.removeAll()
    }
    if let segment = position.segment { supply.retire(segment) }
    supply.close()
  }

  private func commit(_ records: inout RecordBuffer, _ position: inout Position) -> JournalOutcome {
    var attempt = 1
    while true {
      do throws(JournalFileError) {
        try makeRoom(for: records.byteCount, &position)
        try position.segment?.commit(&records, firstSequence: position.nextSequence, numbered: true)
        confirm(records, &position)
        return .durable
      } catch {
        let failed = position.segment.take()
        if let failed { giveUp(failed, error) }
        guard failed != nil, attempt < Self.attempts else {
          tally.failed.count(records.recordCount)
          return .failed(error)
        }
        attempt += 1
      }
    }
  }

  private func confirm(_ records: borrowing RecordBuffer, _ position: inout Position) {
    position.nextSequence += UInt64(records.recordCount)
    if let segment = position.segment { segments.advance(segment) }
    tally.appended.count(records.recordCount)
    tally.batches.count()
    tally.syncs.count()
    tally.bytes.count(records.byteCount)
  }

  /// The batch goes into the next segment with the same sequences; that one's header makes whatever of it reached the
  /// failed segment void.
  private func giveUp(_ segment: OpenSegment, _ error: JournalFileError) {
    supply.retire(segment)
    tally.failedSegments.count()
    onFault(.segmentFailed(segment.number, error))
  }

  /// Goes on to the next segment when there is none, or not enough room in it.
  private func makeRoom(for byteCount: Int, _ position: inout Position) throws(JournalFileError) {
    if let segment = position.segment, segment.fits(byteCount), segment.number > supply.leastNumber { return }
    if let full = position.segment.take() { supply.retire(full) }
    position.segment = try supply.take()
  }

  private func deliver(_ batch: inout PendingBatch, _ outcome: JournalOutcome, to handlers: [JournalCommitHandler]) {
    for lane in batch.tokens.indices where !batch.tokens[lane].isEmpty {
      let tokens = batch.tokens[lane]
      var room: [UInt64] = []
      room.reserveCapacity(tokens.count)
      batch.tokens[lane] = room
      handlers[lane](tokens, outcome)
    }
  }
}
