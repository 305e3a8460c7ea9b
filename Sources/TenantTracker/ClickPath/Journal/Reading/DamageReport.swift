internal import Synchronization

/// Tells each damage once, however many readers meet it, and gives the segment a second name that outlives it.
final class DamageReport: Sendable {
  private let files: any JournalFiles
  private let tally: JournalTally
  private let onFault: @Sendable (JournalFault) -> Void
  private let told = Mutex<Set<JournalPosition>>([])

  init(files: any JournalFiles, tally: JournalTally, onFault: @escaping @Sendable (JournalFault) -> Void) {
    self.files = files
    self.tally = tally
    self.onFault = onFault
  }

  func tell(segment: Int64, range: Range<Int>, lost: Int?) {
    let position = JournalPosition(segment: segment, offset: Int64(range.lowerBound))
    guard isNew(position) else { return }
    onFault(.damaged(at: position, bytes: range.count, records: lost, keptAs: keepAside(segment)))
  }

  func tell(missing records: Int, before position: JournalPosition) {
    guard isNew(position) else { return }
    onFault(.missing(records: records, before: position))
  }

  private func isNew(_ position: JournalPosition) -> Bool {
    guard told.withLock({ $0.insert(position).inserted }) else { return false }
    tally.losses.count()
    return true
  }

  private func keepAside(_ segment: Int64) -> String? {
    let name = SegmentName.segment(segment)
    let keptAs = SegmentName.keptAside(name)
    do throws(JournalFileError) {
      if try files.names().contains(keptAs) { return keptAs }
      try files.link(name, as: keptAs)
      try files.syncNames()
      return keptAs
    } catch {
      onFault(.upkeepFailed(error))
      return nil
    }
  }
}
