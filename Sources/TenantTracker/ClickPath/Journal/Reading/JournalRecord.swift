/// A record as it was appended.
public struct JournalRecord: Sendable {
  public let tenantID: Int64
  public let kind: JournalKind
  /// Grows by one from record to record over the whole journal.
  public let sequence: UInt64
  /// Where it begins.
  public let start: JournalPosition
  /// Just after it: what a consumer stores once it has dealt with the record.
  public let end: JournalPosition
  /// Shares the memory of its batch.
  public let payload: ArraySlice<UInt8>
}

extension JournalRecord {
  init(_ found: SegmentCursor.Found, in bytes: [UInt8], segment: Int64) {
    self.init(
      tenantID: found.header.tenantID, kind: found.header.kind, sequence: found.header.sequence,
      start: JournalPosition(segment: segment, offset: Int64(found.range.lowerBound)),
      end: JournalPosition(segment: segment, offset: Int64(found.range.upperBound)), payload: bytes[found.payload])
  }
}

/// Records in the order they became durable.
public struct JournalBatch: Sendable {
  public let records: [JournalRecord]
  /// The reader's position after the batch; at least the last record's end.
  public let end: JournalPosition

  public var isEmpty: Bool { records.isEmpty }
}

/// Why a reader can't go on.
public enum JournalReadError: Error, Hashable, Sendable {
  /// The position lies beyond everything this journal ever held: the journal's directory is older than the consumer's
  /// database. New records must go where the consumer will look: ``Journal/moveOn(past:)``.
  case ahead(position: JournalPosition, end: JournalPosition)
  case file(JournalFileError)
}
