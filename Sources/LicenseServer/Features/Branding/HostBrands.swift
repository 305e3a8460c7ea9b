import Core
import Database
import Synchronization

/// Which brand a host's pages carry, remembered for a few seconds: every page asks.
final class HostBrands: Sendable {
  private struct Known {
    let brand: HostBrand
    let readAt: Timestamp
  }

  private static let term = Duration.seconds(5)
  /// Anybody can send any Host: the memory must not grow with them.
  private static let capacity = 1_000

  private let database: ConnectionPool
  private let publicHost: String?
  private let clock: any WallClock
  private let known = Mutex<[String: Known]>([:])

  init(database: ConnectionPool, publicHost: String?, clock: any WallClock) {
    self.database = database
    self.publicHost = publicHost
    self.clock = clock
  }

  func brand(of host: String) async throws(DatabaseError) -> HostBrand {
    guard host != publicHost, Hostname.isValid(host) else { return .ours }
    let now = clock.now()
    if let found = known.withLock({ $0[host] }), now >= found.readAt, now - found.readAt < Self.term {
      return found.brand
    }
    let brand = try await BrandStore(database).forHost(host) ?? .ours
    known.withLock { known in
      if known.count >= Self.capacity { known.removeAll() }
      known[host] = Known(brand: brand, readAt: now)
    }
    return brand
  }

  /// What was changed here shows with the next page.
  func forget() { known.withLock { $0.removeAll() } }
}
