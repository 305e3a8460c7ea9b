/// What is set aside for one tenant: a few files in the journal's own format, each named by the ordinal of the first
/// position in it, each record's payload preceded by its position. As with segments, a file that failed is not written
/// to again, and the next file's number makes void what it may hold of the failed batch.
struct TenantAside: Sendable {
  private struct File: Sendable {
    let number: Int64
    let salt: UInt32
    /// The end of what may be read.
    var end: Int
  }

  let tenantID: Int64
  let files: any JournalFiles
  let instance: JournalInstance
  let fileBytes: Int
  let onFault: @Sendable (JournalFault) -> Void

  /// The last position in the journal that is here.
  private(set) var lastSource = JournalPosition.start
  private var held: [File] = []
  private var open: OpenSegment?
  private var toldDamage: Set<JournalPosition> = []

  init(
    tenantID: Int64, files: any JournalFiles, instance: JournalInstance, fileBytes: Int,
    onFault: @escaping @Sendable (JournalFault) -> Void
  ) {
    self.tenantID = tenantID
    self.files = files
    self.instance = instance
    self.fileBytes = fileBytes
    self.onFault = onFault
  }

  var isEmpty: Bool { held.isEmpty }

  mutating func append(_ records: [JournalRecord]) throws(JournalFileError) {
    let new = records.drop { $0.end <= lastSource }
    guard let first = new.first, let last = new.last else { return }
    var buffer = RecordBuffer()
    for record in new {
      (record.end.encoded + record.payload).withUnsafeBytes {
        buffer.append(tenantID: record.tenantID, kind: record.kind, sequence: record.sequence, payload: $0)
      }
    }
    var segment = try segment(for: buffer.byteCount, first: first.end)
    do throws(JournalFileError) {
      try segment.commit(&buffer, firstSequence: first.sequence, numbered: false)
      if held.last?.number != segment.number { try files.syncNames() }
    } catch {
      onFault(.segmentFailed(segment.number, error))
      throw error
    }
    if held.last?.number == segment.number { held.removeLast() }
    held.append(File(number: segment.number, salt: segment.salt, end: segment.end))
    open = segment
    lastSource = last.end
  }

  mutating func read(
    from position: JournalPosition, maxRecords: Int, maxBytes: Int
  ) throws(JournalFileError) -> SetAsideBatch {
    var position = position
    for (index, file) in held.enumerated() where file.number >= position.segment {
      let offset = file.number == position.segment ? Int(position.offset) : 0
      let voidFrom = index + 1 < held.count ? held[index + 1].number : .max
      var cursor = try cursor(file, offset: offset)
      while cursor.offset < file.end {
        let window = try cursor.next(limit: file.end, maxRecords: maxRecords, maxBytes: maxBytes)
        let records = records(window, file: file.number, voidFrom: voidFrom)
        position = JournalPosition(segment: file.number, offset: Int64(cursor.offset))
        if !records.isEmpty { return SetAsideBatch(records: records, end: position) }
      }
    }
    return SetAsideBatch(records: [], end: position)
  }

  mutating func drop(through position: JournalPosition) throws(JournalFileError) {
    while let file = held.first, JournalPosition(segment: file.number, offset: Int64(file.end)) <= position {
      try files.remove(name(file.number))
      held.removeFirst()
      if open?.number == file.number { open = nil }
    }
  }

  /// Takes up what an earlier process left.
  mutating func load(_ numbers: [Int64]) throws(JournalFileError) {
    for number in numbers {
      let file = try files.open(name(number))
      let page = try file.bytes(at: 0, count: SegmentHeader.pageSize)
      switch page.withUnsafeBytes({ SegmentHeader.read($0) }) {
      case .header(let header):
        held.append(File(number: number, salt: header.salt, end: try file.size()))
      case .blank:
        try files.remove(name(number))
      case .damaged, .unknownVersion:
        let keptAs = SegmentName.keptAside(name(number))
        try files.rename(name(number), to: keptAs)
        onFault(.setAsideDamaged(tenantID: tenantID, bytes: try file.size(), keptAs: keptAs))
      }
    }
    guard let last = held.last else { return }
    try files.open(name(last.number)).sync()
    lastSource = JournalPosition(ordinal: last.number)
    var cursor = try cursor(last, offset: 0)
    while cursor.offset < last.end {
      let window = try cursor.next(limit: last.end, maxRecords: .max, maxBytes: 1 << 20)
      let last = window.found.last.flatMap { JournalPosition(encoded: window.bytes[$0.payload]) }
      if let last { lastSource = max(lastSource, last) }
    }
  }

  /// The file being written, if the records fit in, or a new one. A file of the new one's name can only be what is left
  /// of a failed attempt.
  private mutating func segment(
    for byteCount: Int, first: JournalPosition
  ) throws(JournalFileError) -> OpenSegment {
    if let open = open.take(), open.fits(byteCount) { return open }
    let name = name(first.ordinal)
    if try files.names().contains(name) { try files.remove(name) }
    return OpenSegment(
      file: try files.create(name), number: first.ordinal,
      capacity: max(fileBytes, byteCount + SegmentHeader.pageSize), instance: instance)
  }

  private func name(_ number: Int64) -> String { SegmentName.setAside(tenantID: tenantID, number: number) }

  private func cursor(_ file: File, offset: Int) throws(JournalFileError) -> SegmentCursor {
    SegmentCursor(file: try files.open(name(file.number)), salt: file.salt, offset: offset)
  }

  private mutating func records(
    _ window: SegmentCursor.Window, file: Int64, voidFrom: Int64
  ) -> [SetAsideRecord] {
    var records: [SetAsideRecord] = []
    for found in window.found {
      let record = JournalRecord(found, in: window.bytes, segment: file)
      guard let source = JournalPosition(encoded: record.payload), source.ordinal < voidFrom else { continue }
      if let gap = found.gap { tellDamage(gap, file: file) }
      records.append(SetAsideRecord(record.droppingPrefix(JournalPosition.encodedSize), source: source))
    }
    return records
  }

  private mutating func tellDamage(_ range: Range<Int>, file: Int64) {
    let place = JournalPosition(segment: file, offset: Int64(range.lowerBound))
    guard toldDamage.insert(place).inserted else { return }
    onFault(.setAsideDamaged(tenantID: tenantID, bytes: range.count, keptAs: nil))
  }
}
