import Core
import Web

/// How often the licence API may be asked: by one address, and about one key.
final class LicenseLimits: Sendable {
  private let byAddress: RateLimiter<IPAddress>?
  private let byKey: RateLimiter<[UInt8]>?

  /// Requests a minute; zero for as many as come.
  init(perAddress: Int, perKey: Int, clock: any WallClock) {
    byAddress = perAddress == 0 ? nil : RateLimiter(limit: perAddress, window: .minutes(1), clock: clock)
    byKey = perKey == 0 ? nil : RateLimiter(limit: perKey, window: .minutes(1), clock: clock)
  }

  func admit(_ address: IPAddress) throws(Problem) { try byAddress?.admit(address.limitKey) }
  func admit(key: String) throws(Problem) { try byKey?.admit(LicenseKey.hash(of: key)) }
}
