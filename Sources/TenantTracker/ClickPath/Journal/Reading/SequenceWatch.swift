/// Follows a reader and tells damage from what a crash cut short: a record of a later batch proves that everything
/// before that batch had been durable; the end of a crash's own last batch never was.
struct SequenceWatch: Sendable {
  private struct Suspect {
    let range: Range<Int>
    let lost: Int?
  }

  private let damage: DamageReport
  /// The sequence that must come next, where that is known.
  private var expected: UInt64?
  private var suspects: [Suspect] = []

  init(damage: DamageReport) { self.damage = damage }

  mutating func enter(_ segment: SegmentTable.Entry) {
    suspects.removeAll()
    expected = expected ?? segment.firstSequence
  }

  mutating func see(_ found: SegmentCursor.Found, in segment: SegmentTable.Entry) {
    let lost = expected.map { Int(clamping: Int64(bitPattern: found.header.sequence &- $0)) }
    expected = found.header.sequence + 1
    if let gap = found.gap {
      suspects.append(Suspect(range: gap, lost: lost))
    } else if let lost, lost > 0 {
      damage.tell(
        missing: lost, before: JournalPosition(segment: segment.number, offset: Int64(found.range.lowerBound)))
    }
    if !suspects.isEmpty { convict(segment, before: segment.isExact ? .max : found.header.batchStart) }
  }

  /// The segment, as far as it may be read, ends with something that is no record.
  mutating func seeEnd(_ gap: Range<Int>, of view: SegmentTable.View) {
    let lost = view.next == nil ? nil : expected.map { Int(clamping: Int64(bitPattern: view.voidFrom &- $0)) }
    guard view.entry.isExact || (lost ?? 0) > 0 else { return }
    suspects.append(Suspect(range: gap, lost: lost))
    convict(view.entry, before: .max)
    expected = view.next == nil ? nil : view.voidFrom
  }

  /// What is still suspected was cut short, and told when the journal was opened after that.
  mutating func leaveSegment() { suspects.removeAll() }

  private mutating func convict(_ segment: SegmentTable.Entry, before offset: Int) {
    for suspect in suspects where suspect.range.lowerBound < offset {
      damage.tell(segment: segment.number, range: suspect.range, lost: suspect.lost)
    }
    suspects.removeAll { $0.range.lowerBound < offset }
  }
}
