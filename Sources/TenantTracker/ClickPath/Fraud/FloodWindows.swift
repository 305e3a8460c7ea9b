import Core
import Synchronization

/// How often each address clicked lately: exact sliding windows of 30 seconds and 5 minutes, for each tenant apart.
/// Bounded in memory: when there is no room, the addresses go first that have not clicked for the longest time.
///
/// Kept in memory alone: after a restart everybody has not clicked for 5 minutes. Nodes behind a balancer that hashes the
/// address see all clicks of one.
public final class FloodWindows: Sendable {
  /// Clicks of one address before this one.
  struct Counts: Hashable, Sendable {
    /// Within 30 seconds, up to 20.
    var short = 0
    /// Within 5 minutes, up to 20.
    var long = 0

    var isShortFlood: Bool { short >= FloodWindows.shortLimit }
    var isLongFlood: Bool { long >= FloodWindows.longLimit }
  }

  /// Clicks within the window that are no flood yet.
  static let shortLimit = 5
  static let longLimit = 20
  /// In milliseconds. A click exactly so old no longer counts.
  static let shortWindow: UInt32 = 30_000
  static let longWindow: UInt32 = 300_000

  private final class Shard: Sendable {
    let addresses: Mutex<FloodShard>

    init(bytes: Int) { addresses = Mutex(FloodShard(bytes: bytes)) }
  }

  private let shards: [Shard]
  /// Of this process alone: nobody outside can make two addresses meet.
  private let key: (UInt64, UInt64)

  /// - Parameters:
  ///   - bytes: that it may hold; 32 MiB are enough for some 450,000 addresses within 5 minutes.
  ///   - count: of parts that are locked apart; a power of two.
  public init(bytes: Int = 32 << 20, shards count: Int = 64) {
    shards = (0..<count).map { _ in Shard(bytes: bytes / count) }
    var generator = SystemRandomNumberGenerator()
    key = (generator.next(), generator.next())
  }

  /// Notes a click.
  func note(_ address: IPAddress, of tenantID: Int64, at milliseconds: Int64) -> Counts {
    let key = key(of: address, tenantID)
    return shard(of: key).addresses.withLock { $0.note(key, at: milliseconds) }
  }

  /// What ``note(_:of:at:)`` would say, without consequences.
  func counts(_ address: IPAddress, of tenantID: Int64, at milliseconds: Int64) -> Counts {
    let key = key(of: address, tenantID)
    return shard(of: key).addresses.withLock { $0.counts(of: key, at: milliseconds) }
  }

  private func key(of address: IPAddress, _ tenantID: Int64) -> UInt64 {
    SipHash.word(UInt64(bitPattern: tenantID), address.high, address.low, key: key)
  }

  private func shard(of key: UInt64) -> Shard { shards[Int(key & UInt64(shards.count - 1))] }

  public struct Figures: Hashable, Sendable {
    /// Addresses that clicked within 5 minutes or a little more.
    public var addresses = 0
    public var bytes = 0
    /// Addresses that had to go before their time because there was no more room.
    public var evictions = 0
  }

  public var figures: Figures {
    shards.reduce(into: Figures()) { sum, shard in
      let part = shard.addresses.withLock { $0.figures }
      sum.addresses += part.addresses
      sum.bytes += part.bytes
      sum.evictions += part.evictions
    }
  }
}

/// The addresses of one part. Most click once or twice: those that go on get a place with more room.
struct FloodShard: ~Copyable {
  private var few: TimesTable
  private var many: TimesTable
  /// When the last click came: what is not near it has nothing to do with it, whatever the clock did meanwhile.
  private var latest: Int64 = 0

  init(bytes: Int) {
    few = TimesTable(width: FloodWindows.shortLimit, bytes: bytes * 3 / 4)
    many = TimesTable(width: FloodWindows.longLimit, bytes: bytes / 4)
  }

  mutating func note(_ key: UInt64, at now: Int64) -> FloodWindows.Counts {
    let time = UInt32(truncatingIfNeeded: now)
    if isNear(now) {
      few.removeBefore(FloodWindows.longWindow, of: time)
      many.removeBefore(FloodWindows.longWindow, of: time)
    } else {
      few.removeAll()
      many.removeAll()
    }
    latest = now
    if let slot = many.slot(of: key) {
      let counts = many.counts(in: slot, at: time)
      many.note(time, in: slot)
      return counts
    }
    guard let slot = few.slot(of: key) else {
      few.note(time, in: few.insert(key))
      return FloodWindows.Counts()
    }
    let counts = few.counts(in: slot, at: time)
    if counts.long < few.width { few.note(time, in: slot) } else { move(key, from: slot, adding: time) }
    return counts
  }

  func counts(of key: UInt64, at now: Int64) -> FloodWindows.Counts {
    guard isNear(now) else { return FloodWindows.Counts() }
    let time = UInt32(truncatingIfNeeded: now)
    if let slot = many.slot(of: key) { return many.counts(in: slot, at: time) }
    if let slot = few.slot(of: key) { return few.counts(in: slot, at: time) }
    return FloodWindows.Counts()
  }

  private func isNear(_ now: Int64) -> Bool { (now - latest).magnitude < UInt64(FloodWindows.longWindow) }

  private mutating func move(_ key: UInt64, from slot: TimesTable.Slot, adding time: UInt32) {
    let place = many.insert(key)
    for number in 0..<few.timeCount(in: slot) { many.note(few.time(number, in: slot), in: place) }
    many.note(time, in: place)
    few.remove(slot)
  }

  var figures: FloodWindows.Figures {
    FloodWindows.Figures(
      addresses: few.count + many.count, bytes: few.bytes + many.bytes, evictions: few.evictions + many.evictions)
  }
}

extension TimesTable {
  fileprivate func counts(in slot: Slot, at now: UInt32) -> FloodWindows.Counts {
    let (short, long) = counts(in: slot, within: (FloodWindows.shortWindow, FloodWindows.longWindow), of: now)
    return FloodWindows.Counts(short: short, long: long)
  }
}
