import ClickPath
import Synchronization

/// The facts of agents seen lately: a fixed number of places, whatever comes.
///
/// Places are in sets of eight, and sets in shards with a lock each, held for a few comparisons. Within a set the one
/// that goes is the first not asked for since the clock's hand was last there, so a flood of agents that come once
/// pushes out its own kind before those of real traffic. Hashes are seeded per process: nobody can aim at one set.
final class FactsCache: Sendable {
  struct Key: Hashable {
    let agent: String
    let hints: ClientHints
  }

  private let shards: [Shard]
  private let setsPerShard: Int

  static let shardCount = 64

  /// - Parameter capacity: Rounded up to a multiple of 512, a place for each shard's sets.
  init(capacity: Int) {
    let sets = max(1, (capacity + FactsCache.shardCount * Places.count - 1) / (FactsCache.shardCount * Places.count))
    setsPerShard = sets
    shards = (0..<FactsCache.shardCount).map { _ in Shard(sets: sets) }
  }

  var count: Int { shards.reduce(0) { $0 + $1.sets.withLock { $0.reduce(0) { $0 + $1.filled } } } }

  func facts(of key: Key, hash: Int) -> UserAgentFacts? {
    let (shard, set) = place(hash)
    return shards[shard].sets.withLock { $0[set].facts(of: key, hash: hash) }
  }

  func keep(_ facts: UserAgentFacts, of key: Key, hash: Int) {
    let (shard, set) = place(hash)
    shards[shard].sets.withLock { $0[set].keep(Entry(hash: hash, key: key, facts: facts)) }
  }

  private func place(_ hash: Int) -> (shard: Int, set: Int) {
    let bits = UInt(bitPattern: hash)
    return (Int(bits % UInt(FactsCache.shardCount)), Int(bits / UInt(FactsCache.shardCount) % UInt(setsPerShard)))
  }
}

private final class Shard: Sendable {
  let sets: Mutex<[Places]>

  init(sets: Int) { self.sets = Mutex([Places](repeating: Places(), count: sets)) }
}

private final class Entry: Sendable {
  let hash: Int
  let key: FactsCache.Key
  let facts: UserAgentFacts

  init(hash: Int, key: FactsCache.Key, facts: UserAgentFacts) {
    self.hash = hash
    self.key = key
    self.facts = facts
  }
}

/// Eight places with a clock's hand over them.
private struct Places {
  static let count = 8

  private var entries: [Entry?] = .init(repeating: nil, count: Places.count)
  /// A bit per place: asked for since the hand passed.
  private var asked: UInt8 = 0
  private var hand = 0

  var filled: Int { entries.count { $0 != nil } }

  mutating func facts(of key: FactsCache.Key, hash: Int) -> UserAgentFacts? {
    guard let index = index(of: key, hash: hash) else { return nil }
    asked |= 1 << UInt8(index)
    return entries[index]?.facts
  }

  mutating func keep(_ entry: Entry) {
    if index(of: entry.key, hash: entry.hash) != nil { return }
    if let empty = entries.firstIndex(where: { $0 == nil }) {
      entries[empty] = entry
      return
    }
    while asked & 1 << UInt8(hand) != 0 {
      asked &= ~(1 << UInt8(hand))
      hand = (hand + 1) % Places.count
    }
    entries[hand] = entry
    hand = (hand + 1) % Places.count
  }

  private func index(of key: FactsCache.Key, hash: Int) -> Int? {
    entries.firstIndex { $0.map { $0.hash == hash && $0.key == key } ?? false }
  }
}
