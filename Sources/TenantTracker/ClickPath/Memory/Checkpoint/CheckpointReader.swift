/// Reads a checkpoint into memory. Every piece that is whole is taken: what it says happened, and the journal is read
/// from an earlier place if a piece is missing.
struct CheckpointReader {
  private static let largestPiece = 64 << 20

  let file: any JournalFile
  let memory: VisitorMemory

  /// Blocks.
  /// - Returns: the header, and whether all pieces could be read; nil when nothing of it can be used.
  func read() throws(JournalFileError) -> (header: CheckpointHeader, isWhole: Bool)? {
    guard case .header(let header) = CheckpointHeader.read(try file.bytes(at: 0, count: CheckpointHeader.size)),
      header.fingerprint == memory.keys.fingerprint
    else { return nil }
    let size = try file.size()
    var (offset, entries) = (CheckpointHeader.size, 0)
    while true {
      let head = try file.bytes(at: offset, count: CheckpointKind.headSize)
      guard head.count == CheckpointKind.headSize else { return (header, false) }
      offset += head.count
      let (code, count) = head.withUnsafeBytes { ($0.word32(at: 0), Int($0.word32(at: 4))) }
      guard let kind = CheckpointKind(rawValue: code) else { return (header, false) }
      if kind == .end { return (header, count == entries & 0xFFFF_FFFF && head == kind.emptyHead(count: count)) }
      let length = count * kind.stride
      guard length <= min(size - offset, Self.largestPiece) else { return (header, false) }
      let piece = try file.bytes(at: offset, count: length)
      guard piece.count == length, piece.withUnsafeBytes({ kind.head(count: count, entries: $0) }) == head else {
        return (header, false)
      }
      piece.withUnsafeBytes { take($0, kind) }
      offset += length
      entries += count
    }
  }

  private func take(_ piece: UnsafeRawBufferPointer, _ kind: CheckpointKind) {
    switch kind {
    case .visits:
      forEach(piece) { (entry: MemoryEntry<MemoryVisit>) in
        memory.visits.withTable(of: entry.key) { $0.restore(entry, limit: VisitorMemory.largestCap) }
      }
    case .firsts:
      forEach(piece) { (entry: MemoryEntry<MemoryMark>) in
        memory.firsts.withTable(of: entry.key) { $0.begin(entry.key, entry.stamp) }
      }
    case .bindings:
      forEach(piece) { (entry: MemoryEntry<MemoryItem>) in
        memory.bindings.withTable(of: entry.key) { _ = $0.restore(entry) }
      }
    case .end: break
    }
  }

  private func forEach<Value: MemoryValue>(
    _ piece: UnsafeRawBufferPointer, _ body: (MemoryEntry<Value>) -> Void
  ) {
    let stride = MemoryLayout<MemoryEntry<Value>>.stride
    for offset in Swift.stride(from: 0, to: piece.count, by: stride) {
      let entry = piece.loadUnaligned(fromByteOffset: offset, as: MemoryEntry<Value>.self)
      if !entry.isFree { body(entry) }
    }
  }
}

extension CheckpointKind {
  fileprivate var stride: Int {
    switch self {
    case .visits: MemoryLayout<MemoryEntry<MemoryVisit>>.stride
    case .firsts: MemoryLayout<MemoryEntry<MemoryMark>>.stride
    case .bindings: MemoryLayout<MemoryEntry<MemoryItem>>.stride
    case .end: 0
    }
  }

  fileprivate func emptyHead(count: Int) -> [UInt8] {
    head(count: count, entries: UnsafeRawBufferPointer(start: nil, count: 0))
  }
}
