public import Core
import Synchronization

/// Addresses that scored so high that they go on the blacklist by themselves. They count as listed from the moment they
/// are added, until they have been written and are in the snapshot.
///
/// Bounded: when too many wait, because the database is away, further ones are not taken; they will score again.
public final class AutomaticEntries: Sendable {
  public struct Entry: Hashable, Sendable {
    public let tenantID: Int64
    public let address: IPAddress
    /// `score 95: bot:ua+40 flood30+25 flood300+30`.
    public let reason: String

    public init(tenantID: Int64, address: IPAddress, reason: String) {
      self.tenantID = tenantID
      self.address = address
      self.reason = reason
    }

    fileprivate var key: Key { Key(tenantID: tenantID, address: address) }
  }

  fileprivate struct Key: Hashable {
    let tenantID: Int64
    let address: IPAddress
  }

  /// Tells that there is something to write; whoever listens sees all of it in ``waiting``.
  public let wakes: AsyncStream<Void>
  private let door: AsyncStream<Void>.Continuation
  private let entries = Mutex<[Key: Entry]>([:])
  /// So that clicks need no lock while nothing waits.
  private let count = Atomic<Int>(0)
  private let refusals = Atomic<Int>(0)
  private let bound: Int
  private let isOurs: @Sendable (IPAddress) -> Bool

  /// - Parameter isOurs: the installation's own addresses and those of its trusted proxies, which are never listed.
  public init(bound: Int = 10_000, isOurs: @escaping @Sendable (IPAddress) -> Bool = { _ in false }) {
    self.bound = bound
    self.isOurs = isOurs
    (wakes, door) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// False when it is not taken: an address that must not be listed, one that waits already, or too many wait.
  @discardableResult
  public func add(_ entry: Entry) -> Bool {
    guard !entry.address.isInLocalNetwork, !isOurs(entry.address) else { return false }
    let isTaken = entries.withLock { entries in
      guard entries[entry.key] == nil else { return false }
      guard entries.count < bound else {
        refusals.add(1, ordering: .relaxed)
        return false
      }
      entries[entry.key] = entry
      count.store(entries.count, ordering: .relaxed)
      return true
    }
    if isTaken { door.yield() }
    return isTaken
  }

  /// Whether an address waits.
  public func contains(_ address: IPAddress, of tenantID: Int64) -> Bool {
    guard count.load(ordering: .relaxed) > 0 else { return false }
    return entries.withLock { $0[Key(tenantID: tenantID, address: address)] != nil }
  }

  /// Everything that waits to be written.
  public var waiting: [Entry] { entries.withLock { Array($0.values) } }

  /// Lets go of what was written, or must not be.
  public func remove(_ written: [Entry]) {
    entries.withLock { entries in
      for entry in written where entries[entry.key] == entry { entries[entry.key] = nil }
      count.store(entries.count, ordering: .relaxed)
    }
  }

  /// How many wait, and how many were not taken because too many did.
  public var figures: (waiting: Int, refused: Int) {
    (count.load(ordering: .relaxed), refusals.load(ordering: .relaxed))
  }
}

extension IPAddress {
  /// Whether the address belongs to somebody's own network: loopback, private, shared, link-local, multicast. Networks for
  /// documentation and benchmarks are nobody's: whoever plays visitors from there may see them listed.
  var isInLocalNetwork: Bool { IPAddress.localNetworks.contains { $0.contains(self) } }

  private static let localNetworks: [CIDR] = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
    "224.0.0.0/3", "::/96", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
  ].compactMap { CIDR($0) }
}
