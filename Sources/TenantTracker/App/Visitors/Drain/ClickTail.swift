import ClickPath
import Core
import Synchronization

/// The clicks that are answered but not yet in the database, by id: a postback or a call to action that comes before the
/// drain still finds its click. Bounded; what falls out is found again once it is drained.
final class ClickTail: Sendable {
  fileprivate struct Shard {
    var events: [ClickID: ClickEvent] = [:]
    /// Ids in the order they came, for letting the oldest go.
    var order: [ClickID] = []
    var head = 0
  }

  private static let shardCount = 16

  private let shards: [ShardBox]
  private let limitPerShard: Int

  private final class ShardBox: Sendable {
    let state = Mutex(Shard())
  }

  init(limit: Int = 400_000) {
    shards = (0..<Self.shardCount).map { _ in ShardBox() }
    limitPerShard = max(1, limit / Self.shardCount)
  }

  private func shard(_ id: ClickID) -> ShardBox { shards[Int(id.low & UInt64(Self.shardCount - 1))] }

  func insert(_ event: ClickEvent) {
    shard(event.id).state.withLock { shard in
      shard.events[event.id] = event
      shard.order.append(event.id)
      if shard.events.count > limitPerShard { shard.dropOldest() }
    }
  }

  func find(_ id: ClickID) -> ClickEvent? { shard(id).state.withLock { $0.events[id] } }

  /// Lets drained clicks go.
  func remove(_ ids: some Sequence<ClickID>) {
    for id in ids {
      shard(id).state.withLock { shard in
        shard.events[id] = nil
        shard.compact()
      }
    }
  }

  /// The newest of a tenant, newest first; for pages that show clicks as they come.
  func newest(_ count: Int, of tenantID: Int64) -> [ClickEvent] {
    var found: [ClickEvent] = []
    for shard in shards {
      found.append(contentsOf: shard.state.withLock { $0.events.values.filter { $0.tenantID == tenantID } })
    }
    return Array(found.sorted { $0.id > $1.id }.prefix(count))
  }

  var count: Int { shards.reduce(0) { sum, shard in sum + shard.state.withLock { $0.events.count } } }
}

extension ClickTail.Shard {
  fileprivate mutating func dropOldest() {
    while head < order.count {
      let id = order[head]
      head += 1
      if events.removeValue(forKey: id) != nil { break }
    }
    compact()
  }

  /// Forgets the ids that are gone, so that `order` stays about as long as `events`.
  fileprivate mutating func compact() {
    while head < order.count, events[order[head]] == nil { head += 1 }
    if order.count > 2 * events.count + 1_024 {
      order = order[head...].filter { events[$0] != nil }
      head = 0
    }
  }
}
