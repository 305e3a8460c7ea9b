import ClickPath
import Core
import Synchronization

/// The clicks that are answered but not yet in the database, by id: a postback or a call to action that comes before the
/// drain still finds its click. They are kept as the journal has them, a third of their size in memory. Bounded; what
/// falls out is found again once it is drained.
final class ClickTail: Sendable {
  fileprivate struct Shard {
    var events: [ClickID: [UInt8]] = [:]
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

  /// - Parameter payload: The click's event, as it goes into the journal.
  func insert(_ id: ClickID, _ payload: [UInt8]) {
    shard(id).state.withLock { shard in
      shard.events[id] = payload
      shard.order.append(id)
      if shard.events.count > limitPerShard { shard.dropOldest() }
    }
  }

  func insert(_ event: ClickEvent) {
    var payload: [UInt8] = []
    JournalEvent.click(event).encode(into: &payload)
    insert(event.id, payload)
  }

  func find(_ id: ClickID) -> ClickEvent? {
    guard let payload = shard(id).state.withLock({ $0.events[id] }),
      case .click(let event)? = try? JournalEvent(decoding: payload)
    else { return nil }
    return event
  }

  /// Lets drained clicks go.
  func remove(_ ids: some Sequence<ClickID>) {
    for id in ids {
      shard(id).state.withLock { shard in
        shard.events[id] = nil
        shard.compact()
      }
    }
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
