import Synchronization

/// A table in parts, each under a lock of its own: event loops seldom meet, and no part is so large that making room in
/// it takes a noticeable time.
final class MemoryShards<Value: MemoryValue>: Sendable {
  private final class Shard: Sendable {
    let table: Mutex<MemoryTable<Value>>

    init(_ bounds: MemoryTable<Value>.Bounds) { table = Mutex(MemoryTable(bounds)) }
  }

  private let shards: [Shard]

  /// - Parameters:
  ///   - bytes: of all parts together. While one makes room it has its memory twice.
  ///   - count: a power of two.
  init(bytes: Int, count: Int, entriesPerKey: Int = 1) {
    let bounds = MemoryTable<Value>.Bounds(bytes: bytes / count, entriesPerKey: entriesPerKey)
    shards = (0..<count).map { _ in Shard(bounds) }
  }

  /// Everything that is done to one key at a time is one step for everybody else.
  func withTable<Result: Sendable>(of key: UInt64, _ body: (inout MemoryTable<Value>) -> Result) -> Result {
    // The low bits choose the part, the high ones the place in it.
    shards[Int(key & UInt64(shards.count - 1))].table.withLock { body(&$0) }
  }

  func removeAll() {
    for shard in shards { shard.table.withLock { $0.removeAll() } }
  }

  var figures: MemoryFigures {
    shards.reduce(into: MemoryFigures()) { sum, shard in
      let part = shard.table.withLock { MemoryFigures(entries: $0.count, bytes: $0.bytes, evictions: $0.evictions) }
      sum.entries += part.entries
      sum.bytes += part.bytes
      sum.evictions += part.evictions
    }
  }

  var parts: Range<Int> { shards.indices }

  /// What is not over yet of one part, which is locked while it is copied.
  func entries(ofPart index: Int, at now: Int64) -> [MemoryEntry<Value>] {
    shards[index].table.withLock { $0.entries(at: now) }
  }
}

/// How much is remembered of one kind.
public struct MemoryFigures: Hashable, Sendable {
  public var entries = 0
  /// Of memory held, free slots and all.
  public var bytes = 0
  /// Entries that had to go before their time because there was no more room.
  public var evictions = 0
}
