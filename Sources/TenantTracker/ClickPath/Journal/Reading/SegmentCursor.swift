/// Reads one segment from front to back. Where the bytes are no record it looks for the next place that is one, so
/// damage costs only the records it touches.
struct SegmentCursor: Sendable {
  struct Found {
    var header: RecordHeader
    /// Where in the file.
    var range: Range<Int>
    /// Where in ``Window/bytes``.
    var payload: Range<Int>
    /// Bytes before it that are no record.
    var gap: Range<Int>?
  }

  struct Window {
    var bytes: [UInt8] = []
    var found: [Found] = []
    /// Bytes up to the limit that are no record, once the limit is reached.
    var gapAtEnd: Range<Int>?
  }

  let file: any JournalFile
  let salt: UInt32
  /// The next byte to look at.
  private(set) var offset: Int
  /// Where what is no record began, while it has not ended.
  private(set) var gapStart: Int?

  init(file: any JournalFile, salt: UInt32, offset: Int = 0) {
    self.file = file
    self.salt = salt
    self.offset = max(offset, SegmentHeader.pageSize)
  }

  /// The records after those of the last call.
  /// - Parameters:
  ///   - limit: reads nothing beyond this offset; records end there or before.
  ///   - maxBytes: of the window, unless one record alone is larger.
  mutating func next(limit: Int, maxRecords: Int, maxBytes: Int) throws(JournalFileError) -> Window {
    var wanted = max(maxBytes, RecordHeader.size)
    while true {
      let count = max(0, min(wanted, limit - offset))
      var window = Window()
      window.bytes = try file.bytes(at: offset, count: count)
      let needed = parse(&window, limit: limit, maxRecords: maxRecords)
      let isCutShort = window.bytes.count < count
      if isCutShort, needed != nil || window.bytes.isEmpty {
        window.gapAtEnd = (gapStart.take() ?? offset)..<limit
        offset = limit
        return window
      }
      guard let needed else { return window }
      wanted = needed
    }
  }

  /// Takes records from the window; returns a size if nothing could be done because its first record is larger.
  private mutating func parse(_ window: inout Window, limit: Int, maxRecords: Int) -> Int? {
    let base = offset
    let salt = salt
    return window.bytes.withUnsafeBytes { bytes in
      while offset < base + bytes.count, window.found.count < maxRecords {
        let place = offset - base
        switch RecordHeader.read(bytes, at: place, limit: limit - offset, salt: salt) {
        case .record(let header):
          let range = offset..<(offset + header.recordSize)
          let payload = (place + RecordHeader.size)..<(place + RecordHeader.size + header.payloadLength)
          let gap = gapStart.map { $0..<range.lowerBound }
          window.found.append(Found(header: header, range: range, payload: payload, gap: gap))
          gapStart = nil
          offset = range.upperBound
        case .invalid:
          gapStart = gapStart ?? offset
          offset = min(offset + RecordHeader.alignment, limit)
        case .cut(let needed):
          return offset == base ? needed : nil
        }
      }
      if offset >= limit, let start = gapStart.take() { window.gapAtEnd = start..<limit }
      return nil
    }
  }
}
