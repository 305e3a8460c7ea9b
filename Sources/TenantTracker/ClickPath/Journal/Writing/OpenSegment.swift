/// A segment being written: header and first batch together, then batch after batch.
struct OpenSegment: Sendable {
  let file: any JournalFile
  let number: Int64
  let capacity: Int
  let instance: JournalInstance
  let salt = UInt32.random(in: 1 ... .max)
  /// End of what is durable; 0 before the first batch.
  private(set) var end = 0
  /// The sequence of the first record; 0 before the first batch.
  private(set) var firstSequence: UInt64 = 0

  func fits(_ byteCount: Int) -> Bool { max(end, SegmentHeader.pageSize) + byteCount <= capacity }

  /// Makes the records durable at the segment's end. After an error the segment must not be written to again.
  mutating func commit(
    _ records: inout RecordBuffer, firstSequence: UInt64, numbered: Bool
  ) throws(JournalFileError) {
    let start = max(end, SegmentHeader.pageSize)
    records.seal(batchStart: start, numberedFrom: numbered ? firstSequence : nil, salt: salt)
    if end == 0 {
      self.firstSequence = firstSequence
      try writeHeader()
    }
    try file.write(records.bytes, at: start)
    try file.sync()
    end = start + records.byteCount
  }

  private func writeHeader() throws(JournalFileError) {
    let header = SegmentHeader(
      number: number, firstSequence: firstSequence, instance: instance, salt: salt, capacity: capacity)
    try file.write(header.page, at: 0)
  }
}
