/// Records one after the other, as they will lie in a segment, in memory that is kept for the next batch.
struct RecordBuffer: ~Copyable {
  private var memory = UnsafeMutableRawBufferPointer.allocate(
    byteCount: 64 << 10, alignment: RecordHeader.alignment)
  private(set) var byteCount = 0
  private(set) var recordCount = 0

  deinit { memory.deallocate() }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<byteCount]) }

  /// Adds a record; its checksum and its batch's start come with ``seal(batchStart:numberedFrom:salt:)``.
  mutating func append(
    tenantID: Int64, kind: JournalKind, sequence: UInt64 = 0, payload: UnsafeRawBufferPointer
  ) {
    let size = RecordHeader.recordSize(payload: payload.count)
    reserve(size)
    let record = memory.baseAddress! + byteCount
    let header = RecordHeader(
      payloadLength: payload.count, kind: kind, batchStart: 0, sequence: sequence, tenantID: tenantID)
    header.write(to: record)
    if let source = payload.baseAddress {
      (record + RecordHeader.size).copyMemory(from: source, byteCount: payload.count)
    }
    let written = RecordHeader.size + payload.count
    if written < size { (record + written).initializeMemory(as: UInt8.self, repeating: 0, count: size - written) }
    byteCount += size
    recordCount += 1
  }

  /// Completes all records for their place in a segment; may be repeated for another place.
  /// - Parameter firstSequence: what the first record gets; nil leaves all as they are.
  mutating func seal(batchStart: Int, numberedFrom firstSequence: UInt64?, salt: UInt32) {
    var offset = 0
    var sequence = firstSequence
    while offset < byteCount {
      offset += RecordHeader.seal(
        memory.baseAddress! + offset, batchStart: batchStart, sequence: sequence, salt: salt)
      sequence? += 1
    }
  }

  mutating func removeAll() {
    byteCount = 0
    recordCount = 0
  }

  private mutating func reserve(_ additional: Int) {
    guard byteCount + additional > memory.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(memory.count * 2, byteCount + additional), alignment: RecordHeader.alignment)
    larger.copyMemory(from: bytes)
    memory.deallocate()
    memory = larger
  }
}

// SAFETY: the memory has one owner, the buffer, which can't be copied.
extension RecordBuffer: @unchecked Sendable {}
