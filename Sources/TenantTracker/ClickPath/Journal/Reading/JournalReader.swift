/// Reads what is durable, in order, while the writer goes on. A value: a copy reads on from where the original was.
public struct JournalReader: Sendable {
  /// Where the next record is looked for.
  public private(set) var position: JournalPosition

  private let files: any JournalFiles
  private let segments: SegmentTable
  private let thread: FileThread
  private var cursor: SegmentCursor?
  private var watch: SequenceWatch

  init(
    from position: JournalPosition, files: any JournalFiles, segments: SegmentTable, thread: FileThread,
    damage: DamageReport
  ) {
    self.position = position
    self.files = files
    self.segments = segments
    self.thread = thread
    watch = SequenceWatch(damage: damage)
  }

  /// The next records, at least one unless there is none yet. The reading is done on the journal's file thread.
  /// - Parameters:
  ///   - maxRecords: at most so many.
  ///   - maxBytes: about so many; a larger record comes alone.
  public mutating func next(
    maxRecords: Int = 10_000, maxBytes: Int = 4 << 20
  ) async throws(JournalReadError) -> JournalBatch {
    let (reader, result) = await thread.run { [self] in
      var reader = self
      let result = Result { () throws(JournalReadError) in
        try reader.read(maxRecords: maxRecords, maxBytes: maxBytes)
      }
      return (reader, result)
    }
    self = reader
    return try result.get()
  }

  /// Waits until there is something to read; false when the journal was closed or the task cancelled instead.
  public func waitForMore() async -> Bool {
    await segments.waitForMore(after: position)
  }

  private mutating func read(maxRecords: Int, maxBytes: Int) throws(JournalReadError) -> JournalBatch {
    while true {
      switch segments.look(up: position.segment) {
      case .nothingYet:
        return JournalBatch(records: [], end: position)
      case .ahead:
        throw .ahead(position: position, end: segments.end)
      case .goOn(let number):
        enter(number)
      case .here(let view):
        do throws(JournalFileError) {
          let records = try read(view, maxRecords: maxRecords, maxBytes: maxBytes)
          if !records.isEmpty { return JournalBatch(records: records, end: position) }
        } catch {
          throw .file(error)
        }
        guard position.offset >= view.entry.end else { continue }
        guard let next = view.next else { return JournalBatch(records: [], end: position) }
        watch.leaveSegment()
        enter(next)
      }
    }
  }

  private mutating func enter(_ number: Int64) {
    position = JournalPosition(segment: number, offset: 0)
    cursor = nil
  }

  private mutating func read(
    _ view: SegmentTable.View, maxRecords: Int, maxBytes: Int
  ) throws(JournalFileError) -> [JournalRecord] {
    let segment = view.entry
    guard position.offset < segment.end else { return [] }
    if position.offset == 0 { watch.enter(segment) }
    var cursor = try currentCursor(segment)
    let window = try cursor.next(limit: segment.end, maxRecords: maxRecords, maxBytes: maxBytes)
    self.cursor = cursor
    position.offset = Int64(cursor.offset)
    let live = window.found.filter { $0.header.sequence < view.voidFrom }
    for found in live { watch.see(found, in: segment) }
    if let gap = window.gapAtEnd { watch.seeEnd(gap, of: view) }
    return live.map { JournalRecord($0, in: window.bytes, segment: segment.number) }
  }

  private func currentCursor(_ segment: SegmentTable.Entry) throws(JournalFileError) -> SegmentCursor {
    if let cursor { return cursor }
    let file = try files.open(SegmentName.segment(segment.number))
    return SegmentCursor(file: file, salt: segment.salt, offset: Int(position.offset))
  }
}
