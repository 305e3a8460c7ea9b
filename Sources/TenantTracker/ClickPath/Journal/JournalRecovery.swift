/// Finds out what an earlier process left behind, and where to go on.
struct JournalRecovery {
  struct Found {
    var instance: JournalInstance
    var segments: [SegmentTable.Entry] = []
    var end: JournalPosition
    var nextNumber: Int64
    var nextSequence: UInt64 = 1
  }

  let files: any JournalFiles
  let onFault: @Sendable (JournalFault) -> Void

  func run() throws(JournalOpenError) -> Found {
    let names = try JournalOpenError.wrapping { () throws(JournalFileError) in try files.names() }
    let headers = try SegmentHeaders(files: files, names: names)
    let instance = try headers.agree(on: instance(names))
    return try JournalOpenError.wrapping { () throws(JournalFileError) in
      let highest = names.compactMap(SegmentName.number(of:)).max() ?? 0
      let ours = if let instance { instance } else { try makeInstance(names) }
      var found = Found(instance: ours, end: .start, nextNumber: highest + 1)
      found.segments = try usable(headers)
      guard let last = found.segments.indices.last else { return found }
      found.nextSequence = try examine(&found.segments[last])
      found.end = JournalPosition(segment: found.segments[last].number, offset: Int64(found.segments[last].end))
      return found
    }
  }

  private func instance(_ names: [String]) throws(JournalOpenError) -> JournalInstance? {
    guard names.contains(SegmentName.instance) else { return nil }
    let text = try JournalOpenError.wrapping { () throws(JournalFileError) in
      try files.open(SegmentName.instance).bytes(at: 0, count: 64)
    }
    guard let instance = JournalInstance(String(decoding: text, as: UTF8.self)) else { throw .malformedInstance }
    return instance
  }

  private func makeInstance(_ names: [String]) throws(JournalFileError) -> JournalInstance {
    let draft = "\(SegmentName.instance).draft"
    if names.contains(draft) { try files.remove(draft) }
    let instance = JournalInstance.random()
    let file = try files.create(draft)
    try file.write(Array(instance.description.utf8), at: 0)
    try file.sync()
    try files.rename(draft, to: SegmentName.instance)
    try files.syncNames()
    return instance
  }

  /// The segments that can be read. Unused ones go; what has no readable header is renamed.
  private func usable(_ headers: SegmentHeaders) throws(JournalFileError) -> [SegmentTable.Entry] {
    let newest = headers.segments.last { $0.header != nil }?.number ?? 0
    var entries: [SegmentTable.Entry] = []
    for segment in headers.segments {
      switch segment.reading {
      case .header(let header):
        let size = try files.open(segment.name).size()
        entries.append(
          SegmentTable.Entry(
            number: segment.number, firstSequence: header.firstSequence, salt: header.salt, end: size,
            isExact: size < header.capacity))
      case .blank:
        let used = try files.open(segment.name).endOfContent()
        if used == 0 || segment.number > newest {
          try files.remove(segment.name)
          if used > 0 { onFault(.torn(at: JournalPosition(segment: segment.number, offset: 0), bytes: used)) }
        } else {
          try keepAside(segment)
        }
      case .damaged, .unknownVersion:
        try keepAside(segment)
      }
    }
    return entries
  }

  private func keepAside(_ segment: SegmentHeaders.Segment) throws(JournalFileError) {
    let name = SegmentName.keptAside(segment.name)
    try files.rename(segment.name, to: name)
    onFault(.unreadable(segment: segment.number, keptAs: name))
  }

  /// Reads the newest segment through, for a crash may have cut its last batch short.
  /// - Returns: the sequence that the next record gets.
  private func examine(_ entry: inout SegmentTable.Entry) throws(JournalFileError) -> UInt64 {
    let file = try files.open(SegmentName.segment(entry.number))
    // What a killed process wrote may be in the kernel's pages only.
    do throws(JournalFileError) { try file.sync() } catch { onFault(.segmentFailed(entry.number, error)) }
    let used = try file.endOfContent()
    var cursor = SegmentCursor(file: file, salt: entry.salt)
    var nextSequence = entry.firstSequence
    var lastBatch = 0
    var end = SegmentHeader.pageSize
    var gaps: [Range<Int>] = []
    while cursor.offset < used {
      let window = try cursor.next(limit: entry.end, maxRecords: .max, maxBytes: 1 << 20)
      for found in window.found {
        nextSequence = max(nextSequence, found.header.sequence + 1)
        lastBatch = max(lastBatch, found.header.batchStart)
        end = found.range.upperBound
        if let gap = found.gap { gaps.append(gap) }
      }
      if let gap = window.gapAtEnd { gaps.append(gap) }
    }
    if entry.isExact { return nextSequence }
    // The last record's own last bytes may be zeros, so the content can end before the record does.
    if let start = cursor.gapStart, start < used { gaps.append(start..<used) }
    entry.end = end
    let torn = gaps.filter { $0.lowerBound >= lastBatch && $0.lowerBound < used }
    for gap in torn {
      onFault(
        .torn(
          at: JournalPosition(segment: entry.number, offset: Int64(gap.lowerBound)),
          bytes: min(gap.upperBound, used) - gap.lowerBound))
    }
    guard torn.isEmpty else { return nextSequence }
    try file.truncate(to: end)
    entry.isExact = true
    return nextSequence
  }
}
