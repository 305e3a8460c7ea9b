internal import Core
internal import Glibc

/// Writes a checkpoint's draft. Blocks; while it is at it the visitors' own syncs must not queue behind megabytes of
/// its pages, so it syncs often and rests in between.
struct CheckpointWriter: ~Copyable {
  private static let bytesPerSync = 4 << 20

  private let file: any JournalFile
  private let restMicroseconds: UInt32
  private var offset = 0
  private var unsynced = 0
  private var entries = 0

  init(_ file: any JournalFile, rest: Duration) {
    self.file = file
    restMicroseconds = UInt32(clamping: rest.wholeMicroseconds)
  }

  /// - Returns: bytes written.
  consuming func write(
    _ memory: VisitorMemory, header: CheckpointHeader
  ) throws(JournalFileError) -> Int {
    let now = header.begunAt.milliseconds
    try append(header.bytes)
    try append(memory.visits, .visits, at: now)
    try append(memory.firsts, .firsts, at: now)
    try append(memory.bindings, .bindings, at: now)
    try append(CheckpointKind.end.head(count: entries, entries: UnsafeRawBufferPointer(start: nil, count: 0)))
    try file.sync()
    return offset
  }

  private mutating func append<Value: MemoryValue>(
    _ shards: MemoryShards<Value>, _ kind: CheckpointKind, at now: Int64
  ) throws(JournalFileError) {
    for index in shards.parts {
      let part = shards.entries(ofPart: index, at: now)
      if part.isEmpty { continue }
      entries += part.count
      try append(part.withUnsafeBytes { kind.head(count: part.count, entries: $0) })
      try append(part.withUnsafeBytes { Array($0) })
    }
  }

  private mutating func append(_ bytes: [UInt8]) throws(JournalFileError) {
    try file.write(bytes, at: offset)
    offset += bytes.count
    unsynced += bytes.count
    guard unsynced >= Self.bytesPerSync else { return }
    try file.sync()
    unsynced = 0
    if restMicroseconds > 0 { usleep(restMicroseconds) }
  }
}
